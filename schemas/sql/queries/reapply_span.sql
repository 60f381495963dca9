-- The next leads of a list, and which of them are to be looked at: those that were called in this pass, and with $4
-- those that have an open offer.
SELECT lead_id, attempts > 0 OR ($4::boolean AND offer_id IS NOT NULL) FROM leads
WHERE list_no = $1::int AND lead_id > $2::bigint
ORDER BY lead_id
LIMIT $3::int
