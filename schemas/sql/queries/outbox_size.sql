-- Bytes of the outbox with indexes and what is dead of it, and pages of its table: asked of the files.
SELECT pg_total_relation_size('outbox'), pg_relation_size('outbox') / current_setting('block_size')::bigint
