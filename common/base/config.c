#include "base/config.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/kafkaprop.h"
#include "base/mem.h"
#include "base/servicelink.h"
#include "base/suggest.h"

#define DEVELOPMENT_NUMBER_KEY "leadspool-development-number-key"

enum { CONFIG_NAME_SIZE = 160, CONFIG_FILE_MAX_BYTES = 64 << 10 };

typedef enum ConfigType {
    CONFIG_TYPE_TEXT,
    CONFIG_TYPE_INT,
    CONFIG_TYPE_LEVEL,
} ConfigType;

/* Says what is wrong with a text value, or NULL. */
typedef const char *ConfigCheck(const char *value);

static ConfigCheck config_check_namespace;
static ConfigCheck config_check_database;
static ConfigCheck config_check_redis;
static ConfigCheck config_check_address;
static ConfigCheck config_check_number_key;

/* allowed is for people; numbers say it by min and max. */
typedef struct ConfigKey {
    const char *name;
    ConfigType type;
    size_t offset;
    const char *default_value;
    int min;
    int max;
    ConfigCheck *check;
    const char *allowed;
    bool secret;
    const char *doc;
} ConfigKey;

#define TEXT(member) CONFIG_TYPE_TEXT, offsetof(Config, member)
#define INT(member)  CONFIG_TYPE_INT, offsetof(Config, member)

static const ConfigKey config_keys[] = {
    {"LEADSPOOL_NAMESPACE", TEXT(ns), "leadspool", .check = config_check_namespace,
     .allowed = "[a-z][a-z0-9_]{0,30}",
     .doc = "prefix of topics and Redis keys, and the PostgreSQL schema: one tenant"},
    {"DATABASE_URL", TEXT(database_url), "postgresql:///leadspool", .check = config_check_database,
     .allowed = "postgresql://... or key=value ...", .secret = true, .doc = "the record"},
    {"REDIS_URL", TEXT(redis_url), "redis://127.0.0.1:6379", .check = config_check_redis,
     .allowed = "redis://... or unix://...", .secret = true, .doc = "the live counters"},
    {"KAFKA_BOOTSTRAP_SERVERS", TEXT(kafka_bootstrap_servers), "127.0.0.1:9092",
     .allowed = "host:port,...", .doc = "where commands come from and events go to"},
    {"LEADSPOOL_INBOX", TEXT(inbox), "./inbox", .allowed = "a directory",
     .doc = "files to import; nothing outside is opened"},
    {"LEADSPOOL_OUTBOX", TEXT(outbox), "./outbox", .allowed = "a directory",
     .doc = "reject files and exports"},
    {"LEADSPOOL_LOG_LEVEL", CONFIG_TYPE_LEVEL, offsetof(Config, log_level), "info",
     .allowed = "error, warn, info or debug", .doc = "SIGHUP changes to debug and back"},
    {"LEADSPOOL_HTTP_ADDRESS", TEXT(http_address), "127.0.0.1", .check = config_check_address,
     .allowed = "a numeric IPv4 or IPv6 address",
     .doc = "where /healthz, /readyz and /metrics listen"},
    {"LEADSPOOL_HTTP_PORT", INT(http_port), "0", 0, 65535, .doc = "their port; 0 is off"},
    {"LEADSPOOL_BATCH_MESSAGES", INT(batch_messages), "500", 1, 5000,
     .doc = "most messages in one transaction"},
    {"LEADSPOOL_BATCH_BYTES", INT(batch_bytes), "8388608", 65536, 67108864,
     .doc = "most bytes of messages in one transaction"},
    {"LEADSPOOL_TOPIC_PARTITIONS", INT(topic_partitions), "6", 1, CONFIG_TOPIC_PARTITIONS_MAX,
     .doc = "partitions of each topic that workers share, for `leadspool migrate`, which never "
            "changes those of a topic that is there"},
    {"LEADSPOOL_SESSION_TIMEOUT_MS", INT(session_timeout_ms), "10000", 1000, 300000,
     .doc = "how long Kafka waits for a silent worker before its partitions move"},
    {"LEADSPOOL_LANE_LEASE_MS", INT(lane_lease_ms), "10000", 1000, 300000,
     .doc = "how long an outbox lane stays with a silent relay"},
    {"LEADSPOOL_RELAY_IDLE_MS", INT(relay_idle_ms), "10", 1, 1000,
     .doc = "pause of an idle relay before it looks for events of other processes again"},
    {"LEADSPOOL_JOB_LEASE_MS", INT(job_lease_ms), "15000", 1000, 300000,
     .doc = "how long a job stays with a silent worker"},
    {"LEADSPOOL_OUTBOX_MAX_MIB", INT(outbox_max_mib), "1024", 1, 1 << 20,
     .doc = "events waiting for Kafka; with more, no command is taken and jobs wait"},
    {"LEADSPOOL_JOB_DEATHS", INT(job_deaths), "5", 3, 1000000,
     .doc = "a job ends as failed when so many processes in a row died with it and did no chunk of "
            "it"},
    {"LEADSPOOL_JOB_THREADS", INT(job_threads), "1", 1, 16, .doc = "jobs worked on at a time"},
    {"LEADSPOOL_IMPORT_LANES", INT(import_lanes), "2", 1, 16,
     .doc = "connections that write one import"},
    {"LEADSPOOL_IMPORT_CHUNK_ROWS", INT(import_chunk_rows), "20000", 100, 100000,
     .doc = "rows of a file between two checkpoints"},
    {"LEADSPOOL_SWEEP_LANES", INT(sweep_lanes), "2", 1, 2,
     .doc = "connections that work on one move, reset or deletion of a list"},
    {"LEADSPOOL_EXPORT_READERS", INT(export_readers), "2", 1, 16,
     .doc = "connections that read one export"},
    {"LEADSPOOL_IMPORT_SET_MIB", INT(import_set_mib), "192", 0, 1 << 20,
     .doc = "memory for the phones of a list during an import or a dry run, and as much for the "
            "external ids of its file (in a dry run for its phones, too); what has no room is "
            "asked of the database, or of a file in LEADSPOOL_OUTBOX"},
    {"LEADSPOOL_NUMBER_KEY", TEXT(number_key), DEVELOPMENT_NUMBER_KEY,
     .check = config_check_number_key, .allowed = "16 bytes or more", .secret = true,
     .doc = "key of the digests of phone numbers; the default is for development only"},
    {"LEADSPOOL_RETENTION_DAYS", INT(retention_days), "14", 1, 3650,
     .doc = "age at which files in inbox and outbox are removed"},
    {"LEADSPOOL_STATS_PACE_S", INT(stats_pace_s), "10", 1, 3600,
     .doc = "between two looks at what a list shows with a time (dialable_now, runway)"},
    {"LEADSPOOL_STATS_SWEEP_S", INT(stats_sweep_s), "300", 1, 86400,
     .doc = "between two sweeps of Redis: what was evicted or spoiled comes back, strange keys go"},
    {"LEADSPOOL_LAW_PACKS", TEXT(law_packs), "", .allowed = "a directory",
     .doc = "law packs NAME.json beside those of the build, or in place of one of them"},
    {"LEADSPOOL_DEBUG_MESSAGES", INT(debug_messages), "0", 0, 1,
     .doc = "1: a message of type debug.abort ends the process; for tests only"},
    {"LEADSPOOL_CLOCK_FILE", TEXT(clock_file), "", .allowed = "a file",
     .doc = "microseconds since 1970, read in place of the clock; for simulations only"},
};

