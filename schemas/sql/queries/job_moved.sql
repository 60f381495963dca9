-- A checkpoint of a job that was deadly before: it got past that place. No row is locked when that is known.
UPDATE jobs SET deaths = 0 WHERE job_no = $1::bigint AND token = $2::bigint AND deaths > 0
