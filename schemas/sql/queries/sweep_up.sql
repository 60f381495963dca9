-- The first leads of a list ($1) between $2 and $3, at most $4: how many, and the first and last of them.
SELECT count(*), min(lead_id), max(lead_id)
FROM (SELECT lead_id FROM leads
      WHERE list_no = $1::int AND lead_id > $2::bigint AND lead_id < $3::bigint
      ORDER BY lead_id LIMIT $4::int) l
