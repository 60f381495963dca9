SELECT cancel_requested FROM jobs WHERE job_no = $1::bigint AND token = $2::bigint
