-- One namespace: its epoch, and the identity of the record that the epoch belongs to.
CREATE TABLE namespace (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch bigint NOT NULL,
    system_identifier text NOT NULL,
    timeline text NOT NULL
);
INSERT INTO namespace (epoch, system_identifier, timeline)
SELECT 1, system_identifier::text, substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)
FROM pg_control_system();

-- Job numbers, and blocks of lead ids for upserts: lead_id = number << 32 | ordinal.
CREATE SEQUENCE id_block_seq;

CREATE TABLE campaign (
    campaign_no int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign_id text NOT NULL UNIQUE,
    name text NOT NULL,
    active boolean NOT NULL DEFAULT false,
    default_country text NOT NULL DEFAULT 'US',
    rules_version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL
);

CREATE TABLE list (
    list_no int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    list_id text NOT NULL UNIQUE,
    name text NOT NULL,
    description text NOT NULL,
    campaign_no int NOT NULL REFERENCES campaign,
    priority smallint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- Counter, version and gate of a list in one narrow row, updated in place.
CREATE TABLE list_stats (
    list_no int PRIMARY KEY,
    version bigint NOT NULL DEFAULT 0,
    life text NOT NULL CHECK (life IN ('active', 'paused', 'deleting')),
    campaign_no int NOT NULL,
    campaign_active boolean NOT NULL,
    rules_version bigint NOT NULL,
    total bigint NOT NULL DEFAULT 0,
    dnc bigint NOT NULL DEFAULT 0,
    invalid bigint NOT NULL DEFAULT 0,
    finished bigint NOT NULL DEFAULT 0,
    offered bigint NOT NULL DEFAULT 0,
    exhausted bigint NOT NULL DEFAULT 0,
    ready bigint NOT NULL DEFAULT 0,
    contacted bigint NOT NULL DEFAULT 0,
    attempted bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 20, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
CREATE INDEX list_stats_campaign ON list_stats (campaign_no);

CREATE TABLE list_status (
    list_no int NOT NULL,
    status text NOT NULL,
    leads bigint NOT NULL,
    PRIMARY KEY (list_no, status)
) WITH (fillfactor = 20, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);

-- Candidate time zones of leads with the facts that they come from, each combination once.
CREATE TABLE zone_set (
    zone_set_no int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE
);

-- stage: 1 dnc, 2 invalid, 3 finished, 4 offered, 5 exhausted, 6 ready (common/domain/stage.h).
-- phone: E.164 digits as a number. content_hash: of the last imported row, NULL once changed otherwise.
CREATE TABLE leads (
    lead_id bigint NOT NULL,
    phone bigint NOT NULL,
    content_hash bigint,
    revision bigint,
    list_no int NOT NULL,
    lead_version int NOT NULL DEFAULT 1,
    zone_set_no int,
    stage smallint NOT NULL,
    priority smallint NOT NULL DEFAULT 50,
    attempts smallint NOT NULL DEFAULT 0,
    attempts_total smallint NOT NULL DEFAULT 0,
    contacted boolean NOT NULL DEFAULT false,
    dnc boolean NOT NULL DEFAULT false,
    verified boolean NOT NULL DEFAULT true,
    status text NOT NULL DEFAULT 'NEW',
    extension text,
    external_id text,
    first_name text,
    last_name text,
    email text,
    address text,
    city text,
    state text,
    zip text,
    country text,
    time_zone text,
    custom jsonb,
    PRIMARY KEY (lead_id)
);
CREATE UNIQUE INDEX leads_phone_list ON leads (phone, list_no);
CREATE INDEX leads_list ON leads (list_no, lead_id);
CREATE UNIQUE INDEX leads_external ON leads (list_no, external_id) WHERE external_id IS NOT NULL;

-- Telephone numbers that were offered, called or put on a do-not-call list.
CREATE TABLE number (
    number_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    phone bigint UNIQUE,
    digest bytea NOT NULL UNIQUE
);

-- Evidence: rows are ended, never deleted. campaign_no 0: every campaign. opened_xid: who read the list before this
-- transaction was over does not know of the entry (importer/dnc_filter.h).
CREATE TABLE dnc_entry (
    dnc_entry_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number_id bigint NOT NULL REFERENCES number,
    campaign_no int NOT NULL DEFAULT 0,
    source text NOT NULL,
    added_at timestamptz NOT NULL,
    expires_at timestamptz,
    removed_at timestamptz,
    removed_by text,
    opened_xid xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE UNIQUE INDEX dnc_entry_open ON dnc_entry (number_id, campaign_no) WHERE removed_at IS NULL;
CREATE INDEX dnc_entry_opened ON dnc_entry (opened_xid);
CREATE INDEX dnc_entry_expiry ON dnc_entry (expires_at) WHERE removed_at IS NULL AND expires_at IS NOT NULL;

-- Numbers whose DNC entries changed while other transactions ran: looked at again once those ended, which is
-- when all transactions below xid_horizon have. It is set after the change was committed, so that it lies above
-- every transaction that did not see it.
CREATE TABLE dnc_recheck (
    dnc_recheck_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number_id bigint NOT NULL,
    xid_horizon xid8
);

CREATE TABLE consumer_position (
    consumer_group text NOT NULL,
    topic text NOT NULL,
    partition int NOT NULL,
    generation int NOT NULL DEFAULT 1,
    epoch bigint NOT NULL DEFAULT 0,
    owner text NOT NULL DEFAULT '',
    next_offset bigint,
    fingerprint bigint,
    claimed_offset bigint,
    left_cleanly boolean NOT NULL DEFAULT true,
    careful_until bigint,
    marked_offset bigint,
    marked_times int NOT NULL DEFAULT 0,
    marked_by text NOT NULL DEFAULT '',
    halted text,
    PRIMARY KEY (consumer_group, topic, partition)
) WITH (fillfactor = 20, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);

-- Records that retention removed before they were read.
CREATE TABLE consumer_incident (
    consumer_incident_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer_group text NOT NULL,
    topic text NOT NULL,
    partition int NOT NULL,
    first_lost bigint NOT NULL,
    next_kept bigint NOT NULL,
    noticed_at timestamptz NOT NULL
);

-- Commands answered at once, with the answer: (source, id) is known for 35 days.
CREATE TABLE command (
    source text NOT NULL,
    command_id text NOT NULL,
    body_sha256 bytea NOT NULL,
    replies int NOT NULL DEFAULT 1,
    reply_type text NOT NULL,
    reply text NOT NULL,
    handled_at timestamptz NOT NULL,
    PRIMARY KEY (source, command_id)
);
CREATE INDEX command_handled ON command (handled_at);

-- Events not yet on Kafka. payload: framed messages of one lane (common/runtime/outbox.h).
CREATE SEQUENCE outbox_id_seq CACHE 1;
CREATE TABLE outbox (
    id bigint PRIMARY KEY DEFAULT nextval('outbox_id_seq'),
    lane smallint NOT NULL,
    messages int NOT NULL,
    written_at timestamptz NOT NULL,
    payload bytea NOT NULL
) WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.1,
        toast.autovacuum_vacuum_threshold = 1000);

CREATE TABLE outbox_lane (
    lane smallint PRIMARY KEY,
    owner text NOT NULL DEFAULT '',
    epoch bigint NOT NULL DEFAULT 0,
    lease_until timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 20);
INSERT INTO outbox_lane (lane) SELECT generate_series(0, 15);

CREATE TABLE worker (
    worker_id text PRIMARY KEY,
    service text NOT NULL,
    alive_until timestamptz NOT NULL
) WITH (fillfactor = 20);

-- progress and result are what the job's events say.
CREATE TABLE jobs (
    job_no bigint PRIMARY KEY,
    kind text NOT NULL,
    list_no int,
    campaign_no int,
    source text NOT NULL,
    command_id text NOT NULL,
    slots text[] NOT NULL,
    params jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'running', 'completed', 'failed', 'cancelled')),
    cancel_requested boolean NOT NULL DEFAULT false,
    owner text NOT NULL DEFAULT '',
    token bigint NOT NULL DEFAULT 0,
    lease_until timestamptz NOT NULL DEFAULT '-infinity',
    event_n bigint NOT NULL DEFAULT 0,
    progress_at timestamptz,
    result jsonb,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    UNIQUE (source, command_id)
) WITH (fillfactor = 50);
CREATE INDEX jobs_open ON jobs (job_no) WHERE state IN ('queued', 'running');

