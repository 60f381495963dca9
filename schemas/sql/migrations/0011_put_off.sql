-- Leads that a top-up put off: when they were due (NULL as in leads), until when they wait, and by which rules. They
-- come back when the rules of their campaign move (recycler/put_off.h).
CREATE TABLE put_off (
    lead_id bigint PRIMARY KEY,
    list_no int NOT NULL,
    campaign_no int NOT NULL,
    rules_version bigint NOT NULL,
    due_at timestamptz,
    until timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
CREATE INDEX put_off_rules ON put_off (list_no, campaign_no, rules_version);
CREATE INDEX put_off_until ON put_off (until);
