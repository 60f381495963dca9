/* bus_internal.h - what the files of the bus adapter share. Not for others: it shows librdkafka. */
#pragma once

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>

#include "adapters/bus.h"
#include "base/config.h"

/* ---- rights; name: of the topic or group, all of it. Any thread. ---- */
typedef enum BusRight {
    BUS_READ_TOPIC,
    BUS_READ_GROUP,
    BUS_WRITE_TOPIC,
    BUS_WRITE_ANY, /* name: the namespace. Without any, a broker takes no idempotent producer */
    BUS_DESCRIBE_TOPIC, /* whoever may read it, or write to it, has that */
    BUS_DESCRIBE_CONFIGS_TOPIC,
    BUS_CREATE_TOPIC,
    BUS_TOPIC, /* no right: that one which is read is there */
} BusRight;
/* The broker refused it: told at once, and every ten seconds while it is refused. */
void bus_right_missed(BusRight right, const char *name);
/* The broker did not refuse it. */
void bus_right_there(BusRight right, const char *name);
bool bus_right_is_missed(BusRight right, const char *name);
/* What is missing, and what gives it. */
void bus_right_text(BusRight right, const char *name, char *ret, size_t size);

/* A configuration with our own settings and the pass-through of scope; free it with
 * rd_kafka_conf_destroy() unless rd_kafka_new() took it. */
Status
bus_conf_new(const Config *cfg, ConfigScope scope, rd_kafka_conf_t **ret, Error *err) MUST_CHECK;
Status
bus_conf_set(rd_kafka_conf_t *conf, const char *name, const char *value, Error *err) MUST_CHECK;
/* What the caller does next about a librdkafka error. */
Status bus_status(rd_kafka_resp_err_t code);
Status bus_error_set(Error *err, rd_kafka_resp_err_t code, const char *what);
/* For error callbacks: logs what the client met, with what to look at, and keeps it where a person
 * has to mend something. Threads may call these at once. */
void bus_trouble_tell(rd_kafka_resp_err_t code, const char *reason);
void bus_trouble_end(void); /* a broker let us in */
/* What was kept, with what to look at; false when there is nothing. */
bool bus_trouble(char *ret_text, size_t size);
bool bus_refused(void); /* a person has to mend what was kept: waiting does not help */
/* What to look at; NULL for an error that passes by itself. */
const char *bus_advice(rd_kafka_resp_err_t code);
/* A refusal that is about this topic (all of its name) or group tells which right is missing, which
 * is noted; what else went wrong, as bus_error_set() does. */
Status bus_error_right(
    Error *err, rd_kafka_resp_err_t code, const char *what, BusRight right, const char *name);
/* "ns.topic" of the caller's own. */
char *bus_topic_full(const char *ns, const char *topic);
