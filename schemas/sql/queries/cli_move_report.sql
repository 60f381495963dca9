-- Whom the leads of a move met in the other list, and what became of them. One that was merged is not there any more.
SELECT n.lead_id, l.external_id, n.other_lead_id, n.fate
FROM move_note n LEFT JOIN leads l USING (lead_id)
WHERE n.job_no = $1::bigint
ORDER BY n.lead_id, n.other_lead_id