enum { CONFIG_KEY_COUNT = sizeof config_keys / sizeof config_keys[0] };
static_assert((int)CONFIG_KEY_COUNT <= (int)CONFIG_KEYS_MAX, "Config.origins is too small");

static const char *const config_origin_names[] = {"default", "environment", "file"};

typedef struct ConfigLoad {
    char *const *env;
    Config *config;
    StrBuf *problems;
    int problem_count;
    Error first;
} ConfigLoad;

static const char *config_check_namespace(const char *value)
{
    size_t len = strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789_");
    bool letter_first = value[0] >= 'a' && value[0] <= 'z';
    return letter_first && len <= 31 && value[len] == '\0'
               ? NULL
               : "must be [a-z][a-z0-9_]{0,30}: a lower-case letter, then up to 30 lower-case "
                 "letters, digits and underscores";
}

static bool config_begins(const char *value, const char *prefix)
{
    return strncmp(value, prefix, strlen(prefix)) == 0;
}

static const char *config_check_database(const char *value)
{
    bool url = config_begins(value, "postgresql://") || config_begins(value, "postgres://");
    bool pairs = strstr(value, "://") == NULL && strchr(value, '=') != NULL;
    return url || pairs ? NULL
                        : "must be postgresql://user@host:port/name, or libpq's key=value pairs";
}

