#include "cli/dialer_sim_group.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "runtime/topics.h"

enum {
    GROUP_PARTITIONS_MAX = 256,
    GROUP_COMMIT_MS = 1000,
    GROUP_PLACE_MS = 50,
    GROUP_GONE = -4, /* in place of an offset: the broker does not have it any more */
};

static const char *const group_topics[] = {TOPIC_LEADS_DIALABLE};

struct SimGroup {
    Consumer *consumer;
    bool latest;
    int count;
    BusPartition partitions[GROUP_PARTITIONS_MAX]; /* offset: the next to read */
    bool moved;                                    /* since the last commit */
    int64_t committed_ms;
    bool unasked;  /* what was committed */
    bool unplaced; /* some have no offset yet; they are not read */
    int64_t placed_ms;
};

Status sim_group_open(const Config *cfg, const char *name, bool latest, SimGroup **ret, Error *err)
{
    SimGroup *group = mem_alloc(sizeof *group);
    group->latest = latest;
    Status status = consumer_open(cfg, name, group_topics, 1, &group->consumer, err);
    if (status == STATUS_OK) {
        status = consumer_join(group->consumer, err);
    }
    if (status != STATUS_OK) {
        sim_group_close(group);
        return status;
    }
    *ret = group;
    return STATUS_OK;
}

void sim_group_close(SimGroup *group)
{
    if (group != NULL) {
        if (group->consumer != NULL) {
            sim_group_commit(group, true);
        }
        consumer_close(group->consumer);
        free(group);
    }
}

static BusPartition *group_find(SimGroup *group, int32_t partition)
{
    for (int i = 0; i < group->count; i++) {
        if (group->partitions[i].partition == partition) {
            return &group->partitions[i];
        }
    }
    return NULL;
}

/* Taken at the next poll: where to begin has to be asked first. */
static Status group_assign(SimGroup *group, const BusEvent *event, Error *err)
{
    (void)err;
    group->count = 0;
    for (int i = 0; i < event->partition_count && i < GROUP_PARTITIONS_MAX; i++) {
        group->partitions[group->count++] = event->partitions[i];
    }
    group->unasked = group->unplaced = true;
    group->placed_ms = 0;
    return STATUS_OK;
}

static Status group_revoke(SimGroup *group, const BusEvent *event, Error *err)
{
    (void)event;
    (void)err;
    sim_group_commit(group, true);
    group->count = 0;
    group->unplaced = group->unasked = false;
    consumer_unassign(group->consumer);
    return STATUS_OK;
}

/* Retention has taken where it was. */
static Status group_unplace(SimGroup *group, const BusEvent *event, Error *err)
{
    (void)err;
    BusPartition *partition = group_find(group, event->partition.partition);
    if (partition != NULL) {
        partition->offset = GROUP_GONE;
        group->unplaced = true;
    }
    return STATUS_OK;
}

static Status group_ask(SimGroup *group, Error *err)
{
    if (!group->unasked || group->count == 0) {
        return STATUS_OK;
    }
    Status status = consumer_committed(group->consumer, group->partitions, group->count, err);
    group->unasked = status != STATUS_OK;
    return status;
}

static Status group_place(SimGroup *group, BusPartition *partition, Error *err)
{
    int64_t low = 0;
    int64_t high = 0;
    if (partition->offset != BUS_NONE && partition->offset != GROUP_GONE) {
        return STATUS_OK;
    }
    Status status = consumer_watermarks(group->consumer, partition->topic, partition->partition,
                                        &low, &high, err);
    if (status == STATUS_OK) {
        partition->offset = group->latest && partition->offset == BUS_NONE ? high : low;
    }
    return status;
}

/* A topic that was made a moment ago may have no leader yet: tried again. */
static Status group_place_all(SimGroup *group, Error *err)
{
    int64_t now_ms = clock_mono_ms();
    if (!group->unplaced || now_ms - group->placed_ms < GROUP_PLACE_MS) {
        return STATUS_OK;
    }
    group->placed_ms = now_ms;
    Status status = group_ask(group, err);
    for (int i = 0; i < group->count && status == STATUS_OK; i++) {
        status = group_place(group, &group->partitions[i], err);
    }
    if (status != STATUS_OK) {
        return status == STATUS_RETRY ? STATUS_OK : status;
    }
    group->unplaced = false;
    return consumer_assign(group->consumer, group->partitions, group->count, err);
}

static Status group_nothing(SimGroup *group, const BusEvent *event, Error *err)
{
    (void)group;
    (void)event;
    (void)err;
    return STATUS_OK;
}

static Status group_record(SimGroup *group, const BusEvent *event, Error *err)
{
    (void)err;
    BusPartition *partition = group_find(group, event->record->partition);
    if (partition != NULL) {
        partition->offset = event->record->offset + 1;
        group->moved = true;
    }
    return STATUS_OK;
}

static Status (*const group_events[])(SimGroup *, const BusEvent *, Error *) = {
    [BUS_NOTHING] = group_nothing, [BUS_RECORD] = group_record,    [BUS_ASSIGN] = group_assign,
    [BUS_REVOKE] = group_revoke,   [BUS_POSITION] = group_unplace, [BUS_TROUBLE] = group_nothing,
};

Status sim_group_next(SimGroup *group, int wait_ms, BusRecord **ret, Error *err)
{
    BusEvent event;
    Status status = group_place_all(group, err);
    if (status == STATUS_OK) {
        status = consumer_poll(group->consumer, wait_ms, &event, err);
    }
    if (status == STATUS_OK) {
        status = group_events[event.kind](group, &event, err);
    }
    if (status == STATUS_OK) {
        *ret = event.kind == BUS_RECORD ? event.record : NULL;
    }
    return status;
}

void sim_group_commit(SimGroup *group, bool at_once)
{
    int64_t now_ms = clock_mono_ms();
    BusPartition known[GROUP_PARTITIONS_MAX];
    int count = 0;
    if (!group->moved || (!at_once && now_ms - group->committed_ms < GROUP_COMMIT_MS)) {
        return;
    }
    for (int i = 0; i < group->count; i++) {
        if (group->partitions[i].offset >= 0) {
            known[count++] = group->partitions[i];
        }
    }
    consumer_mirror(group->consumer, known, count);
    group->moved = false;
    group->committed_ms = now_ms;
}
