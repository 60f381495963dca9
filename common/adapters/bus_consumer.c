/* The consumer of bus.h: rebalances and records come out of one poll, in order. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "adapters/bus_internal.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metric_table.h"

enum {
    WATERMARK_WAIT_MS = 5000,
    COMMITTED_WAIT_MS = 5000,
    CLOSE_WAIT_MS = 5000,
    RIGHTS_WAIT_MS = 1000,
};

struct Consumer {
    rd_kafka_t *client;
    char *ns;
    char *group;       /* all of its name */
    size_t prefix_len; /* of "ns." */
    const char *const *topics;
    int topic_count;
    rd_kafka_topic_partition_list_t *subscription;
    BusEventKind rebalance; /* noted by the callback, handed out by the poll around it */
    rd_kafka_topic_partition_list_t *moved;
    BusPartition *partitions;
    bool tells_ends; /* a probe */
    bool reads_all;  /* also what no transaction has committed */
    bool joined;
    bool broker_up;
    atomic_bool closing;
};

static const char *consumer_topic_name(const Consumer *consumer, const char *full)
{
    for (int i = 0; i < consumer->topic_count; i++) {
        if (strcmp(consumer->topics[i], full + consumer->prefix_len) == 0) {
            return consumer->topics[i];
        }
    }
    return full + consumer->prefix_len;
}

/* Only notes the event: offsets are decided in the caller's own loop, outside this callback. */
static void consumer_on_rebalance(rd_kafka_t *client,
                                  rd_kafka_resp_err_t code,
                                  rd_kafka_topic_partition_list_t *partitions,
                                  void *opaque)
{
    Consumer *consumer = opaque;
    if (atomic_load(&consumer->closing)) {
        rd_kafka_assign(client, NULL); /* nobody polls any more */
        return;
    }
    rd_kafka_yield(client); /* let the poll return, so that the event is handed out at once */
    consumer->rebalance = code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS ? BUS_ASSIGN : BUS_REVOKE;
    if (consumer->moved != NULL) {
        rd_kafka_topic_partition_list_destroy(consumer->moved);
    }
    consumer->moved = rd_kafka_topic_partition_list_copy(partitions);
}

static void consumer_set_broker(Consumer *consumer, bool up)
{
    consumer->broker_up = up;
    if (up) {
        bus_trouble_end();
    }
    metric_set(&metric_broker_up, up, NULL, NULL);
}

static bool consumer_finds_broker(const json_t *statistics)
{
    const char *name;
    json_t *broker;
    json_object_foreach(json_object_get(statistics, "brokers"), name, broker)
    {
        const char *state = json_string_value(json_object_get(broker, "state"));
        if (state != NULL && (strcmp(state, "UP") == 0 || strcmp(state, "UPDATE") == 0)) {
            return true;
        }
    }
    return false;
}

/* Nothing else tells that a broker is there again. 0: the text stays the client's. */
static int consumer_on_statistics(rd_kafka_t *client, char *text, size_t len, void *opaque)
{
    (void)client;
    AUTO_JSON json_t *statistics = json_loadb(text, len, 0, NULL);
    consumer_set_broker(opaque, consumer_finds_broker(statistics));
    return 0;
}

static void consumer_on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
    (void)client;
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        consumer_set_broker(opaque, false);
    }
    bus_trouble_tell(code, reason);
}

/* ---- what commits tell about rights: nothing else tells that a topic without new records may be
 * read again ---- */

static int partitions_count(const rd_kafka_topic_partition_list_t *list, const char *full)
{
    int count = 0;
    for (int i = 0; i < list->cnt; i++) {
        count += strcmp(list->elems[i].topic, full) == 0;
    }
    return count;
}

static void consumer_commit_topic(rd_kafka_t *client,
                                  const rd_kafka_topic_partition_list_t *all,
                                  const char *full)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(all->cnt);
    for (int i = 0; i < all->cnt; i++) {
        const rd_kafka_topic_partition_t *one = &all->elems[i];
        if (strcmp(one->topic, full) == 0) {
            rd_kafka_topic_partition_list_add(list, full, one->partition)->offset = one->offset;
        }
    }
    rd_kafka_commit(client, list, 1);
    rd_kafka_topic_partition_list_destroy(list);
}