static const char *config_check_redis(const char *value)
{
    if (config_begins(value, "rediss://")) {
        return "rediss:// cannot be kept: hiredis 0.14 has no TLS; use redis:// to a local "
               "stunnel, "
               "or a Unix socket with unix://";
    }
    return config_begins(value, "redis://") || config_begins(value, "unix://")
               ? NULL
               : "must be redis://host:port/db or unix:///path";
}

static const char *config_check_address(const char *value)
{
    struct in6_addr address;
    return inet_pton(AF_INET, value, &address) == 1 || inet_pton(AF_INET6, value, &address) == 1
               ? NULL
               : "must be a numeric IPv4 or IPv6 address, such as 127.0.0.1, 0.0.0.0 or ::";
}

static const char *config_check_number_key(const char *value)
{
    return strlen(value) >= 16 ? NULL : "must have 16 bytes or more";
}

static __attribute__((format(printf, 3, 4))) void
config_problem(ConfigLoad *load, const char *name, const char *format, ...)
{
    char text[sizeof load->first.text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (load->problem_count++ == 0) {
        error_set_field(&load->first, name, "config_invalid", "%s", text);
    }
    if (load->problems != NULL) {
        strbuf_addf(load->problems, "%s: %s\n", name, text);
    }
}

static const char *config_env(const ConfigLoad *load, const char *name)
{
    size_t len = strlen(name);
    for (char *const *entry = load->env; *entry != NULL; entry++) {
        if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=') {
            return (*entry)[len + 1] != '\0' ? *entry + len + 1 : NULL;
        }
    }
    return NULL;
}

static void config_ignore(Config *config, const char *name)
{
    config->ignored =
        mem_realloc(config->ignored, (config->ignored_count + 1) * sizeof *config->ignored);
    config->ignored[config->ignored_count++] = mem_strdup(name);
}

/* The content of a secret's file without one trailing newline, or NULL after telling the problem.
 * */
static char *config_read_file(ConfigLoad *load, const char *name, const char *path)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        config_problem(load, name, "cannot read %s: %s", path, strerror(errno));
        return NULL;
    }
    char *text = mem_alloc(CONFIG_FILE_MAX_BYTES + 1);
    size_t len = fread(text, 1, CONFIG_FILE_MAX_BYTES, file);
    bool failed = ferror(file) != 0;
    fclose(file);
    len -= len > 0 && text[len - 1] == '\n' ? 1 : 0;
    len -= len > 0 && text[len - 1] == '\r' ? 1 : 0;
    text[len] = '\0';
    if (failed || len == 0 || strlen(text) != len) {
        config_problem(load, name, "%s is empty, not readable or not text", path);
        free(text);
        return NULL;
    }
    return text;
}

static void config_set_int(ConfigLoad *load, const ConfigKey *key, const char *value)
{
    char *end;
    errno = 0;
    long number = strtol(value, &end, 10);
    bool digits = value[0] == '-' || (value[0] >= '0' && value[0] <= '9');
    if (!digits || *end != '\0' || errno != 0 || number < key->min || number > key->max) {
        config_problem(load, key->name, "must be a whole number from %d to %d", key->min, key->max);
        return;
    }
    *(int *)((char *)load->config + key->offset) = (int)number;
}

static void config_set_level(ConfigLoad *load, const ConfigKey *key, const char *value)
{
    if (!log_level_parse(value, (LogLevel *)((char *)load->config + key->offset))) {
        config_problem(load, key->name, "must be %s", key->allowed);
    }
}

static void config_set_text(ConfigLoad *load, const ConfigKey *key, const char *value)
{
    const char *wrong = key->check != NULL ? key->check(value) : NULL;
    if (wrong != NULL) {
        config_problem(load, key->name, "%s", wrong);
        return;
    }
    char **member = (char **)((char *)load->config + key->offset);
    free(*member);
    *member = mem_strdup(value);
}

static void config_set(ConfigLoad *load, const ConfigKey *key, const char *value)
{
    static void (*const setters[])(ConfigLoad *, const ConfigKey *, const char *) = {
        [CONFIG_TYPE_TEXT] = config_set_text,
        [CONFIG_TYPE_INT] = config_set_int,
        [CONFIG_TYPE_LEVEL] = config_set_level,
    };
    setters[key->type](load, key, value);
}

static void config_set_from_file(ConfigLoad *load, const ConfigKey *key, const char *path)
{
    AUTO_FREE char *text = config_read_file(load, key->name, path);
    if (text != NULL) {
        config_set(load, key, text);
        load->config->origins[key - config_keys] = CONFIG_FROM_FILE;
    }
}

