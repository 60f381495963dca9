-- Who gave it back, or was asked to stop, took its name away: an owner that is still there died with it, or is the
-- claimer, whose lease ended while it could not renew it.
UPDATE jobs
SET owner = $2, deaths = deaths + (state = 'running' AND owner NOT IN ('', $2))::int, token = token + 1, state = 'running',
    started_at = coalesce(started_at, $4::timestamptz), result = nullif(result - 'waiting', '{}'),
    lease_until = clock_timestamp() + $3::bigint * interval '1 ms'
WHERE job_no = (
    SELECT job_no FROM jobs
    WHERE job_no = $1::bigint AND state IN ('queued', 'running') AND lease_until < clock_timestamp()
    FOR UPDATE SKIP LOCKED
)
RETURNING job_no, kind, token, list_no, campaign_no, params::text, source, command_id,
          (SELECT list_id FROM list l WHERE l.list_no = jobs.list_no), slots, cancel_requested, token = 1,
          extract(epoch FROM started_at) * 1000000, traceparent, tracestate, deaths
