-- Of these ids ($2), those that are no lists of the campaign.
SELECT id FROM unnest($2::text[]) id
WHERE NOT EXISTS (SELECT FROM list l JOIN list_stats s USING (list_no) JOIN campaign c ON c.campaign_no = s.campaign_no
                  WHERE l.list_id = id AND c.campaign_id = $1)
