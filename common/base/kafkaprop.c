#include "base/kafkaprop.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *prefix;
    ConfigScope scope;
} kafkaprop_prefixes[] = {
    {"KAFKA_CONSUMER_", CONFIG_SCOPE_CONSUMER},
    {"KAFKA_PRODUCER_", CONFIG_SCOPE_PRODUCER},
    {"KAFKA_", CONFIG_SCOPE_BOTH},
};

static const char *const kafkaprop_secrets[] = {
    "sasl.password",
    "sasl.oauthbearer.client.secret",
    "sasl.oauthbearer.config",
    "ssl.key.password",
    "ssl.key.pem",
    "ssl.keystore.password",
};

#define WHY_POSITION   "positions are kept in PostgreSQL, in the transaction of their effects"
#define WHY_IDEMPOTENT "events are produced with the idempotent producer and acks=all"
#define WHY_GROUP      "a worker's group and its protocol are its own"
#define WHY_TIMEOUT    "an event that expires would leave a hole in its lane"

static const struct {
    const char *name;
    const char *why;
} kafkaprop_refused[] = {
    {"enable.auto.commit", WHY_POSITION},
    {"auto.commit.enable", WHY_POSITION},
    {"enable.auto.offset.store", WHY_POSITION},
    {"auto.offset.reset", WHY_POSITION},
    {"offset.store.method", WHY_POSITION},
    {"enable.idempotence", WHY_IDEMPOTENT},
    {"enable.gapless.guarantee", WHY_IDEMPOTENT},
    {"acks", WHY_IDEMPOTENT},
    {"request.required.acks", WHY_IDEMPOTENT},
    {"transactional.id", "events leave through the outbox, not in Kafka transactions"},
    {"message.timeout.ms", WHY_TIMEOUT},
    {"delivery.timeout.ms", WHY_TIMEOUT},
    {"partitioner", "keys are spread by murmur2, as JVM producers do"},
    {"isolation.level", "only committed records are read"},
    {"check.crcs", "checksums of records are always checked"},
    {"group.id", WHY_GROUP},
    {"group.protocol", WHY_GROUP},
    {"partition.assignment.strategy", "partitions are claimed eagerly, with a fence in PostgreSQL"},
    {"session.timeout.ms", "set LEADSPOOL_SESSION_TIMEOUT_MS instead"},
    {"bootstrap.servers", "set KAFKA_BOOTSTRAP_SERVERS, for both sides"},
    {"metadata.broker.list", "set KAFKA_BOOTSTRAP_SERVERS instead"},
};

/* One underscore is a dot, two are a hyphen, three an underscore. */
static bool kafkaprop_unescape(const char *text, char ret_name[KAFKAPROP_NAME_SIZE])
{
    static const char by_run[] = {0, '.', '-', '_'};
    size_t len = 0;
    while (*text != '\0' && len < KAFKAPROP_NAME_SIZE - 1) {
        size_t run = strspn(text, "_");
        if (run >= sizeof by_run) {
            return false;
        }
        ret_name[len++] = run > 0 ? by_run[run] : (char)tolower((unsigned char)*text);
        text += run > 0 ? run : 1;
    }
    ret_name[len] = '\0';
    return len > 0 && *text == '\0';
}

bool kafkaprop_parse(const char *variable,
                     ConfigScope *ret_scope,
                     char ret_name[KAFKAPROP_NAME_SIZE])
{
    for (size_t i = 0; i < sizeof kafkaprop_prefixes / sizeof kafkaprop_prefixes[0]; i++) {
        size_t len = strlen(kafkaprop_prefixes[i].prefix);
        if (strncmp(variable, kafkaprop_prefixes[i].prefix, len) == 0) {
            *ret_scope = kafkaprop_prefixes[i].scope;
            return kafkaprop_unescape(variable + len, ret_name);
        }
    }
    return false;
}

bool kafkaprop_is_secret(const char *name)
{
    for (size_t i = 0; i < sizeof kafkaprop_secrets / sizeof kafkaprop_secrets[0]; i++) {
        if (strcmp(name, kafkaprop_secrets[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool kafkaprop_cut_file(char *name)
{
    size_t len = strlen(name);
    size_t tail = strlen(".file");
    if (len <= tail || strcmp(name + len - tail, ".file") != 0) {
        return false;
    }
    name[len - tail] = '\0';
    if (kafkaprop_is_secret(name)) {
        return true;
    }
    name[len - tail] = '.';
    return false;
}

static bool kafkaprop_is_scram(const char *name, const char *value)
{
    bool mechanism = strcmp(name, "sasl.mechanism") == 0 || strcmp(name, "sasl.mechanisms") == 0;
    return mechanism && strncasecmp(value, "SCRAM", strlen("SCRAM")) == 0;
}

const char *kafkaprop_refusal(const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof kafkaprop_refused / sizeof kafkaprop_refused[0]; i++) {
        if (strcmp(name, kafkaprop_refused[i].name) == 0) {
            return kafkaprop_refused[i].why;
        }
    }
    if (kafkaprop_is_scram(name, value)) {
        return "librdkafka before 2.6.1 repeats its SCRAM nonce and brokers since Kafka 4 reject "
               "that; use mTLS, PLAIN over TLS or OAUTHBEARER";
    }
    return NULL;
}
