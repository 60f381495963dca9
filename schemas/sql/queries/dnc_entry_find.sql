SELECT dnc_entry_no, (extract(epoch FROM expires_at) * 1000000)::bigint
FROM dnc_entry WHERE number_id = $1::bigint AND campaign_no = $2::int AND removed_at IS NULL
