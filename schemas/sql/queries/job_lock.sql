SELECT job_no FROM jobs WHERE job_no = $1::bigint AND token = $2::bigint AND state = 'running' FOR UPDATE
