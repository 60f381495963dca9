-- Leads whose counts of calls are not what the ledger has, by list; one of each kind is named. The ledger is read once,
-- however many lists there are.
WITH ledger AS (
    SELECT lead_id, count(*) AS calls FROM attempt GROUP BY lead_id
), wrong AS (
    SELECT list_no, lead_id, attempts, attempts_total, coalesce(calls, 0) AS calls
    FROM leads LEFT JOIN ledger USING (lead_id)
    WHERE attempts_total <> coalesce(calls, 0) OR attempts > attempts_total OR attempts < 0
), found AS (
    SELECT list_no, 'attempts_total of ' || count(*) || ' leads, such as ' || min(lead_id) AS what,
           sum(attempts_total)::text AS said, 'the ledger has ' || sum(calls) AS facts
    FROM wrong WHERE attempts_total <> calls GROUP BY list_no
    UNION ALL
    SELECT list_no, 'attempts of ' || count(*) || ' leads, such as ' || min(lead_id), sum(attempts)::text,
           'in all passes ' || sum(attempts_total)
    FROM wrong WHERE attempts > attempts_total OR attempts < 0 GROUP BY list_no
)
SELECT list_id, what, said, facts FROM found JOIN list USING (list_no) WHERE deleted_at IS NULL ORDER BY list_no, what
