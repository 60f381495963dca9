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
LIMIT 1000
