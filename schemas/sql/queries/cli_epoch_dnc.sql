-- Numbers of transactions from another server say nothing here: what waits for them is marked anew, and what they
-- opened counts as opened now.
WITH marked AS (
    UPDATE dnc_recheck SET xid_horizon = NULL WHERE xid_horizon IS NOT NULL
)
UPDATE dnc_entry SET opened_xid = pg_current_xact_id() WHERE opened_xid > pg_current_xact_id()
