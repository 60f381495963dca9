-- Leads of a list that meet a filter, or are named ($4), and how many of them another list ($3) has already.
SELECT f.list_id, t.list_id, count(l), count(l) FILTER (WHERE l.attempts > 0), count(l) FILTER (WHERE l.stage = 4),
       count(l) FILTER (WHERE EXISTS (SELECT FROM leads d WHERE d.phone = l.phone AND d.list_no + 0 = t.list_no)
                           OR EXISTS (SELECT FROM leads d WHERE d.external_id = l.external_id AND d.list_no = t.list_no)),
       ft.campaign_no <> tt.campaign_no
FROM list f
JOIN list_stats ft USING (list_no)
JOIN list t ON t.list_id = $3
JOIN list_stats tt ON tt.list_no = t.list_no
LEFT JOIN leads l ON l.list_no = f.list_no AND [filter $2]
                  AND ($4::text[] IS NULL OR l.lead_id = ANY ($4::text[]::bigint[]))
WHERE f.list_id = $1
GROUP BY 1, 2, ft.campaign_no, tt.campaign_no
