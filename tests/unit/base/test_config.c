#include "base/config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define ENV(...)                                                                                   \
    (char *const[])                                                                                \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define EMPTY_ENV                                                                                  \
    (char *const[])                                                                                \
    {                                                                                              \
        NULL                                                                                       \
    }

static void expect_refused(char *const env[], const char *field, const char *text)
{
    AUTO_CONFIG config = {.ns = NULL};
    Error err = {.code = ""};
    cr_expect_eq(config_load(env, &config, NULL, &err), STATUS_FATAL, "%s", env[0]);
    cr_expect_str_eq(err.code, "config_invalid", "%s", env[0]);
    cr_expect_str_eq(err.field, field);
    cr_expect_not_null(strstr(err.text, text), "%s: %s", env[0], err.text);
    cr_expect_null(config.ns);
}

static void load(char *const env[], Config *ret_config)
{
    Error err = {.code = ""};
    cr_assert_eq(config_load(env, ret_config, NULL, &err), STATUS_OK, "%s", err.text);
}

/* A file with the text; the caller removes and frees the path. */
static char *file_with(const char *text)
{
    char *path = mem_strdup("/tmp/leadspool-test-config-XXXXXX");
    int fd = mkstemp(path);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    return path;
}

static char *printed(const Config *config)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    config_print(out, config);
    fclose(out);
    return text;
}

Test(config, defaults_work_on_a_laptop)
{
    AUTO_CONFIG config = {.ns = NULL};
    load(EMPTY_ENV, &config);
    cr_expect_str_eq(config.ns, "leadspool");
    cr_expect_str_eq(config.database_url, "postgresql:///leadspool");
    cr_expect_str_eq(config.redis_url, "redis://127.0.0.1:6379");
    cr_expect_str_eq(config.kafka_bootstrap_servers, "127.0.0.1:9092");
    cr_expect_str_eq(config.inbox, "./inbox");
    cr_expect_str_eq(config.outbox, "./outbox");
    cr_expect_eq(config.log_level, LOG_LEVEL_INFO);
    cr_expect_str_eq(config.http_address, "127.0.0.1");
    cr_expect_eq(config.http_port, 0);
    cr_expect_eq(config.batch_messages, 500);
    cr_expect_eq(config.session_timeout_ms, 10000);
    cr_expect_eq(config.lane_lease_ms, 10000);
    cr_expect_eq(config.job_lease_ms, 15000);
    cr_expect_eq(config.job_threads, 1);
    cr_expect_eq(config.import_lanes, 2);
    cr_expect_eq(config.import_chunk_rows, 20000);
    cr_expect_eq(config.import_set_mib, 192);
    cr_expect(config.number_key_is_default);
    cr_expect_eq(config.retention_days, 14);
    cr_expect_eq(config.property_count, 0);
    cr_expect_eq(config.ignored_count, 0);
}

Test(config, takes_values_of_the_environment)
{
    AUTO_CONFIG config = {.ns = NULL};
    load(ENV("LEADSPOOL_NAMESPACE=tenant_1", "DATABASE_URL=host=db dbname=x",
             "REDIS_URL=unix:///run/redis.sock", "LEADSPOOL_LOG_LEVEL=debug",
             "LEADSPOOL_HTTP_ADDRESS=::", "LEADSPOOL_HTTP_PORT=9100", "LEADSPOOL_JOB_LEASE_MS=1000",
             "LEADSPOOL_IMPORT_SET_MIB=0", "LEADSPOOL_NUMBER_KEY=0123456789abcdef", "HOME=/root",
             "LEADSPOOL_INBOX="),
         &config);
    cr_expect_str_eq(config.ns, "tenant_1");
    cr_expect_str_eq(config.database_url, "host=db dbname=x");
    cr_expect_str_eq(config.redis_url, "unix:///run/redis.sock");
    cr_expect_eq(config.log_level, LOG_LEVEL_DEBUG);
    cr_expect_eq(config.http_port, 9100);
    cr_expect_eq(config.job_lease_ms, 1000);
    cr_expect_eq(config.import_set_mib, 0);
    cr_expect_not(config.number_key_is_default);
    cr_expect_str_eq(config.inbox, "./inbox");
}

