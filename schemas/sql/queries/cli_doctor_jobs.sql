SELECT job_no, job_no FROM jobs WHERE kind IN ('import', 'dnc.import') ORDER BY job_no
