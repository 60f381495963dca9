SELECT l.list_no, s.campaign_no FROM list l JOIN list_stats s USING (list_no) WHERE l.list_id = $1
