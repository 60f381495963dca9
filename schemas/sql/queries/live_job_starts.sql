SELECT job_no, (extract(epoch FROM started_at) * 1000000)::bigint FROM jobs WHERE job_no = ANY ($1::bigint[])
