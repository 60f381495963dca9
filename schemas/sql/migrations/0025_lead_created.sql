-- When an upsert made it. A lead of an import has none: it is as old as the import, which its number names (lead_id >> 32).
-- Leads that upserts made before have none either.
ALTER TABLE leads ADD COLUMN created_at timestamptz;
