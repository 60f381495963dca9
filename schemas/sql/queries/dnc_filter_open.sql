DECLARE listed NO SCROLL CURSOR FOR
SELECT n.phone
FROM dnc_entry e JOIN number n ON n.number_id = e.number_id
WHERE e.removed_at IS NULL AND n.phone IS NOT NULL
