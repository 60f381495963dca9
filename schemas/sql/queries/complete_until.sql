-- How far each partition of the outcomes is applied, and up to when all of them are known to be.
SELECT p.partition, p.next_offset, r.complete_until
FROM outcome_reading r LEFT JOIN consumer_position p
     ON p.consumer_group = $1 AND p.topic = $2 AND p.halted IS NULL AND p.next_offset IS NOT NULL
