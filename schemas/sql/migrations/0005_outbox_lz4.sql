-- Events wait in the outbox for moments only: to compress them with pglz took a fifth of all that PostgreSQL spends
-- on an upsert. A server that was built without lz4 goes on so.
DO $$
BEGIN
    ALTER TABLE outbox ALTER COLUMN payload SET COMPRESSION lz4;
EXCEPTION
    WHEN feature_not_supported THEN NULL;
END
$$;
