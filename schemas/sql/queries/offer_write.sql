UPDATE offer
SET state = v.state, held_until = v.held_until, started_at = v.started_at, ended_at = v.ended_at,
    ended_by = v.ended_by
FROM unnest($1::bigint[], $2::smallint[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::text[])
     AS v (offer_id, state, held_until, started_at, ended_at, ended_by)
WHERE offer.offer_id = v.offer_id
