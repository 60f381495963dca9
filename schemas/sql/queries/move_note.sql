INSERT INTO move_note (job_no, noted_at, lead_id, other_lead_id, fate)
SELECT $1::bigint, $2::timestamptz, v.* FROM unnest($3::bigint[], $4::bigint[], $5::text[]) v
