-- Where leads of a list ($1) go ($2): the campaign, the life, and whether the campaign or the list's windows are others.
SELECT t.campaign_no, t.life, t.campaign_no <> s.campaign_no OR tl.windows <> sl.windows
FROM list_stats t JOIN list tl USING (list_no), list_stats s JOIN list sl USING (list_no)
WHERE t.list_no = $2::int AND s.list_no = $1::int
