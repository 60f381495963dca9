-- The projection into Redis. owner: the leadspool-stats that rebuilds, sweeps and counts what no message tells.
-- wanted: how often one of them went on without having written to Redis; done: up to which of these all lists
-- were written since. rolled_until: attempts recorded before are in attempt_hour.
CREATE TABLE stats_projection (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    owner text NOT NULL DEFAULT '',
    lease_until timestamptz NOT NULL DEFAULT '-infinity',
    wanted bigint NOT NULL DEFAULT 0,
    done bigint NOT NULL DEFAULT 0,
    rolled_until timestamptz
) WITH (fillfactor = 20, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
INSERT INTO stats_projection DEFAULT VALUES;

-- How often a campaign's sums changed.
CREATE TABLE campaign_stats (
    campaign_no int PRIMARY KEY,
    version bigint NOT NULL
) WITH (fillfactor = 20, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);

-- Attempts of a list by the hour that recorded them, for two days.
CREATE TABLE attempt_hour (
    list_no int NOT NULL,
    hour timestamptz NOT NULL,
    attempts bigint NOT NULL,
    contacts bigint NOT NULL,
    PRIMARY KEY (list_no, hour)
) WITH (fillfactor = 50);
CREATE INDEX attempt_hour_hour ON attempt_hour (hour);
CREATE INDEX attempt_recorded ON attempt USING brin (recorded_at) WITH (pages_per_range = 16, autosummarize = on);
