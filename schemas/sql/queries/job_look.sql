-- After a lost reply to COMMIT: what became of this claim of the job. Waits for the transaction in doubt.
SELECT state FROM jobs WHERE job_no = $1::bigint AND token = $2::bigint FOR UPDATE