-- One bulk job at a time per list ('list:N') and per campaign ('campaign:N').
CREATE TABLE job_slot (
    slot text PRIMARY KEY,
    job_no bigint NOT NULL
);

-- An import's checkpoint per lane: everything of this lane before `chunk` is committed.
CREATE TABLE import_lane (
    job_no bigint NOT NULL,
    lane smallint NOT NULL,
    token bigint NOT NULL DEFAULT 0,
    chunk bigint NOT NULL DEFAULT 0,
    byte_offset bigint NOT NULL DEFAULT 0,
    row_no bigint NOT NULL DEFAULT 0,
    line_no bigint NOT NULL DEFAULT 1,
    digest text NOT NULL DEFAULT '',
    finished boolean NOT NULL DEFAULT false,
    rows bigint NOT NULL DEFAULT 0,
    inserted bigint NOT NULL DEFAULT 0,
    updated bigint NOT NULL DEFAULT 0,
    duplicate_in_file bigint NOT NULL DEFAULT 0,
    duplicate_in_list bigint NOT NULL DEFAULT 0,
    duplicate_in_campaign bigint NOT NULL DEFAULT 0,
    rejected bigint NOT NULL DEFAULT 0,
    unverified bigint NOT NULL DEFAULT 0,
    dnc bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (job_no, lane)
) WITH (fillfactor = 20);

-- Reject parts of an import: how much of each file is committed.
CREATE TABLE import_part (
    job_no bigint NOT NULL,
    lane smallint NOT NULL,
    token bigint NOT NULL,
    size_bytes bigint NOT NULL,
    PRIMARY KEY (job_no, lane, token)
);
