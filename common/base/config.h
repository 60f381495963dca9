/* config.h - all settings, from the environment alone, through one table. Layer: base.
 *
 * The table in config.c gives each key its type, default, range and one line of doc; --help,
 * --check-config and the documentation print it. Rules:
 *   - Secrets may come from a file instead: NAME_FILE=path (one trailing newline is dropped); both
 *     at once is an error. This holds for the secret librdkafka properties too.
 *   - An unknown LEADSPOOL_* variable is an error that names the nearest known one. An empty value
 *     counts as not set.
 *   - KAFKA_*: any librdkafka property, `_` = ".", `__` = "-", `___` = "_"; KAFKA_CONSUMER_* and
 *     KAFKA_PRODUCER_* reach one side only. Names that would void a promise are refused with the
 *     reason, and so is SCRAM; whether a property exists is for librdkafka to say.
 *   - Kubernetes' service links (KAFKA_PORT=tcp://..., LEADSPOOL_IMPORTER_SERVICE_HOST=10.0.0.7)
 *     are recognised by name and value together and ignored; `ignored` names them for one log line.
 * All problems are found in one go, not only the first. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "base/log.h"
#include "base/strbuf.h"

typedef enum ConfigOrigin {
    CONFIG_FROM_DEFAULT = 0,
    CONFIG_FROM_ENV,
    CONFIG_FROM_FILE,
} ConfigOrigin;

typedef enum ConfigScope {
    CONFIG_SCOPE_BOTH = 0,
    CONFIG_SCOPE_CONSUMER,
    CONFIG_SCOPE_PRODUCER,
} ConfigScope;

/* One librdkafka property, name as librdkafka spells it ("security.protocol"). */
typedef struct ConfigProperty {
    ConfigScope scope;
    char *name;
    char *value;
    bool secret;
    ConfigOrigin origin;
} ConfigProperty;

enum { CONFIG_KEYS_MAX = 32 };
/* So that one worker can hold all that its topics have: see INTAKE_PARTITIONS_MAX. */
enum { CONFIG_TOPIC_PARTITIONS_MAX = 127 };

/* Strings are owned by the Config and never NULL after config_load. */
typedef struct Config {
    char *ns;           /* LEADSPOOL_NAMESPACE: topic and Redis prefix, PostgreSQL schema */
    char *database_url; /* DATABASE_URL, secret */
    char *redis_url;    /* REDIS_URL, secret */
    char *kafka_bootstrap_servers; /* KAFKA_BOOTSTRAP_SERVERS */
    char *inbox;                   /* LEADSPOOL_INBOX */
    char *outbox;                  /* LEADSPOOL_OUTBOX */
    LogLevel log_level;            /* LEADSPOOL_LOG_LEVEL */
    char *http_address;            /* LEADSPOOL_HTTP_ADDRESS */
    int http_port;                 /* LEADSPOOL_HTTP_PORT; 0 = no server */
    int batch_messages;            /* LEADSPOOL_BATCH_MESSAGES */
    int batch_bytes;               /* LEADSPOOL_BATCH_BYTES */
    int topic_partitions;          /* LEADSPOOL_TOPIC_PARTITIONS */
    int session_timeout_ms; /* LEADSPOOL_SESSION_TIMEOUT_MS: librdkafka's session.timeout.ms */
    int lane_lease_ms;      /* LEADSPOOL_LANE_LEASE_MS: lease of an outbox lane */
    int relay_idle_ms;      /* LEADSPOOL_RELAY_IDLE_MS: between two looks that find nothing */
    int job_lease_ms;       /* LEADSPOOL_JOB_LEASE_MS */
    int outbox_max_mib;     /* LEADSPOOL_OUTBOX_MAX_MIB: beyond it nothing new is begun */
    int job_deaths;         /* LEADSPOOL_JOB_DEATHS: in a row and without a chunk, then it fails */
    int job_threads;        /* LEADSPOOL_JOB_THREADS: jobs worked on at a time */
    int import_lanes;       /* LEADSPOOL_IMPORT_LANES */
    int import_chunk_rows;  /* LEADSPOOL_IMPORT_CHUNK_ROWS */
    int import_set_mib;     /* LEADSPOOL_IMPORT_SET_MIB; 0 = never keep a list's phones in memory */
    int sweep_lanes;        /* LEADSPOOL_SWEEP_LANES */
    int export_readers;     /* LEADSPOOL_EXPORT_READERS */
    char *number_key;       /* LEADSPOOL_NUMBER_KEY, secret */
    bool number_key_is_default; /* the development key: the caller logs a warning */
    int retention_days;         /* LEADSPOOL_RETENTION_DAYS */
    int stats_pace_s;           /* LEADSPOOL_STATS_PACE_S */
    int stats_sweep_s;          /* LEADSPOOL_STATS_SWEEP_S */
    int debug_messages;         /* LEADSPOOL_DEBUG_MESSAGES: 1 takes debug.abort */
    char *law_packs;            /* LEADSPOOL_LAW_PACKS: "" when there is no directory */
    char *clock_file;           /* LEADSPOOL_CLOCK_FILE; "" = the clock */

    ConfigProperty *properties; /* the KAFKA_* pass-through, in the order of the environment */
    size_t property_count;
    char **ignored; /* names of the service-link variables that were skipped */
    size_t ignored_count;
    ConfigOrigin origins[CONFIG_KEYS_MAX]; /* in the order of the table */
} Config;

/* Reads env ("NAME=value", NULL-terminated: pass environ). On any problem: STATUS_FATAL, code
 * "config_invalid", err->field the first variable at fault, err->text its problem and how many
 * more; `problems` (may be NULL) gets one line for each. Secrets never appear in texts. */
Status config_load(char *const env[], Config *ret_config, StrBuf *problems, Error *err) MUST_CHECK;
void config_done(Config *config);
#define AUTO_CONFIG __attribute__((cleanup(config_done))) Config

/* A row of the table, for people. */
typedef struct ConfigDoc {
    const char *name;
    const char *default_value; /* "": none */
    char allowed[48];
    bool secret; /* may come from a file */
    const char *doc;
} ConfigDoc;
/* The row at this place; false behind the last. */
bool config_doc(size_t at, ConfigDoc *ret);

/* The table, for --help: name, default, what is allowed, what it does. */
void config_help(FILE *out);

/* What is in force, for --check-config: NAME=value and where it came from; secrets as ********. */
void config_print(FILE *out, const Config *config);