/* The client gives all partitions the error of the last that failed: each topic by itself shows
 * which it was. */
static void consumer_commit_apart(rd_kafka_t *client, rd_kafka_topic_partition_list_t *all)
{
    rd_kafka_topic_partition_list_sort(all, NULL, NULL); /* by topic */
    for (int i = 0; i < all->cnt; i++) {
        if (i == 0 || strcmp(all->elems[i].topic, all->elems[i - 1].topic) != 0) {
            consumer_commit_topic(client, all, all->elems[i].topic);
        }
    }
}

static void consumer_on_commit(rd_kafka_t *client,
                               rd_kafka_resp_err_t code,
                               rd_kafka_topic_partition_list_t *partitions,
                               void *opaque)
{
    const Consumer *consumer = opaque;
    if (code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) {
        bus_right_missed(BUS_READ_GROUP, consumer->group);
        return;
    }
    if (partitions == NULL || partitions->cnt == 0 || atomic_load(&consumer->closing)) {
        return;
    }
    const char *first = partitions->elems[0].topic;
    bool refused = code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    if (refused && partitions_count(partitions, first) < partitions->cnt) {
        consumer_commit_apart(client, partitions);
    } else if (refused) {
        bus_right_missed(BUS_READ_TOPIC, first);
    }
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || refused) {
        bus_right_there(BUS_READ_GROUP, consumer->group);
    }
    for (int i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < partitions->cnt; i++) {
        bus_right_there(BUS_READ_TOPIC, partitions->elems[i].topic);
    }
}

/* ---- making one ---- */

/* Whether something is there, and a little of it: not the whole of a backlog. That is bounded in
 * bytes, which records alone have: what else lies in the client's one queue (marks, ends) counts
 * as a message of every partition, and one with too many is fetched from a second later. */
static const char *const probe_settings[][2] = {
    {"queued.max.messages.kbytes", "64"},
    {"fetch.message.max.bytes", "65536"},
    {"statistics.interval.ms", "0"}, /* it may be left alone for long: they would pile up */
};
enum { PROBE_SETTINGS = sizeof probe_settings / sizeof probe_settings[0] };

static Status consumer_create(Consumer *consumer, const Config *cfg, const char *group, Error *err)
{
    rd_kafka_conf_t *conf = NULL;
    Status status = bus_conf_new(cfg, CONFIG_SCOPE_CONSUMER, &conf, err);
    if (status != STATUS_OK) {
        return status;
    }
    consumer->group = mem_sprintf("%s.%s", cfg->ns, group != NULL ? group : "reader");
    AUTO_FREE char *session_ms = mem_sprintf("%d", cfg->session_timeout_ms);
    AUTO_FREE char *heartbeat_ms = mem_sprintf("%d", cfg->session_timeout_ms / 4);
    const char *const own[][2] = {
        {"group.id", consumer->group},
        {"session.timeout.ms", session_ms},
        {"heartbeat.interval.ms", heartbeat_ms},
        {"enable.partition.eof", consumer->tells_ends ? "true" : "false"},
        {"isolation.level", consumer->reads_all ? "read_uncommitted" : "read_committed"},
    };
    for (size_t i = 0; status == STATUS_OK && i < sizeof own / sizeof own[0]; i++) {
        status = bus_conf_set(conf, own[i][0], own[i][1], err);
    }
    for (size_t i = 0; status == STATUS_OK && consumer->tells_ends && i < PROBE_SETTINGS; i++) {
        status = bus_conf_set(conf, probe_settings[i][0], probe_settings[i][1], err);
    }
    if (status != STATUS_OK) {
        rd_kafka_conf_destroy(conf);
        return status;
    }
    rd_kafka_conf_set_opaque(conf, consumer);
    rd_kafka_conf_set_rebalance_cb(conf, consumer_on_rebalance);
    rd_kafka_conf_set_error_cb(conf, consumer_on_error);
    rd_kafka_conf_set_stats_cb(conf, consumer_on_statistics);
    rd_kafka_conf_set_offset_commit_cb(conf, consumer_on_commit);
    char text[256];
    consumer->client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
    if (consumer->client == NULL) {
        rd_kafka_conf_destroy(conf);
        return error_set(err, STATUS_FATAL, "config_invalid", "Kafka consumer: %s", text);
    }
    rd_kafka_poll_set_consumer(consumer->client);
    return STATUS_OK;
}