/* The variable's value, unless it is Kubernetes' and not the operator's. */
static const char *config_own_value(ConfigLoad *load, const char *name)
{
    const char *value = config_env(load, name);
    if (value != NULL && servicelink_is(name, value)) {
        config_ignore(load->config, name);
        return NULL;
    }
    return value;
}

static void config_load_key(ConfigLoad *load, const ConfigKey *key)
{
    char file_name[CONFIG_NAME_SIZE];
    snprintf(file_name, sizeof file_name, "%s_FILE", key->name);
    const char *path = key->secret ? config_env(load, file_name) : NULL;
    const char *value = config_own_value(load, key->name);
    config_set(load, key, key->default_value);
    if (value != NULL && path != NULL) {
        config_problem(load, key->name, "is given, and so is %s: give one", file_name);
    } else if (path != NULL) {
        config_set_from_file(load, key, path);
    } else if (value != NULL) {
        config_set(load, key, value);
        load->config->origins[key - config_keys] = CONFIG_FROM_ENV;
    }
}

static bool config_is_key(const char *name)
{
    for (const ConfigKey *key = config_keys; key < config_keys + CONFIG_KEY_COUNT; key++) {
        size_t len = strlen(key->name);
        bool named = strncmp(name, key->name, len) == 0;
        if (named && (name[len] == '\0' || (key->secret && strcmp(name + len, "_FILE") == 0))) {
            return true;
        }
    }
    return false;
}

static void config_refuse_unknown(ConfigLoad *load, const char *name)
{
    Suggest suggest = SUGGEST_INIT(name);
    for (const ConfigKey *key = config_keys; key < config_keys + CONFIG_KEY_COUNT; key++) {
        suggest_offer(&suggest, key->name);
    }
    if (suggest.best != NULL) {
        config_problem(load, name, "there is no such setting; did you mean %s?", suggest.best);
    } else {
        config_problem(load, name, "there is no such setting; --help lists all");
    }
}

static void config_add_property(Config *config, ConfigProperty property)
{
    config->properties =
        mem_realloc(config->properties, (config->property_count + 1) * sizeof *config->properties);
    config->properties[config->property_count++] = property;
}

