#include "cli/follow.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

enum { FOLLOW_PARTITIONS_MAX = 1024, FOLLOW_TRY_MS = 100, FOLLOW_PATIENCE_MS = 10000 };

struct Follow {
    Consumer *consumer;
    int count;
    BusPartition partitions[FOLLOW_PARTITIONS_MAX];
};

/* A right is missing: waiting does not help. */
static bool is_refused(const Error *err)
{
    return strcmp(err->code, "kafka_refused") == 0;
}

Status follow_watermarks(Consumer *consumer,
                         const char *topic,
                         int partition,
                         int64_t *ret_low,
                         int64_t *ret_high,
                         Error *err)
{
    int64_t deadline_ms = clock_mono_ms() + FOLLOW_PATIENCE_MS;
    for (;;) {
        Status status = consumer_watermarks(consumer, topic, partition, ret_low, ret_high, err);
        if (status != STATUS_RETRY || is_refused(err) || clock_mono_ms() > deadline_ms) {
            return status;
        }
        clock_nap(FOLLOW_TRY_MS);
    }
}

static Status follow_add(Follow *follow, const char *topic, int partitions, Error *err)
{
    for (int i = 0; i < partitions && follow->count < FOLLOW_PARTITIONS_MAX; i++) {
        int64_t low = 0;
        int64_t high = 0;
        Status status = follow_watermarks(follow->consumer, topic, i, &low, &high, err);
        if (status != STATUS_OK) {
            return status;
        }
        follow->partitions[follow->count++] = (BusPartition){topic, i, high};
    }
    return STATUS_OK;
}

static Status
follow_find(const Config *cfg, const char *const topics[], int count, int ret[], Error *err)
{
    BusAdmin *admin = NULL;
    Status status = bus_admin_open(cfg, &admin, err);
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        status = bus_admin_partitions(admin, topics[i], &ret[i], err);
        if (status == STATUS_OK && ret[i] == 0) {
            status = error_set(err, STATUS_FATAL, "topics_missing",
                               "Kafka does not show the topic %s.%s: run `leadspool migrate`",
                               cfg->ns, topics[i]);
        }
    }
    bus_admin_close(admin);
    return status;
}

Status
follow_open(const Config *cfg, const char *const topics[], int count, Follow **ret, Error *err)
{
    AUTO_FREE int *partitions = mem_alloc((size_t)count * sizeof *partitions);
    Status status = follow_find(cfg, topics, count, partitions, err);
    if (status != STATUS_OK) {
        return status;
    }
    Follow *follow = mem_alloc(sizeof *follow);
    status = consumer_open(cfg, NULL, topics, count, &follow->consumer, err);
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        status = follow_add(follow, topics[i], partitions[i], err);
    }
    if (status == STATUS_OK) {
        status = consumer_assign(follow->consumer, follow->partitions, follow->count, err);
    }
    if (status != STATUS_OK) {
        follow_close(follow);
        return status;
    }
    *ret = follow;
    return STATUS_OK;
}

void follow_close(Follow *follow)
{
    if (follow != NULL) {
        consumer_close(follow->consumer);
        free(follow);
    }
}

Status follow_next(Follow *follow, int wait_ms, BusRecord **ret, Error *err)
{
    BusEvent event;
    Status status = consumer_poll(follow->consumer, wait_ms, &event, err);
    if (status == STATUS_OK && event.kind == BUS_TROUBLE && is_refused(&event.err)) {
        *err = event.err;
        return err->status;
    }
    if (status == STATUS_OK) {
        *ret = event.kind == BUS_RECORD ? event.record : NULL;
    }
    return status;
}

char *follow_header(const BusRecord *record, const char *name)
{
    size_t len = 0;
    const char *value = bus_record_header(record, name, &len);
    return value != NULL ? mem_strndup(value, len) : NULL;
}