static Consumer *consumer_new(const Config *cfg, const char *const *topics, int topic_count)
{
    Consumer *consumer = mem_alloc(sizeof *consumer);
    consumer->ns = mem_strdup(cfg->ns);
    consumer->prefix_len = strlen(cfg->ns) + 1;
    consumer->topics = topics;
    consumer->topic_count = topic_count;
    consumer->subscription = rd_kafka_topic_partition_list_new(topic_count);
    for (int i = 0; i < topic_count; i++) {
        AUTO_FREE char *full = bus_topic_full(cfg->ns, topics[i]);
        rd_kafka_topic_partition_list_add(consumer->subscription, full, RD_KAFKA_PARTITION_UA);
    }
    return consumer;
}

Status consumer_open_probe(
    const Config *cfg, const char *group, bool committed, Consumer **ret, Error *err)
{
    Consumer *consumer = consumer_new(cfg, NULL, 0);
    consumer->tells_ends = true;
    consumer->reads_all = !committed;
    Status status = consumer_create(consumer, cfg, group, err);
    if (status == STATUS_OK) {
        *ret = consumer;
    } else {
        consumer_close(consumer);
    }
    return status;
}

Status consumer_open(const Config *cfg,
                     const char *group,
                     const char *const *topics,
                     int topic_count,
                     Consumer **ret,
                     Error *err)
{
    Consumer *consumer = consumer_new(cfg, topics, topic_count);
    Status status = consumer_create(consumer, cfg, group, err);
    if (status == STATUS_OK) {
        *ret = consumer;
    } else {
        consumer_close(consumer);
    }
    return status;
}

/* Closing can hang when a partition was lost (fixed after librdkafka 2.0.2), so it has a deadline:
 * past it the client is left to the end of the process. */
static void *consumer_close_client(void *opaque)
{
    rd_kafka_t *client = opaque;
    rd_kafka_consumer_close(client);
    rd_kafka_destroy(client);
    return NULL;
}

void consumer_close(Consumer *consumer)
{
    if (consumer == NULL) {
        return;
    }
    bool closed = true;
    if (consumer->client != NULL) {
        atomic_store(&consumer->closing, true);
        rd_kafka_assign(consumer->client, NULL);
        pthread_t thread;
        struct timespec deadline = clock_mono_in(CLOSE_WAIT_MS);
        closed = pthread_create(&thread, NULL, consumer_close_client, consumer->client) == 0 &&
                 clock_join(thread, &deadline);
    }
    if (!closed) {
        LOG_WARN("kafka.close_abandoned");
        return; /* the closing thread still uses it */
    }
    if (consumer->moved != NULL) {
        rd_kafka_topic_partition_list_destroy(consumer->moved);
    }
    rd_kafka_topic_partition_list_destroy(consumer->subscription);
    free(consumer->partitions);
    free(consumer->group);
    free(consumer->ns);
    free(consumer);
}

/* ---- polling ---- */

static void consumer_take_headers(BusRecord *record, const rd_kafka_message_t *message)
{
    rd_kafka_headers_t *headers = NULL;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return;
    }
    for (size_t i = 0; i < BUS_HEADERS_MAX; i++) {
        const char *name;
        const void *value;
        size_t len;
        if (rd_kafka_header_get_all(headers, i, &name, &value, &len) !=
            RD_KAFKA_RESP_ERR_NO_ERROR) {
            break;
        }
        record->headers[record->header_count++] = (BusHeader){name, value, len};
    }
}

