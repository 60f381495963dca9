DELETE FROM job_slot WHERE job_no = $1::bigint
