-- Campaign settings, dispositions and recycle rules. Windows are JSON as in commands (schemas/messages/common.json).
ALTER TABLE campaign
    ADD COLUMN lead_order text NOT NULL DEFAULT 'fresh_first'
        CHECK (lead_order IN ('fresh_first', 'due', 'newest', 'random')),
    ADD COLUMN assume_zones text NOT NULL DEFAULT '',
    ADD COLUMN windows jsonb NOT NULL DEFAULT '[{"days":["mon","tue","wed","thu","fri","sat","sun"],"from":"09:00","to":"20:00"}]',
    ADD COLUMN law_pack text NOT NULL DEFAULT 'us',
    ADD COLUMN hopper_target int NOT NULL DEFAULT 100,
    ADD COLUMN offer_lifetime_s int NOT NULL DEFAULT 300,
    ADD COLUMN reserve_s int NOT NULL DEFAULT 3600,
    ADD COLUMN max_attempts int NOT NULL DEFAULT 10,
    ADD COLUMN cap_calls int NOT NULL DEFAULT 3,
    ADD COLUMN cap_window_s int NOT NULL DEFAULT 86400,
    ADD COLUMN cap_gap_s int NOT NULL DEFAULT 900;

ALTER TABLE list ADD COLUMN windows jsonb NOT NULL DEFAULT '[]';

-- What a campaign has beyond the default set, or in place of one of it (domain/disposition.h).
CREATE TABLE disposition (
    campaign_no int NOT NULL REFERENCES campaign,
    code text NOT NULL,
    name text NOT NULL,
    contact boolean NOT NULL,
    final boolean NOT NULL,
    dnc boolean NOT NULL,
    invalid boolean NOT NULL,
    callback boolean NOT NULL,
    aliases text[] NOT NULL,
    PRIMARY KEY (campaign_no, code)
);

-- A row with max_attempts 0 is a default rule (domain/recycle.h) that was deleted.
CREATE TABLE recycle_rule (
    campaign_no int NOT NULL REFERENCES campaign,
    disposition text NOT NULL,
    max_attempts int NOT NULL,
    intervals_s int[] NOT NULL,
    windows jsonb NOT NULL DEFAULT '[]',
    min_distance_s int NOT NULL DEFAULT 0,
    PRIMARY KEY (campaign_no, disposition)
);

-- Leads that open and close together: candidate zones, and regions whose law differs. Names by comma, sorted.
CREATE TABLE gate (
    gate_no int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    zones text NOT NULL,
    regions text NOT NULL,
    UNIQUE (zones, regions)
);
INSERT INTO gate (zones, regions) VALUES ('', ''); -- 1: leads of which nothing is known
ALTER TABLE zone_set ADD COLUMN gate_no int REFERENCES gate;

-- The facts that the stage is made of (domain/stage.h). hold: bits of LeadHold. tries: calls of this pass by
-- disposition, "NA=2,B=1". due_at: NULL is since ever. called_at: start of its last call. decided_at: start of the call that status and hold tell of. No index may stand on what dialing changes, so that updates stay within their page.
ALTER TABLE leads SET (fillfactor = 85);
ALTER TABLE leads
    ADD COLUMN hold smallint NOT NULL DEFAULT 0,
    ADD COLUMN offer_id bigint,
    ADD COLUMN due_at timestamptz,
    ADD COLUMN called_at timestamptz,
    ADD COLUMN decided_at timestamptz,
    ADD COLUMN callback_at timestamptz,
    ADD COLUMN callback_agent text,
    ADD COLUMN tries text;