static BusRecord *consumer_take_record(const Consumer *consumer, rd_kafka_message_t *message)
{
    BusRecord *record = mem_alloc(sizeof *record);
    record->topic = consumer_topic_name(consumer, rd_kafka_topic_name(message->rkt));
    record->partition = message->partition;
    record->offset = message->offset;
    record->timestamp_ms = rd_kafka_message_timestamp(message, NULL);
    record->key = message->key;
    record->key_len = message->key_len;
    record->value = message->payload;
    record->value_len = message->len;
    record->handle = message;
    consumer_take_headers(record, message);
    return record;
}

void bus_record_free(BusRecord *record)
{
    if (record != NULL) {
        rd_kafka_message_destroy(record->handle);
        free(record);
    }
}

const char *bus_record_header(const BusRecord *record, const char *name, size_t *ret_len)
{
    for (int i = 0; i < record->header_count; i++) {
        if (strcmp(record->headers[i].name, name) == 0) {
            *ret_len = record->headers[i].len;
            return record->headers[i].value;
        }
    }
    return NULL;
}

static void consumer_take_rebalance(Consumer *consumer, BusEvent *event)
{
    event->kind = consumer->rebalance;
    consumer->rebalance = BUS_NOTHING;
    if (event->kind == BUS_ASSIGN) {
        bus_right_there(BUS_READ_GROUP, consumer->group);
    }
    int count = consumer->moved->cnt;
    consumer->partitions =
        mem_realloc(consumer->partitions, ((size_t)count + 1) * sizeof *consumer->partitions);
    for (int i = 0; i < count; i++) {
        const rd_kafka_topic_partition_t *moved = &consumer->moved->elems[i];
        consumer->partitions[i] = (BusPartition){consumer_topic_name(consumer, moved->topic),
                                                 moved->partition, BUS_BEGINNING};
    }
    event->partitions = consumer->partitions;
    event->partition_count = count;
}

/* What it may go on after; a person may have to mend it. */
static void
consumer_take_trouble(const Consumer *consumer, const rd_kafka_message_t *message, Error *err)
{
    bool group = message->err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED;
    bool topic = message->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    bool missing = message->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
                   message->err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    if (group) {
        (void)bus_error_right(err, message->err, "reading", BUS_READ_GROUP, consumer->group);
    } else if (topic && message->rkt != NULL) {
        (void)bus_error_right(err, message->err, "reading", BUS_READ_TOPIC,
                              rd_kafka_topic_name(message->rkt));
    } else if (missing && message->rkt != NULL) {
        bus_right_missed(BUS_TOPIC, rd_kafka_topic_name(message->rkt));
        error_set(err, STATUS_RETRY, "topics_missing", "Kafka consumer: %s",
                  rd_kafka_message_errstr(message));
    } else {
        error_set(err, STATUS_RETRY, "kafka", "Kafka consumer: %s",
                  rd_kafka_message_errstr(message));
        if (bus_advice(message->err) != NULL) {
            bus_trouble_tell(message->err, err->text);
        }
    }
}

static Status
consumer_take_error(Consumer *consumer, rd_kafka_message_t *message, BusEvent *event, Error *err)
{
    Status status = STATUS_OK;
    bool ended = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
    if ((ended || message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) && message->rkt != NULL) {
        event->kind = ended ? BUS_ENDED : BUS_POSITION;
        event->partition =
            (BusPartition){consumer_topic_name(consumer, rd_kafka_topic_name(message->rkt)),
                           message->partition, message->offset};
    } else if (bus_status(message->err) == STATUS_FATAL) {
        status = error_set(err, STATUS_FATAL, "kafka_fatal", "Kafka consumer: %s",
                           rd_kafka_message_errstr(message));
    } else {
        event->kind = BUS_TROUBLE;
        consumer_take_trouble(consumer, message, &event->err);
    }
    rd_kafka_message_destroy(message);
    return status;
}

