/* Topics of bus.h: made and looked at. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "adapters/bus_internal.h"
#include "base/clock.h"
#include "base/mem.h"

enum { ADMIN_WAIT_MS = 15000, ADMIN_LOOK_MS = 1000 };

struct BusAdmin {
    rd_kafka_t *client;
    rd_kafka_queue_t *queue;
    char *ns;
};

static void admin_on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
    (void)client;
    (void)opaque;
    bus_trouble_tell(code, reason);
}

/* A consumer's client: a producer's would have the broker make a topic that it asks for. */
Status bus_admin_open(const Config *cfg, BusAdmin **ret, Error *err)
{
    rd_kafka_conf_t *conf = NULL;
    Status status = bus_conf_new(cfg, CONFIG_SCOPE_CONSUMER, &conf, err);
    if (status != STATUS_OK) {
        return status;
    }
    rd_kafka_conf_set_error_cb(conf, admin_on_error);
    char text[256];
    /* Nobody polls it for long: what it has to tell would pile up. */
    rd_kafka_conf_set(conf, "statistics.interval.ms", "0", text, sizeof text);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
    if (client == NULL) {
        rd_kafka_conf_destroy(conf);
        return error_set(err, STATUS_FATAL, "config_invalid", "Kafka: %s", text);
    }
    BusAdmin *admin = mem_alloc(sizeof *admin);
    admin->client = client;
    admin->queue = rd_kafka_queue_new(client);
    admin->ns = mem_strdup(cfg->ns);
    *ret = admin;
    return STATUS_OK;
}

void bus_admin_close(BusAdmin *admin)
{
    if (admin != NULL) {
        rd_kafka_queue_destroy(admin->queue);
        rd_kafka_destroy(admin->client);
        free(admin->ns);
        free(admin);
    }
}

static bool admin_has_leaders(const rd_kafka_metadata_topic_t *topic)
{
    for (int i = 0; i < topic->partition_cnt; i++) {
        if (topic->partitions[i].leader < 0) {
            return false;
        }
    }
    return true;
}

/* Who is not let in will not be later: waits no longer than until that is known. */
static rd_kafka_resp_err_t
admin_metadata(BusAdmin *admin, rd_kafka_topic_t *topic, const struct rd_kafka_metadata **ret)
{
    int64_t until_ms = clock_mono_ms() + ADMIN_WAIT_MS;
    rd_kafka_resp_err_t code;
    do {
        code = rd_kafka_metadata(admin->client, 0, topic, ret, ADMIN_LOOK_MS);
        rd_kafka_poll(admin->client, code == RD_KAFKA_RESP_ERR_NO_ERROR ? 0 : 50);
    } while ((code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__TIMED_OUT) &&
             !bus_refused() && clock_mono_ms() < until_ms);
    return code;
}

static Status admin_count(const rd_kafka_metadata_topic_t *topic, int *ret_partitions, Error *err)
{
    if (topic->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
        return bus_error_right(err, topic->err, "asking for a topic", BUS_DESCRIBE_TOPIC,
                               topic->topic);
    }
    bus_right_there(BUS_DESCRIBE_TOPIC, topic->topic);
    *ret_partitions = admin_has_leaders(topic) ? topic->partition_cnt : 0;
    return STATUS_OK;
}

/* By its name: of all topics, a broker shows those that one may see, and who may not see one would
 * take it for missing. *ret is to be destroyed. */
static Status
admin_topic(BusAdmin *admin, const char *topic, const struct rd_kafka_metadata **ret, Error *err)
{
    AUTO_FREE char *full = bus_topic_full(admin->ns, topic);
    rd_kafka_topic_t *handle = rd_kafka_topic_new(admin->client, full, NULL);
    if (handle == NULL) {
        (void)bus_error_set(err, rd_kafka_last_error(), "a topic");
        return STATUS_RETRY;
    }
    rd_kafka_resp_err_t code = admin_metadata(admin, handle, ret);
    rd_kafka_topic_destroy(handle);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? STATUS_OK
                                              : bus_error_set(err, code, "asking for its topics");
}

Status bus_admin_partitions(BusAdmin *admin, const char *topic, int *ret_partitions, Error *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    Status status = admin_topic(admin, topic, &metadata, err);
    if (status != STATUS_OK) {
        return status;
    }
    *ret_partitions = 0;
    if (metadata->topic_cnt == 1) {
        status = admin_count(&metadata->topics[0], ret_partitions, err);
    }
    rd_kafka_metadata_destroy(metadata);
    return status;
}

static int admin_fewest_replicas(const rd_kafka_metadata_topic_t *topic)
{
    int fewest = topic->partition_cnt > 0 ? topic->partitions[0].replica_cnt : 0;
    for (int i = 1; i < topic->partition_cnt; i++) {
        int count = topic->partitions[i].replica_cnt;
        fewest = count < fewest ? count : fewest;
    }
    return fewest;
}

