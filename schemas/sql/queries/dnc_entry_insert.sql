INSERT INTO dnc_entry (number_id, campaign_no, source, added_at, expires_at)
VALUES ($1::bigint, $2::int, $3, $4::timestamptz, $5::timestamptz)
