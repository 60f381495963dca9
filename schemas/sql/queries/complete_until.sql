-- How far each partition of the outcomes is applied, and up to when all of them are known to be. $3: now; NULL: by the
-- clock here, which is told last. A time to come is nobody's knowledge: a clock went wrong.
SELECT p.partition, p.next_offset,
       CASE WHEN r.complete_until <= c.now + interval '5 s' THEN r.complete_until END, c.now
FROM outcome_reading r
CROSS JOIN (SELECT coalesce($3::timestamptz, clock_timestamp()) AS now) c
LEFT JOIN consumer_position p
     ON p.consumer_group = $1 AND p.topic = $2 AND p.halted IS NULL AND p.next_offset IS NOT NULL