Test(config, refuses_with_the_name_and_what_is_allowed)
{
    static const struct {
        char *entry;
        const char *text;
    } cases[] = {
        {"LEADSPOOL_NAMESPACE=Tenant", "[a-z][a-z0-9_]{0,30}"},
        {"LEADSPOOL_NAMESPACE=1a", "[a-z][a-z0-9_]{0,30}"},
        {"LEADSPOOL_NAMESPACE=a-b", "[a-z][a-z0-9_]{0,30}"},
        {"LEADSPOOL_NAMESPACE=abcdefghijklmnopqrstuvwxyz012345", "[a-z][a-z0-9_]{0,30}"},
        {"DATABASE_URL=mysql://x", "postgresql://"},
        {"REDIS_URL=rediss://cache:6380", "hiredis 0.14 has no TLS"},
        {"REDIS_URL=localhost", "redis://"},
        {"LEADSPOOL_LOG_LEVEL=verbose", "error, warn, info or debug"},
        {"LEADSPOOL_HTTP_ADDRESS=localhost", "numeric"},
        {"LEADSPOOL_HTTP_PORT=65536", "from 0 to 65535"},
        {"LEADSPOOL_HTTP_PORT=-1", "from 0 to 65535"},
        {"LEADSPOOL_BATCH_MESSAGES=0", "from 1 to 5000"},
        {"LEADSPOOL_BATCH_MESSAGES=5001", "from 1 to 5000"},
        {"LEADSPOOL_BATCH_MESSAGES=10x", "whole number"},
        {"LEADSPOOL_BATCH_MESSAGES= 10", "whole number"},
        {"LEADSPOOL_BATCH_MESSAGES=1e2", "whole number"},
        {"LEADSPOOL_BATCH_MESSAGES=99999999999999999999", "whole number"},
        {"LEADSPOOL_NUMBER_KEY=short", "16 bytes"},
        {"LEADSPOOL_JOB_THREDS=2", "did you mean LEADSPOOL_JOB_THREADS?"},
        {"LEADSPOOL_WHATEVER=2", "--help"},
        {"LEADSPOOL_INBOX_FILE=/x", "no such setting"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_FREE char *name = mem_strndup(cases[i].entry, strcspn(cases[i].entry, "="));
        expect_refused(ENV(cases[i].entry), name, cases[i].text);
    }
}

Test(config, reports_every_problem)
{
    AUTO_CONFIG config = {.ns = NULL};
    AUTO_STRBUF problems = STRBUF_INIT;
    Error err;
    Status status = config_load(ENV("LEADSPOOL_JOB_THREADS=0", "LEADSPOOL_NO=1", "KAFKA_ACKS=1"),
                                &config, &problems, &err);
    cr_expect_eq(status, STATUS_FATAL);
    cr_expect_str_eq(err.field, "LEADSPOOL_JOB_THREADS");
    cr_expect_not_null(strstr(err.text, "LEADSPOOL_JOB_THREADS: must be a whole number"), "%s",
                       err.text);
    cr_expect_not_null(strstr(err.text, "(and 2 more)"), "%s", err.text);
    cr_expect_not_null(strstr(problems.data, "LEADSPOOL_JOB_THREADS: "));
    cr_expect_not_null(strstr(problems.data, "LEADSPOOL_NO: "));
    cr_expect_not_null(strstr(problems.data, "KAFKA_ACKS: "));
}

Test(config, secrets_come_from_files_without_the_last_newline)
{
    AUTO_FREE char *path = file_with("a-key-of-enough-bytes\n");
    AUTO_FREE char *entry = mem_sprintf("LEADSPOOL_NUMBER_KEY_FILE=%s", path);
    AUTO_FREE char *kafka = mem_sprintf("KAFKA_SASL_PASSWORD_FILE=%s", path);
    AUTO_CONFIG config = {.ns = NULL};
    load(ENV(entry, kafka), &config);
    unlink(path);
    cr_expect_str_eq(config.number_key, "a-key-of-enough-bytes");
    cr_assert_eq(config.property_count, 1);
    cr_expect_str_eq(config.properties[0].name, "sasl.password");
    cr_expect_str_eq(config.properties[0].value, "a-key-of-enough-bytes");
    cr_expect(config.properties[0].secret);
}

Test(config, a_secret_given_twice_or_not_readable_is_refused)
{
    AUTO_FREE char *path = file_with("");
    AUTO_FREE char *empty = mem_sprintf("DATABASE_URL_FILE=%s", path);
    expect_refused(ENV("DATABASE_URL=postgresql:///x", "DATABASE_URL_FILE=/x"), "DATABASE_URL",
                   "DATABASE_URL_FILE: give one");
    expect_refused(ENV("DATABASE_URL_FILE=/no/such/file"), "DATABASE_URL", "No such file");
    expect_refused(ENV(empty), "DATABASE_URL", "is empty");
    expect_refused(ENV("KAFKA_SASL_PASSWORD=a", "KAFKA_SASL_PASSWORD_FILE=/dev/null"),
                   "KAFKA_SASL_PASSWORD_FILE", "is empty");
    unlink(path);
}

Test(config, passes_librdkafka_properties_by_scope)
{
    static const struct {
        char *entry;
        ConfigScope scope;
        const char *name;
        const char *value;
    } cases[] = {
        {"KAFKA_SECURITY_PROTOCOL=SASL_SSL", CONFIG_SCOPE_BOTH, "security.protocol", "SASL_SSL"},
        {"KAFKA_SASL_MECHANISM=PLAIN", CONFIG_SCOPE_BOTH, "sasl.mechanism", "PLAIN"},
        {"KAFKA_CONSUMER_FETCH_MIN_BYTES=1", CONFIG_SCOPE_CONSUMER, "fetch.min.bytes", "1"},
        {"KAFKA_PRODUCER_LINGER_MS=5", CONFIG_SCOPE_PRODUCER, "linger.ms", "5"},
        {"KAFKA_LOG___LEVEL=7", CONFIG_SCOPE_BOTH, "log_level", "7"},
        {"KAFKA_A__B=x=y", CONFIG_SCOPE_BOTH, "a-b", "x=y"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_CONFIG config = {.ns = NULL};
        load(ENV(cases[i].entry), &config);
        cr_assert_eq(config.property_count, 1, "%s", cases[i].entry);
        cr_expect_eq(config.properties[0].scope, cases[i].scope);
        cr_expect_str_eq(config.properties[0].name, cases[i].name);
        cr_expect_str_eq(config.properties[0].value, cases[i].value);
        cr_expect_not(config.properties[0].secret);
    }
}

Test(config, refuses_properties_that_would_void_a_promise)
{
    static const struct {
        char *entry;
        const char *text;
    } cases[] = {
        {"KAFKA_ENABLE_AUTO_COMMIT=true", "enable.auto.commit cannot be set"},
        {"KAFKA_CONSUMER_ENABLE_AUTO_COMMIT=true", "enable.auto.commit cannot be set"},
        {"KAFKA_ENABLE_AUTO_OFFSET_STORE=true", "PostgreSQL"},
        {"KAFKA_PRODUCER_ENABLE_IDEMPOTENCE=false", "idempotent"},
        {"KAFKA_ACKS=0", "acks=all"},
        {"KAFKA_REQUEST_REQUIRED_ACKS=0", "acks=all"},
        {"KAFKA_AUTO_OFFSET_RESET=latest", "PostgreSQL"},
        {"KAFKA_ISOLATION_LEVEL=read_uncommitted", "committed"},
        {"KAFKA_PARTITION_ASSIGNMENT_STRATEGY=cooperative-sticky", "eagerly"},
        {"KAFKA_TRANSACTIONAL_ID=x", "outbox"},
        {"KAFKA_GROUP_ID=x", "group"},
        {"KAFKA_GROUP_PROTOCOL=consumer", "group"},
        {"KAFKA_PARTITIONER=random", "murmur2"},
        {"KAFKA_MESSAGE_TIMEOUT_MS=1", "hole"},
        {"KAFKA_SESSION_TIMEOUT_MS=1", "LEADSPOOL_SESSION_TIMEOUT_MS"},
        {"KAFKA_METADATA_BROKER_LIST=x", "KAFKA_BOOTSTRAP_SERVERS"},
        {"KAFKA_SASL_MECHANISM=SCRAM-SHA-512", "nonce"},
        {"KAFKA_SASL_MECHANISMS=scram-sha-256", "nonce"},
        {"KAFKA_A____B=x", "no librdkafka property"},
        {"KAFKA_=x", "no librdkafka property"},
        {"KAFKA_CONSUMER_=x", "no librdkafka property"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_FREE char *name = mem_strndup(cases[i].entry, strcspn(cases[i].entry, "="));
        expect_refused(ENV(cases[i].entry), name, cases[i].text);
    }
}

Test(config, service_links_of_kubernetes_are_ignored_and_named)
{
    static char *const entries[] = {
        "KAFKA_SERVICE_HOST=10.96.0.12",
        "KAFKA_SERVICE_PORT=9092",
        "KAFKA_SERVICE_PORT_CLIENTS=9092",
        "KAFKA_PORT=tcp://10.96.0.12:9092",
        "KAFKA_PORT_9092_TCP=tcp://10.96.0.12:9092",
        "KAFKA_PORT_9092_TCP_PROTO=tcp",
        "KAFKA_PORT_9092_TCP_PORT=9092",
        "KAFKA_PORT_9092_TCP_ADDR=10.96.0.12",
        "LEADSPOOL_IMPORTER_SERVICE_HOST=fd00::1",
        "LEADSPOOL_IMPORTER_PORT=tcp://[fd00::1]:9100",
        "LEADSPOOL_HTTP_PORT=tcp://10.96.0.13:80",
    };
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        AUTO_CONFIG config = {.ns = NULL};
        load(ENV(entries[i]), &config);
        cr_assert_eq(config.ignored_count, 1, "%s", entries[i]);
        cr_expect_eq(strncmp(config.ignored[0], entries[i], strlen(config.ignored[0])), 0);
        cr_expect_eq(config.property_count, 0);
        cr_expect_eq(config.http_port, 0);
    }
}

Test(config, the_name_of_a_service_link_with_another_value_is_none)
{
    expect_refused(ENV("LEADSPOOL_IMPORTER_PORT=9100"), "LEADSPOOL_IMPORTER_PORT",
                   "no such setting");
    expect_refused(ENV("LEADSPOOL_X_SERVICE_HOST=my host"), "LEADSPOOL_X_SERVICE_HOST", "no such");
    AUTO_CONFIG config = {.ns = NULL};
    load(ENV("KAFKA_PORT=9092"), &config);
    cr_expect_eq(config.property_count, 1);
}

Test(config, print_shows_origins_and_hides_secrets)
{
    AUTO_CONFIG config = {.ns = NULL};
    load(ENV("DATABASE_URL=postgresql://u:pa55@h/d", "KAFKA_SASL_PASSWORD=pa55",
             "LEADSPOOL_JOB_THREADS=3", "REDIS_URL=redis://:pa55@h",
             "LEADSPOOL_NUMBER_KEY=0123456789abcdef", "KAFKA_CONSUMER_CHECK=1"),
         &config);
    AUTO_FREE char *text = printed(&config);
    cr_expect_null(strstr(text, "pa55"));
    cr_expect_null(strstr(text, "0123456789abcdef"));
    cr_expect_not_null(strstr(text, "DATABASE_URL=******** (environment)\n"), "%s", text);
    cr_expect_not_null(strstr(text, "LEADSPOOL_JOB_THREADS=3 (environment)\n"));
    cr_expect_not_null(strstr(text, "LEADSPOOL_JOB_LEASE_MS=15000 (default)\n"));
    cr_expect_not_null(strstr(text, "LEADSPOOL_LOG_LEVEL=info (default)\n"));
    cr_expect_not_null(strstr(text, "kafka sasl.password=******** (environment)\n"));
    cr_expect_not_null(strstr(text, "kafka consumer check=1 (environment)\n"));
}

Test(config, help_names_every_setting)
{
    AUTO_FREE char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    config_help(out);
    fclose(out);
    cr_expect_not_null(strstr(text, "LEADSPOOL_BATCH_MESSAGES\n"));
    cr_expect_not_null(strstr(text, "1..5000; default 500\n"));
    cr_expect_not_null(strstr(text, "KAFKA_CONSUMER_*"));
}

Test(config, done_twice_is_fine)
{
    Config config = {.ns = NULL};
    load(ENV("KAFKA_CLIENT_RACK=a", "KAFKA_PORT=tcp://1.2.3.4:1"), &config);
    config_done(&config);
    config_done(&config);
    config_done(NULL);
}
