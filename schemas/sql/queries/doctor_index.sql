-- Where the lists of campaign $1, or with '' the campaigns that have lists, differ from $2: id, and whether $2 has it.
-- Campaigns that only $2 has are left out: they go with a sweep.
WITH there AS (
    SELECT l.list_id AS id
    FROM list l JOIN list_stats s USING (list_no) JOIN campaign c ON c.campaign_no = s.campaign_no
    WHERE c.campaign_id = $1
    UNION ALL
    SELECT campaign_id FROM campaign c
    WHERE $1 = '' AND EXISTS (SELECT FROM list_stats s WHERE s.campaign_no = c.campaign_no)
)
SELECT coalesce(there.id, shown.id), shown.id IS NOT NULL
FROM there FULL JOIN unnest($2::text[]) shown (id) ON shown.id = there.id
WHERE there.id IS NULL AND $1 <> '' OR shown.id IS NULL
ORDER BY 1
