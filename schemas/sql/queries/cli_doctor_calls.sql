-- Leads of the list whose counts of calls are not what the ledger has; one of each kind is named.
WITH ledger AS (
    SELECT lead_id, count(*) AS calls FROM attempt
    WHERE lead_id IN (SELECT lead_id FROM leads WHERE list_no = $1::int)
    GROUP BY lead_id
), counted AS (
    SELECT lead_id, attempts, attempts_total, coalesce(calls, 0) AS calls
    FROM leads LEFT JOIN ledger USING (lead_id) WHERE list_no = $1::int
)
SELECT 'attempts_total of ' || count(*) || ' leads, such as ' || min(lead_id), sum(attempts_total)::text,
       'the ledger has ' || sum(calls)
FROM counted WHERE attempts_total <> calls
HAVING count(*) > 0
UNION ALL
SELECT 'attempts of ' || count(*) || ' leads, such as ' || min(lead_id), sum(attempts)::text,
       'in all passes ' || sum(attempts_total)
FROM counted WHERE attempts > attempts_total OR attempts < 0
HAVING count(*) > 0