static bool config_has_property(const Config *config, ConfigScope scope, const char *name)
{
    for (size_t i = 0; i < config->property_count; i++) {
        const ConfigProperty *property = &config->properties[i];
        if (property->scope == scope && strcmp(property->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void config_load_property(ConfigLoad *load, const char *variable, const char *value)
{
    char name[KAFKAPROP_NAME_SIZE];
    ConfigScope scope;
    if (!kafkaprop_parse(variable, &scope, name)) {
        config_problem(load, variable, "names no librdkafka property (_ is a dot, __ a hyphen)");
        return;
    }
    bool from_file = kafkaprop_cut_file(name);
    AUTO_FREE char *text = from_file ? config_read_file(load, variable, value) : mem_strdup(value);
    const char *refusal = text != NULL ? kafkaprop_refusal(name, text) : NULL;
    if (refusal != NULL) {
        config_problem(load, variable, "%s cannot be set: %s", name, refusal);
    } else if (text != NULL && config_has_property(load->config, scope, name)) {
        config_problem(load, variable, "%s is given twice: give it once", name);
    } else if (text != NULL) {
        config_add_property(load->config,
                            (ConfigProperty){
                                .scope = scope,
                                .name = mem_strdup(name),
                                .value = mem_strdup(text),
                                .secret = kafkaprop_is_secret(name),
                                .origin = from_file ? CONFIG_FROM_FILE : CONFIG_FROM_ENV,
                            });
    }
}

static void config_load_other(ConfigLoad *load, const char *name, const char *value)
{
    bool ours = config_begins(name, "LEADSPOOL_");
    bool kafka = config_begins(name, "KAFKA_");
    if ((!ours && !kafka) || config_is_key(name)) {
        return;
    }
    if (servicelink_is(name, value)) {
        config_ignore(load->config, name);
    } else if (ours) {
        config_refuse_unknown(load, name);
    } else if (value[0] != '\0') {
        config_load_property(load, name, value);
    }
}

static void config_load_others(ConfigLoad *load)
{
    for (char *const *entry = load->env; *entry != NULL; entry++) {
        const char *equals = strchr(*entry, '=');
        if (equals != NULL) {
            AUTO_FREE char *name = mem_strndup(*entry, (size_t)(equals - *entry));
            config_load_other(load, name, equals + 1);
        }
    }
}

static Status config_report(const ConfigLoad *load, Error *err)
{
    const char *name = load->first.field;
    if (load->problem_count > 1) {
        error_set(err, STATUS_FATAL, "config_invalid", "%s: %.400s (and %d more)", name,
                  load->first.text, load->problem_count - 1);
    } else {
        error_set(err, STATUS_FATAL, "config_invalid", "%s: %.400s", name, load->first.text);
    }
    if (err != NULL) {
        snprintf(err->field, sizeof err->field, "%s", name);
    }
    return STATUS_FATAL;
}

Status config_load(char *const env[], Config *ret_config, StrBuf *problems, Error *err)
{
    AUTO_CONFIG config = {.ns = NULL};
    ConfigLoad load = {.env = env, .config = &config, .problems = problems};
    for (const ConfigKey *key = config_keys; key < config_keys + CONFIG_KEY_COUNT; key++) {
        config_load_key(&load, key);
    }
    config_load_others(&load);
    if (load.problem_count > 0) {
        return config_report(&load, err);
    }
    config.number_key_is_default = strcmp(config.number_key, DEVELOPMENT_NUMBER_KEY) == 0;
    *ret_config = config;
    config = (Config){.ns = NULL};
    return STATUS_OK;
}

void config_done(Config *config)
{
    if (config == NULL) {
        return;
    }
    for (const ConfigKey *key = config_keys; key < config_keys + CONFIG_KEY_COUNT; key++) {
        if (key->type == CONFIG_TYPE_TEXT) {
            free(*(char **)((char *)config + key->offset));
        }
    }
    for (size_t i = 0; i < config->property_count; i++) {
        free(config->properties[i].name);
        free(config->properties[i].value);
    }
    for (size_t i = 0; i < config->ignored_count; i++) {
        free(config->ignored[i]);
    }
    free(config->properties);
    free(config->ignored);
    *config = (Config){.ns = NULL};
}

bool config_doc(size_t at, ConfigDoc *ret)
{
    if (at >= CONFIG_KEY_COUNT) {
        return false;
    }
    const ConfigKey *key = &config_keys[at];
    *ret = (ConfigDoc){.name = key->name,
                       .default_value = key->default_value,
                       .secret = key->secret,
                       .doc = key->doc};
    if (key->type == CONFIG_TYPE_INT) {
        snprintf(ret->allowed, sizeof ret->allowed, "%d..%d", key->min, key->max);
    } else {
        snprintf(ret->allowed, sizeof ret->allowed, "%s", key->allowed);
    }
    return true;
}

static void config_help_key(FILE *out, const ConfigDoc *doc)
{
    const char *value = doc->default_value[0] != '\0' ? doc->default_value : "none";
    fprintf(out, "  %s\n      %s\n      %s; default %s%s%s\n", doc->name, doc->doc, doc->allowed,
            value, doc->secret ? "; or " : "",
            doc->secret ? "a file, by the same name with _FILE" : "");
}

void config_help(FILE *out)
{
    fputs("Settings, from the environment:\n", out);
    ConfigDoc doc;
    for (size_t at = 0; config_doc(at, &doc); at++) {
        config_help_key(out, &doc);
    }
    fputs("  KAFKA_*, KAFKA_CONSUMER_*, KAFKA_PRODUCER_*\n"
          "      any other librdkafka property: _ is a dot, __ a hyphen, ___ an underscore;\n"
          "      secret ones also from a file, with _FILE\n",
          out);
}

static void config_print_value(FILE *out, const Config *config, const ConfigKey *key)
{
    const char *member = (const char *)config + key->offset;
    if (key->secret) {
        fputs("********", out);
    } else if (key->type == CONFIG_TYPE_INT) {
        fprintf(out, "%d", *(const int *)member);
    } else if (key->type == CONFIG_TYPE_LEVEL) {
        fputs(log_level_name(*(const LogLevel *)member), out);
    } else {
        fputs(*(char *const *)member, out);
    }
}

void config_print(FILE *out, const Config *config)
{
    static const char *const scopes[] = {"kafka", "kafka consumer", "kafka producer"};
    for (const ConfigKey *key = config_keys; key < config_keys + CONFIG_KEY_COUNT; key++) {
        fprintf(out, "%s=", key->name);
        config_print_value(out, config, key);
        fprintf(out, " (%s)\n", config_origin_names[config->origins[key - config_keys]]);
    }
    for (size_t i = 0; i < config->property_count; i++) {
        const ConfigProperty *property = &config->properties[i];
        fprintf(out, "%s %s=%s (%s)\n", scopes[property->scope], property->name,
                property->secret ? "********" : property->value,
                config_origin_names[property->origin]);
    }
}
