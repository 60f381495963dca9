-- The list's campaign, and whether its rules are being reapplied.
SELECT s.campaign_no,
       EXISTS (SELECT FROM jobs j WHERE j.state IN ('queued', 'running')
               AND j.kind IN ('campaign.reapply', 'list.move', 'list.reapply')
               AND (j.list_no = s.list_no OR j.campaign_no = s.campaign_no))
       OR EXISTS (SELECT FROM jobs j WHERE j.state IN ('queued', 'running') AND j.kind = 'leads.move'
                  AND 'list:' || s.list_no = ANY (j.slots))
FROM list_stats s WHERE s.list_no = $1::int
