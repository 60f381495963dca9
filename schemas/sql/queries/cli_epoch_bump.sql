-- Offers of the lost time are not known, and may be live or reserved as long as any campaign lets one be, and as long as a
-- call may take (14400 s): none is made before their time is over, nor that of an earlier loss. $2: now; NULL: by the
-- clock here. $3: no commit was lost.
UPDATE namespace
SET offers_held_until = greatest(offers_held_until, (
        SELECT coalesce($2::timestamptz, clock_timestamp())
               + (coalesce(max(offer_lifetime_s), 0) + greatest(max(reserve_s), 14400)) * interval '1 s'
        FROM campaign HAVING NOT $3::boolean
    )),
    epoch = greatest(epoch + 1, $1::bigint),
    system_identifier = (SELECT system_identifier::text FROM pg_control_system()),
    timeline = substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)
