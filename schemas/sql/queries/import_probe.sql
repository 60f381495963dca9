-- The array form with a scalar list makes the unique index (phone, list_no) the cheapest plan at any size.
SELECT phone, lead_id, coalesce(content_hash, 0)
FROM leads WHERE phone = ANY ($1::bigint[]) AND list_no = $2::int
