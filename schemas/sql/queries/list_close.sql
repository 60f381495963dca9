-- The end of a list that is being deleted and has no leads left. Its last version is that of the tombstone.
WITH closed AS (
    DELETE FROM list_stats WHERE list_no = $1::int AND life = 'deleting' AND total = 0
    RETURNING list_no, campaign_no, version + 1 AS version
), statuses AS (
    DELETE FROM list_status WHERE list_no IN (SELECT list_no FROM closed)
)
UPDATE list l SET deleted_at = $2::timestamptz, updated_at = $2::timestamptz, last_version = closed.version
FROM closed
WHERE l.list_no = closed.list_no
RETURNING closed.version, l.list_id, (SELECT campaign_id FROM campaign c WHERE c.campaign_no = closed.campaign_no)
