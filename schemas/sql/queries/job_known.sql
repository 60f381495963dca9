SELECT job_no FROM jobs WHERE source = $1 AND command_id = $2
