-- A fingerprint of LEADSPOOL_NUMBER_KEY, as of the first worker that digests numbers. Under another key the digests of
-- erased numbers would not be found again, and those numbers be called.
ALTER TABLE namespace ADD number_key bytea;

-- Is it of that key? True, too, when there was none yet: it is kept then.
CREATE FUNCTION number_key_is(fingerprint bytea) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    UPDATE namespace SET number_key = fingerprint WHERE number_key IS NULL;
    RETURN (SELECT number_key = fingerprint FROM namespace);
END
$$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION number_key_is(bytea) SET search_path = %I, pg_temp', current_schema());
END
$$;
REVOKE EXECUTE ON FUNCTION number_key_is(bytea) FROM PUBLIC;