-- The leads whose stage is ready, as a top-up looks for them (runtime/ready_queue.h). class: 1 callback, 2 fresh,
-- 3 recycled. lead_rank: 99 - priority, so that the best comes first.
CREATE TABLE ready_lead (
    lead_id bigint NOT NULL,
    due_at timestamptz NOT NULL,
    list_no int NOT NULL,
    gate_no int NOT NULL,
    class smallint NOT NULL,
    lead_rank smallint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
CREATE UNIQUE INDEX ready_lead_search ON ready_lead (list_no, gate_no, class, lead_rank, due_at, lead_id);
CREATE INDEX ready_lead_express ON ready_lead (list_no, gate_no, class) WHERE lead_rank = 0;

-- state: 1 made (live until not_after, then reserved), 2 started, 3 revoked but not answered, 9 ended. held_until:
-- when it ends by itself, once the outcomes are read that far.
CREATE SEQUENCE offer_id_seq;
CREATE TABLE offer (
    offer_id bigint PRIMARY KEY DEFAULT nextval('offer_id_seq'),
    lead_id bigint NOT NULL,
    number_id bigint NOT NULL,
    list_no int NOT NULL,
    campaign_no int NOT NULL,
    state smallint NOT NULL,
    class smallint NOT NULL,
    made_at timestamptz NOT NULL,
    not_after timestamptz NOT NULL,
    held_until timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    ended_by text
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
CREATE UNIQUE INDEX offer_open_lead ON offer (lead_id) WHERE state < 9;
CREATE UNIQUE INDEX offer_open_number ON offer (number_id) WHERE state < 9;
CREATE INDEX offer_open_campaign ON offer (campaign_no, not_after) WHERE state < 9;
CREATE INDEX offer_open_until ON offer (held_until) WHERE state < 9;
CREATE INDEX offer_ended ON offer (ended_at) WHERE state = 9;
-- Started, and never heard of again: a call for all we know.
CREATE INDEX offer_lapsed ON offer (number_id) WHERE ended_by = 'lapsed' AND started_at IS NOT NULL;

-- The ledger of calls: evidence, only ever added to. One call is one row. number_id: NULL when nothing tells it.
CREATE TABLE attempt (
    attempt_no bigint GENERATED ALWAYS AS IDENTITY,
    recorded_at timestamptz NOT NULL,
    lead_id bigint NOT NULL,
    number_id bigint,
    list_no int,
    campaign_no int,
    offer_id bigint,
    source text NOT NULL,
    call_id text NOT NULL,
    disposition text NOT NULL,
    status text NOT NULL,
    contact boolean NOT NULL,
    started_at timestamptz NOT NULL,
    duration_s int,
    agent text
) PARTITION BY RANGE (recorded_at);
CREATE TABLE attempt_other PARTITION OF attempt DEFAULT;
CREATE INDEX attempt_lead ON attempt (lead_id);
CREATE INDEX attempt_number ON attempt (number_id, started_at);

-- Calls are known for 35 days by these.
CREATE TABLE call_known (
    source text NOT NULL,
    call_id text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (source, call_id)
);
CREATE INDEX call_known_recorded ON call_known (recorded_at);

-- Which recycler tops a campaign up. answered_at: when its dialer was last heard of. held: why it is not topped up
-- ('': it is).
CREATE TABLE campaign_hopper (
    campaign_no int PRIMARY KEY REFERENCES campaign,
    owner text NOT NULL DEFAULT '',
    lease_until timestamptz NOT NULL DEFAULT '-infinity',
    answered_at timestamptz,
    held text NOT NULL DEFAULT ''
) WITH (fillfactor = 20, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);

-- Up to when all that dialers said is known to be applied.
CREATE TABLE outcome_reading (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    complete_until timestamptz
) WITH (fillfactor = 20, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
INSERT INTO outcome_reading DEFAULT VALUES;

-- What older leads lack.
CREATE TEMPORARY TABLE old_zones ON COMMIT DROP AS
SELECT zone_set_no, array_to_string(ARRAY(
           SELECT DISTINCT zone
           FROM regexp_split_to_table(regexp_replace(key, '(own|area|state)=', '', 'g'), '[;,]') AS zone
           ORDER BY zone), ',') AS zones
FROM zone_set;
INSERT INTO gate (zones, regions) SELECT DISTINCT zones, '' FROM old_zones ON CONFLICT DO NOTHING;
UPDATE zone_set SET gate_no = gate.gate_no
FROM old_zones JOIN gate USING (zones) WHERE zone_set.zone_set_no = old_zones.zone_set_no;
INSERT INTO ready_lead (lead_id, due_at, list_no, gate_no, class, lead_rank)
SELECT lead_id, 'epoch', list_no, coalesce(z.gate_no, 1), 2, 99 - priority
FROM leads LEFT JOIN zone_set z USING (zone_set_no) WHERE stage = 6;
