-- Leads and numbers with more than one open offer, and ready leads of a list that there is not.
SELECT 'lead ' || lead_id || ' has ' || count(*) || ' open offers' FROM offer WHERE state < 9
GROUP BY lead_id HAVING count(*) > 1
UNION ALL
SELECT 'number ' || number_id || ' has ' || count(*) || ' open offers' FROM offer WHERE state < 9
GROUP BY number_id HAVING count(*) > 1
UNION ALL
SELECT 'the queue has ' || count(*) || ' leads of list number ' || list_no || ', which there is not'
FROM ready_lead r WHERE NOT EXISTS (SELECT FROM list l WHERE l.list_no = r.list_no)
GROUP BY list_no
UNION ALL
SELECT 'list ' || list_id || ' was deleted, but has leads, such as '
       || (SELECT lead_id FROM leads d WHERE d.list_no = l.list_no ORDER BY lead_id LIMIT 1)
FROM list l
WHERE deleted_at IS NOT NULL
  AND (EXISTS (SELECT FROM leads d WHERE d.list_no = l.list_no)
       OR EXISTS (SELECT FROM ready_lead r WHERE r.list_no = l.list_no))
UNION ALL
SELECT 'list ' || list_id || ' was deleted, but has a gate' FROM list JOIN list_stats USING (list_no)
WHERE deleted_at IS NOT NULL
LIMIT 1000