Status bus_admin_replicas(
    BusAdmin *admin, const char *topic, int *ret_replicas, int *ret_brokers, Error *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    Status status = admin_topic(admin, topic, &metadata, err);
    if (status != STATUS_OK) {
        return status;
    }
    *ret_brokers = metadata->broker_cnt;
    *ret_replicas = metadata->topic_cnt == 1 ? admin_fewest_replicas(&metadata->topics[0]) : 0;
    rd_kafka_metadata_destroy(metadata);
    return STATUS_OK;
}

static Status admin_topic_error(const rd_kafka_topic_result_t *result, Error *err)
{
    rd_kafka_resp_err_t code = rd_kafka_topic_result_error(result);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
        return STATUS_OK;
    }
    if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
        return bus_error_right(err, code, "making a topic", BUS_CREATE_TOPIC,
                               rd_kafka_topic_result_name(result));
    }
    return error_set(err, STATUS_RETRY, "kafka", "creating topic %s: %s",
                     rd_kafka_topic_result_name(result),
                     rd_kafka_topic_result_error_string(result));
}

static Status admin_creation_error(rd_kafka_event_t *event, Error *err)
{
    if (event == NULL) {
        return error_set(err, STATUS_RETRY, "kafka_timeout", "Kafka did not answer in time");
    }
    if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return bus_error_set(err, rd_kafka_event_error(event), "creating topics");
    }
    size_t count = 0;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    Status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        status = admin_topic_error(results[i], err);
    }
    return status;
}

static Status
admin_topic_new(const char *ns, const BusTopicSpec *spec, rd_kafka_NewTopic_t **ret, Error *err)
{
    AUTO_FREE char *full = bus_topic_full(ns, spec->topic);
    char retention[24];
    char text[256];
    snprintf(retention, sizeof retention, "%" PRId64, spec->retention_ms);
    rd_kafka_NewTopic_t *topic =
        rd_kafka_NewTopic_new(full, spec->partitions, -1, text, sizeof text);
    if (topic == NULL) {
        return error_set(err, STATUS_FATAL, "kafka", "topic %s: %s", full, text);
    }
    rd_kafka_NewTopic_set_config(topic, "retention.ms", retention);
    rd_kafka_NewTopic_set_config(topic, "cleanup.policy", spec->compacted ? "compact" : "delete");
    *ret = topic;
    return STATUS_OK;
}

Status bus_admin_create(BusAdmin *admin, const BusTopicSpec specs[], size_t count, Error *err)
{
    AUTO_FREE rd_kafka_NewTopic_t **topics = mem_alloc(count * sizeof *topics);
    size_t made = 0;
    Status status = STATUS_OK;
    while (status == STATUS_OK && made < count) {
        status = admin_topic_new(admin->ns, &specs[made], &topics[made], err);
        made += status == STATUS_OK;
    }
    if (status == STATUS_OK) {
        rd_kafka_CreateTopics(admin->client, topics, count, NULL, admin->queue);
        rd_kafka_event_t *event = rd_kafka_queue_poll(admin->queue, ADMIN_WAIT_MS);
        status = admin_creation_error(event, err);
        if (event != NULL) {
            rd_kafka_event_destroy(event);
        }
    }
    rd_kafka_NewTopic_destroy_array(topics, made);
    return status;
}

static Status admin_read_settings(rd_kafka_event_t *event, BusTopicSettings *ret, Error *err)
{
    if (event == NULL || rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return error_set(err, STATUS_RETRY, "kafka", "Kafka did not show the settings of a topic");
    }
    size_t count = 0;
    const rd_kafka_ConfigResource_t **resources = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event), &count);
    rd_kafka_resp_err_t code = rd_kafka_ConfigResource_error(resources[0]);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return bus_error_right(err, code, "asking for the settings of a topic",
                               BUS_DESCRIBE_CONFIGS_TOPIC,
                               rd_kafka_ConfigResource_name(resources[0]));
    }
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resources[0], &count);
    for (size_t i = 0; i < count; i++) {
        const char *name = rd_kafka_ConfigEntry_name(entries[i]);
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);
        if (strcmp(name, "retention.ms") == 0) {
            ret->retention_ms = strtoll(value, NULL, 10);
        } else if (strcmp(name, "cleanup.policy") == 0) {
            ret->compacted = strstr(value, "compact") != NULL;
        } else if (strcmp(name, "min.insync.replicas") == 0) {
            ret->min_insync = (int)strtol(value, NULL, 10);
        }
    }
    return STATUS_OK;
}

Status bus_admin_settings(BusAdmin *admin, const char *topic, BusTopicSettings *ret, Error *err)
{
    AUTO_FREE char *full = bus_topic_full(admin->ns, topic);
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, full);
    rd_kafka_DescribeConfigs(admin->client, &resource, 1, NULL, admin->queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(admin->queue, ADMIN_WAIT_MS);
    Status status = admin_read_settings(event, ret, err);
    if (event != NULL) {
        rd_kafka_event_destroy(event);
    }
    rd_kafka_ConfigResource_destroy(resource);
    return status;
}
