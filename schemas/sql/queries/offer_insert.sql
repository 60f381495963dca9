INSERT INTO offer (offer_id, lead_id, number_id, list_no, campaign_no, state, class, made_at, not_after, held_until)
SELECT offer_id, lead_id, number_id, list_no, $9::int, 1, class, $8::timestamptz, not_after, held_until
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[], $5::smallint[], $6::timestamptz[],
            $7::timestamptz[]) AS v (offer_id, lead_id, number_id, list_no, class, not_after, held_until)
