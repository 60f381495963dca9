-- Open jobs that nobody holds, oldest first; those behind an earlier one for the same list or campaign wait.
SELECT j.job_no, j.deaths + (j.state = 'running' AND j.owner NOT IN ('', $2))::int
FROM jobs j
WHERE j.state IN ('queued', 'running') AND j.lease_until < clock_timestamp() AND j.kind = ANY ($1::text[])
  AND NOT EXISTS (
      SELECT FROM jobs e
      WHERE e.state IN ('queued', 'running') AND e.job_no < j.job_no AND e.slots && j.slots
  )
ORDER BY j.job_no
LIMIT 20
