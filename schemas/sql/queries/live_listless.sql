-- Of these ids ($1), those of no campaign that has lists.
SELECT id FROM unnest($1::text[]) id
WHERE NOT EXISTS (SELECT FROM campaign c JOIN list_stats s USING (campaign_no) WHERE c.campaign_id = id)
