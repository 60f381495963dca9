-- Offers of the lost time are not known, and may be live or reserved as long as any campaign lets one be: none is made
-- before their time is over. $2: now; NULL: by the clock here. $3: no commit was lost.
UPDATE namespace
SET offers_held_until = (
        SELECT coalesce($2::timestamptz, clock_timestamp()) + max(offer_lifetime_s + reserve_s) * interval '1 s'
        FROM campaign WHERE NOT $3::boolean
    ),
    epoch = greatest(epoch + 1, $1::bigint),
    system_identifier = (SELECT system_identifier::text FROM pg_control_system()),
    timeline = substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)