Status consumer_poll(Consumer *consumer, int wait_ms, BusEvent *ret, Error *err)
{
    *ret = (BusEvent){.kind = BUS_NOTHING};
    if (consumer->rebalance != BUS_NOTHING) {
        consumer_take_rebalance(consumer, ret);
        return STATUS_OK;
    }
    rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer->client, wait_ms);
    if (message != NULL && message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return consumer_take_error(consumer, message, ret, err);
    }
    if (message != NULL) {
        ret->kind = BUS_RECORD;
        ret->record = consumer_take_record(consumer, message);
    } else if (consumer->rebalance != BUS_NOTHING) {
        consumer_take_rebalance(consumer, ret);
    }
    return STATUS_OK;
}

bool consumer_sees_broker(const Consumer *consumer)
{
    return consumer->broker_up;
}

/* ---- assignment ---- */

static rd_kafka_topic_partition_list_t *
consumer_list(const Consumer *consumer, const BusPartition *partitions, int count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(count);
    for (int i = 0; i < count; i++) {
        AUTO_FREE char *full = bus_topic_full(consumer->ns, partitions[i].topic);
        rd_kafka_topic_partition_list_add(list, full, partitions[i].partition)->offset =
            partitions[i].offset;
    }
    return list;
}

Status consumer_assign(Consumer *consumer, const BusPartition *partitions, int count, Error *err)
{
    rd_kafka_topic_partition_list_t *list = consumer_list(consumer, partitions, count);
    rd_kafka_resp_err_t code = rd_kafka_assign(consumer->client, list);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? STATUS_OK
                                              : bus_error_set(err, code, "assigning partitions");
}

void consumer_unassign(Consumer *consumer)
{
    rd_kafka_assign(consumer->client, NULL);
}

void consumer_leave(Consumer *consumer)
{
    rd_kafka_assign(consumer->client, NULL);
    rd_kafka_unsubscribe(consumer->client);
    consumer->joined = false;
}

Status consumer_join(Consumer *consumer, Error *err)
{
    if (consumer->joined) {
        return STATUS_OK;
    }
    rd_kafka_resp_err_t code = rd_kafka_subscribe(consumer->client, consumer->subscription);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return bus_error_set(err, code, "joining the group");
    }
    consumer->joined = true;
    return STATUS_OK;
}

/* Who may not see a topic is told that it has no such partition. */
static rd_kafka_resp_err_t
consumer_topic_error(const Consumer *consumer, const char *full, int wait_ms)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(consumer->client, full, NULL);
    if (handle == NULL) {
        return rd_kafka_last_error();
    }
    rd_kafka_resp_err_t code = rd_kafka_metadata(consumer->client, 0, handle, &metadata, wait_ms);
    rd_kafka_topic_destroy(handle);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        code = metadata->topic_cnt == 1 ? metadata->topics[0].err : code;
        rd_kafka_metadata_destroy(metadata);
    }
    return code;
}

Status consumer_watermarks(Consumer *consumer,
                           const char *topic,
                           int32_t partition,
                           int64_t *ret_low,
                           int64_t *ret_high,
                           Error *err)
{
    AUTO_FREE char *full = bus_topic_full(consumer->ns, topic);
    int64_t low;
    int64_t high;
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(consumer->client, full, partition,
                                                                &low, &high, WATERMARK_WAIT_MS);
    if (code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION &&
        consumer_topic_error(consumer, full, WATERMARK_WAIT_MS) ==
            RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
        code = RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return bus_error_right(err, code, "asking for the offsets of a partition",
                               BUS_DESCRIBE_TOPIC, full);
    }
    bus_right_there(BUS_DESCRIBE_TOPIC, full);
    *ret_low = low;
    *ret_high = high;
    return STATUS_OK;
}

int64_t consumer_end(const Consumer *consumer, const char *topic, int32_t partition)
{
    AUTO_FREE char *full = bus_topic_full(consumer->ns, topic);
    int64_t low;
    int64_t high = BUS_NONE;
    rd_kafka_resp_err_t code =
        rd_kafka_get_watermark_offsets(consumer->client, full, partition, &low, &high);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? high : BUS_NONE;
}

