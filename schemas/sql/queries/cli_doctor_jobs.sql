SELECT job_no, job_no FROM jobs WHERE kind = 'import' ORDER BY job_no
