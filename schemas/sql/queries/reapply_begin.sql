-- Where the job is, and the newer job that will do all of it again.
SELECT j.mark ->> 'list_no', j.mark ->> 'lead_id', j.mark ->> 'leads', j.mark ->> 'changed',
       (SELECT min(n.job_no) FROM jobs n
        WHERE n.kind = j.kind AND n.campaign_no = j.campaign_no AND n.list_no IS NULL AND n.job_no > j.job_no
          AND n.state IN ('queued', 'running'))
FROM jobs j
WHERE j.job_no = $1::bigint
