SELECT state, (coalesce(result, '{}') || jsonb_build_object('job_id', job_no::text, 'kind', kind, 'outcome', state))::text
FROM jobs WHERE job_no = $1::bigint