void consumer_pause(Consumer *consumer, const BusPartition *partitions, int count)
{
    rd_kafka_topic_partition_list_t *list = consumer_list(consumer, partitions, count);
    rd_kafka_pause_partitions(consumer->client, list);
    rd_kafka_topic_partition_list_destroy(list);
}

void consumer_resume(Consumer *consumer, const BusPartition *partitions, int count)
{
    rd_kafka_topic_partition_list_t *list = consumer_list(consumer, partitions, count);
    rd_kafka_resume_partitions(consumer->client, list);
    rd_kafka_topic_partition_list_destroy(list);
}

Status consumer_committed(Consumer *consumer, BusPartition *partitions, int count, Error *err)
{
    rd_kafka_topic_partition_list_t *list = consumer_list(consumer, partitions, count);
    rd_kafka_resp_err_t code = rd_kafka_committed(consumer->client, list, COMMITTED_WAIT_MS);
    for (int i = 0; i < count; i++) {
        code = code == RD_KAFKA_RESP_ERR_NO_ERROR ? list->elems[i].err : code;
    }
    for (int i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < count; i++) {
        partitions[i].offset = list->elems[i].offset >= 0 ? list->elems[i].offset : BUS_NONE;
    }
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? STATUS_OK
               : bus_error_right(err, code, "asking for committed offsets", BUS_READ_GROUP,
                                 consumer->group);
}

void consumer_mirror(Consumer *consumer, const BusPartition *partitions, int count)
{
    rd_kafka_topic_partition_list_t *list = consumer_list(consumer, partitions, count);
    rd_kafka_commit(consumer->client, list, 1);
    rd_kafka_topic_partition_list_destroy(list);
}

/* ---- rights ---- */

bool consumer_lacks_rights(const Consumer *consumer)
{
    bool lacks = bus_right_is_missed(BUS_READ_GROUP, consumer->group);
    for (int i = 0; !lacks && i < consumer->subscription->cnt; i++) {
        const char *full = consumer->subscription->elems[i].topic;
        lacks = bus_right_is_missed(BUS_READ_TOPIC, full) || bus_right_is_missed(BUS_TOPIC, full);
    }
    return lacks;
}

static bool consumer_is_assigned(const Consumer *consumer, const char *full)
{
    rd_kafka_topic_partition_list_t *held = NULL;
    bool found = false;
    if (rd_kafka_assignment(consumer->client, &held) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        for (int i = 0; !found && i < held->cnt; i++) {
            found = strcmp(held->elems[i].topic, full) == 0;
        }
        rd_kafka_topic_partition_list_destroy(held);
    }
    return found;
}

static bool metadata_has(const struct rd_kafka_metadata *metadata, const char *full)
{
    for (int i = 0; i < metadata->topic_cnt; i++) {
        if (strcmp(metadata->topics[i].topic, full) == 0) {
            return true;
        }
    }
    return false;
}

/* All topics are asked for: then the client joins anew when there are more than there were. One
 * that others read, and that can be seen, may be read as far as anybody here knows. */
void consumer_ask_rights(Consumer *consumer)
{
    const struct rd_kafka_metadata *metadata = NULL;
    if (rd_kafka_metadata(consumer->client, 1, NULL, &metadata, RIGHTS_WAIT_MS) !=
        RD_KAFKA_RESP_ERR_NO_ERROR) {
        return;
    }
    for (int i = 0; i < consumer->subscription->cnt; i++) {
        const char *full = consumer->subscription->elems[i].topic;
        if (!metadata_has(metadata, full)) {
            if (consumer_topic_error(consumer, full, RIGHTS_WAIT_MS) ==
                RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
                bus_right_missed(BUS_READ_TOPIC, full);
            }
            continue;
        }
        bus_right_there(BUS_TOPIC, full);
        if (!consumer_is_assigned(consumer, full)) {
            bus_right_there(BUS_READ_TOPIC, full);
        }
    }
    rd_kafka_metadata_destroy(metadata);
}
