INSERT INTO attempt (recorded_at, lead_id, number_id, list_no, campaign_no, offer_id, source, call_id, disposition,
                     status, contact, started_at, duration_s, agent)
SELECT $1::timestamptz, lead_id, number_id, list_no, campaign_no, offer_id, source, call_id, disposition, status,
       contact, started_at, duration_s, agent
FROM unnest($2::bigint[], $3::bigint[], $4::int[], $5::int[], $6::bigint[], $7::text[], $8::text[], $9::text[],
            $10::text[], $11::boolean[], $12::timestamptz[], $13::int[], $14::text[])
     AS v (lead_id, number_id, list_no, campaign_no, offer_id, source, call_id, disposition, status, contact,
           started_at, duration_s, agent)
