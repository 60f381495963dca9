#include "runtime/topics.h"

#include <string.h>

#include "base/clock.h"

#define DAYS_MS(n) (INT64_C(86400000) * (n))

enum { SHARED = 0 }; /* between workers: as many partitions as LEADSPOOL_TOPIC_PARTITIONS says */

#define DEAD_LETTERS(topic)                                                                        \
    {                                                                                              \
        topic TOPIC_DEAD_LETTERS, 1, DAYS_MS(14), false, "as it came", NULL,                       \
            "what could not be applied, as it came, and why"                                       \
    }

const BusTopicSpec topics[] = {
    {TOPIC_IMPORTER_COMMANDS, SHARED, DAYS_MS(14), false, "list_id", "importer",
     "lists and their leads"},
    {TOPIC_DNC_COMMANDS, SHARED, DAYS_MS(14), false, "the number as E.164, or campaign_id",
     "importer", "do-not-call entries"},
    {TOPIC_RECYCLER_COMMANDS, SHARED, DAYS_MS(14), false, "campaign_id; list.reset: list_id",
     "recycler", "campaigns and their rules"},
    {TOPIC_EXPORTER_COMMANDS, SHARED, DAYS_MS(14), false, "list_id", "exporter", "files out"},
    {TOPIC_STATS_COMMANDS, 1, DAYS_MS(14), false, "list_id or all", "stats",
     "what keeps Redis as it should be"},
    {TOPIC_DIALER_OUTCOMES, SHARED, DAYS_MS(14), false, "lead_id", "recycler",
     "what dialers did with offers; unknown fields are ignored"},
    {TOPIC_COMMAND_EVENTS, SHARED, DAYS_MS(14), false, "the command's key", NULL,
     "replies to commands"},
    {TOPIC_LEADS_DIALABLE, SHARED, DAYS_MS(7), false, "lead_id", NULL,
     "offers to dialers; the campaign is in a header"},
    {TOPIC_LIST_EVENTS, SHARED, DAYS_MS(30), false, "list_id or campaign_id", "stats",
     "life of lists and jobs"},
    {TOPIC_LEAD_EVENTS, SHARED, DAYS_MS(30), false, "lead_id", NULL, "what became of leads"},
    {TOPIC_LIST_STATS, SHARED, -1, true, "list_id", "stats", "counters of lists, absolute"},
    DEAD_LETTERS(TOPIC_IMPORTER_COMMANDS),
    DEAD_LETTERS(TOPIC_DNC_COMMANDS),
    DEAD_LETTERS(TOPIC_RECYCLER_COMMANDS),
    DEAD_LETTERS(TOPIC_EXPORTER_COMMANDS),
    DEAD_LETTERS(TOPIC_STATS_COMMANDS),
    DEAD_LETTERS(TOPIC_DIALER_OUTCOMES),
    DEAD_LETTERS(TOPIC_LIST_EVENTS),
    DEAD_LETTERS(TOPIC_LIST_STATS),
};
const size_t topic_count = sizeof topics / sizeof topics[0];

void topics_declared(const Config *cfg, BusTopicSpec ret[])
{
    for (size_t i = 0; i < topic_count; i++) {
        ret[i] = topics[i];
        ret[i].partitions =
            topics[i].partitions == SHARED ? cfg->topic_partitions : topics[i].partitions;
    }
}

const BusTopicSpec *topic_spec(const char *topic)
{
    for (size_t i = 0; i < topic_count; i++) {
        if (strcmp(topics[i].topic, topic) == 0) {
            return &topics[i];
        }
    }
    return NULL;
}

const char *topic_taken_by(const char *topic)
{
    const BusTopicSpec *spec = topic_spec(topic);
    return spec != NULL ? spec->taken_by : NULL;
}

size_t topic_source_len(const char *topic)
{
    size_t len = strlen(topic);
    size_t suffix = strlen(TOPIC_DEAD_LETTERS);
    return len > suffix && strcmp(topic + len - suffix, TOPIC_DEAD_LETTERS) == 0 ? len - suffix : 0;
}

bool topic_is_events(const char *topic)
{
    return strcmp(topic, TOPIC_LIST_STATS) == 0 || strcmp(topic, TOPIC_LIST_EVENTS) == 0;
}

enum { TOPICS_WAIT_MS = 60000, TOPICS_NAP_MS = 50 };

/* A topic that was made a moment ago may not be known to every broker yet. */
static Status
topics_await(BusAdmin *admin, const BusTopicSpec *spec, int64_t deadline_ms, Error *err)
{
    for (;;) {
        int partitions = 0;
        Status status = bus_admin_partitions(admin, spec->topic, &partitions, err);
        if (status != STATUS_OK || partitions > 0) {
            return status;
        }
        if (clock_mono_ms() > deadline_ms) {
            return error_set(err, STATUS_RETRY, "kafka_timeout",
                             "the topic %s was made, but Kafka does not show it yet: try again",
                             spec->topic);
        }
        clock_nap(TOPICS_NAP_MS);
    }
}

Status topics_create(BusAdmin *admin, const BusTopicSpec specs[], size_t count, Error *err)
{
    Status status = bus_admin_create(admin, specs, count, err);
    int64_t deadline_ms = clock_mono_ms() + TOPICS_WAIT_MS;
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        status = topics_await(admin, &specs[i], deadline_ms, err);
    }
    return status;
}

Status topics_look(BusAdmin *admin, const BusTopicSpec specs[], TopicState ret[], Error *err)
{
    for (size_t i = 0; i < topic_count; i++) {
        ret[i] = (TopicState){.spec = &specs[i]};
        Status status = bus_admin_partitions(admin, specs[i].topic, &ret[i].partitions, err);
        if (status == STATUS_OK && ret[i].partitions > 0) {
            status = bus_admin_settings(admin, specs[i].topic, &ret[i].has, err);
        }
        if (status == STATUS_OK && ret[i].partitions > 0) {
            status =
                bus_admin_replicas(admin, specs[i].topic, &ret[i].replicas, &ret[i].brokers, err);
        }
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}

bool topic_state_ok(const TopicState *state)
{
    return state->partitions == state->spec->partitions &&
           state->has.compacted == state->spec->compacted &&
           state->has.retention_ms == state->spec->retention_ms;
}

bool topic_is_thin(const TopicState *state)
{
    return state->partitions > 0 && state->brokers > 1 &&
           (state->replicas < 2 || state->has.min_insync < 2);
}
