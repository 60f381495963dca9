-- Open offers whose time is over, as far as the outcomes are read.
SELECT offer_id, lead_id, number_id FROM offer
WHERE state < 9 AND held_until <= $1::timestamptz
ORDER BY held_until LIMIT $2::int
