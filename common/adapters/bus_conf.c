/* Settings and errors that consumer, producer and admin share. */
#include <string.h>

#include "adapters/bus_internal.h"
#include "base/log.h"
#include "base/mem.h"

/* Names that would void a promise were refused when the configuration was read. Those of one scope
 * name the clients that know the property: librdkafka warns about the others. */
static const struct BusSetting {
    ConfigScope scope;
    const char *name;
    const char *value;
} bus_settings[] = {
    {CONFIG_SCOPE_BOTH, "socket.keepalive.enable", "true"},
    {CONFIG_SCOPE_BOTH, "reconnect.backoff.max.ms", "2000"},
    {CONFIG_SCOPE_BOTH, "socket.timeout.ms", "10000"},
    {CONFIG_SCOPE_BOTH, "log.connection.close", "false"},
    {CONFIG_SCOPE_CONSUMER, "enable.auto.commit", "false"},
    {CONFIG_SCOPE_CONSUMER, "enable.auto.offset.store", "false"},
    {CONFIG_SCOPE_CONSUMER, "auto.offset.reset", "error"},
    {CONFIG_SCOPE_CONSUMER, "partition.assignment.strategy", "range"},
    {CONFIG_SCOPE_CONSUMER, "isolation.level", "read_committed"},
    {CONFIG_SCOPE_CONSUMER, "check.crcs", "true"},
    {CONFIG_SCOPE_CONSUMER, "fetch.wait.max.ms", "50"},
    {CONFIG_SCOPE_CONSUMER, "fetch.error.backoff.ms", "100"},
    {CONFIG_SCOPE_CONSUMER, "queued.max.messages.kbytes", "16384"},
    {CONFIG_SCOPE_CONSUMER, "allow.auto.create.topics", "false"},
    {CONFIG_SCOPE_CONSUMER, "statistics.interval.ms", "1000"}, /* says whether a broker is there */
    /* A topic that could not be seen for a moment (a right, a broker that starts) is left out of
       what is shared then; by this it is noticed when it is there again. */
    {CONFIG_SCOPE_CONSUMER, "topic.metadata.refresh.interval.ms", "10000"},
    {CONFIG_SCOPE_PRODUCER, "enable.idempotence", "true"},
    {CONFIG_SCOPE_PRODUCER, "acks", "all"},
    {CONFIG_SCOPE_PRODUCER, "partitioner", "murmur2_random"},
    {CONFIG_SCOPE_PRODUCER, "linger.ms", "2"},
    {CONFIG_SCOPE_PRODUCER, "compression.type", "lz4"},
    /* Nothing is written behind a message that failed: none expires, and what is refused ends the
       producer (its user opens a new one). */
    {CONFIG_SCOPE_PRODUCER, "message.timeout.ms", "0"},
    {CONFIG_SCOPE_PRODUCER, "enable.gapless.guarantee", "true"},
    {CONFIG_SCOPE_PRODUCER, "request.timeout.ms", "10000"},
    {CONFIG_SCOPE_PRODUCER, "queue.buffering.max.kbytes", "65536"},
    {CONFIG_SCOPE_PRODUCER, "queue.buffering.max.messages", "200000"},
};

Status bus_conf_set(rd_kafka_conf_t *conf, const char *name, const char *value, Error *err)
{
    char text[256];
    if (rd_kafka_conf_set(conf, name, value, text, sizeof text) != RD_KAFKA_CONF_OK) {
        return error_set(err, STATUS_FATAL, "config_invalid", "Kafka setting %s: %s", name, text);
    }
    return STATUS_OK;
}

static void bus_log(const rd_kafka_t *client, int level, const char *facility, const char *text)
{
    (void)client;
    static LogRate rate = LOG_RATE_INIT(20, 10000);
    log_rate_limited(&rate, level <= 3 ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG, "kafka.log",
                     " facility=%s msg=%s", facility, text);
}

static Status
bus_conf_apply(rd_kafka_conf_t *conf, const Config *cfg, ConfigScope scope, Error *err)
{
    Status status = bus_conf_set(conf, "bootstrap.servers", cfg->kafka_bootstrap_servers, err);
    for (size_t i = 0; status == STATUS_OK && i < sizeof bus_settings / sizeof bus_settings[0];
         i++) {
        const struct BusSetting *setting = &bus_settings[i];
        if (setting->scope == CONFIG_SCOPE_BOTH || setting->scope == scope) {
            status = bus_conf_set(conf, setting->name, setting->value, err);
        }
    }
    for (size_t i = 0; status == STATUS_OK && i < cfg->property_count; i++) {
        const ConfigProperty *property = &cfg->properties[i];
        if (property->scope == CONFIG_SCOPE_BOTH || property->scope == scope) {
            status = bus_conf_set(conf, property->name, property->value, err);
        }
    }
    return status;
}

Status bus_conf_new(const Config *cfg, ConfigScope scope, rd_kafka_conf_t **ret, Error *err)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    Status status = bus_conf_apply(conf, cfg, scope, err);
    if (status != STATUS_OK) {
        rd_kafka_conf_destroy(conf);
        return status;
    }
    rd_kafka_conf_set_log_cb(conf, bus_log);
    *ret = conf;
    return STATUS_OK;
}

/* What is not in the table passes by itself: STATUS_RETRY. */
static const struct BusRule {
    rd_kafka_resp_err_t code;
    Status status;
} bus_rules[] = {
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, STATUS_BAD_INPUT},
    {RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, STATUS_BAD_INPUT},
    {RD_KAFKA_RESP_ERR_INVALID_RECORD, STATUS_BAD_INPUT},
    {RD_KAFKA_RESP_ERR__FATAL, STATUS_FATAL},
    {RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE, STATUS_FATAL},
    {RD_KAFKA_RESP_ERR__PURGE_QUEUE, STATUS_FATAL}, /* the client gave it up with itself */
    {RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, STATUS_FATAL},
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, STATUS_FATAL},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, STATUS_FATAL},
};

Status bus_status(rd_kafka_resp_err_t code)
{
    for (size_t i = 0; i < sizeof bus_rules / sizeof bus_rules[0]; i++) {
        if (bus_rules[i].code == code) {
            return bus_rules[i].status;
        }
    }
    return STATUS_RETRY;
}

Status bus_error_set(Error *err, rd_kafka_resp_err_t code, const char *what)
{
    char said[448];
    bool nobody = code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__TIMED_OUT ||
                  code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
    if (nobody && bus_trouble(said, sizeof said)) {
        return error_set(err, STATUS_RETRY, bus_refused() ? "kafka_refused" : "kafka",
                         "Kafka, %s: %s", what, said);
    }
    if (bus_advice(code) != NULL) {
        return error_set(err, bus_status(code), "kafka_refused", "Kafka, %s: %s; %s", what,
                         rd_kafka_err2str(code), bus_advice(code));
    }
    return error_set(err, bus_status(code), "kafka", "Kafka, %s: %s", what, rd_kafka_err2str(code));
}

Status bus_error_right(
    Error *err, rd_kafka_resp_err_t code, const char *what, BusRight right, const char *name)
{
    char text[448];
    if (code != RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED &&
        code != RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) {
        return bus_error_set(err, code, what);
    }
    bus_right_missed(right, name);
    bus_right_text(right, name, text, sizeof text);
    return error_set(err, STATUS_RETRY, "kafka_refused", "Kafka, %s: %s", what, text);
}

char *bus_topic_full(const char *ns, const char *topic)
{
    return mem_sprintf("%s.%s", ns, topic);
}
