-- Numbers of a list's leads that have a do-not-call entry for one campaign.
SELECT DISTINCT d.number_id
FROM dnc_entry d JOIN number n USING (number_id)
WHERE d.removed_at IS NULL AND d.campaign_no <> 0 AND d.number_id > $2::bigint
  AND EXISTS (SELECT FROM leads l WHERE l.phone = n.phone AND l.list_no = $1::int)
ORDER BY 1
LIMIT $3::int
