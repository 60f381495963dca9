-- Its process is asked to stop: however that ends, it does not die with the job.
UPDATE jobs SET owner = '' WHERE job_no = $1::bigint AND token = $2::bigint AND state = 'running'
