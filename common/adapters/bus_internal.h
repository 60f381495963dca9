/* bus_internal.h - what the files of the bus adapter share. Not for others: it shows librdkafka. */
#pragma once

#include <librdkafka/rdkafka.h>

#include "adapters/bus.h"
#include "base/config.h"

/* A configuration with our own settings and the pass-through of scope; free it with
 * rd_kafka_conf_destroy() unless rd_kafka_new() took it. */
Status
bus_conf_new(const Config *cfg, ConfigScope scope, rd_kafka_conf_t **ret, Error *err) MUST_CHECK;
Status
bus_conf_set(rd_kafka_conf_t *conf, const char *name, const char *value, Error *err) MUST_CHECK;
/* What the caller does next about a librdkafka error. */
Status bus_status(rd_kafka_resp_err_t code);
Status bus_error_set(Error *err, rd_kafka_resp_err_t code, const char *what);
/* "ns.topic" of the caller's own. */
char *bus_topic_full(const char *ns, const char *topic);
