#include "stats/stats.h"

#include "runtime/topics.h"
#include "stats/projection.h"
#include "stats/stats_state.h"

static const char *const stats_topics[] = {TOPIC_LIST_STATS, TOPIC_LIST_EVENTS,
                                           TOPIC_STATS_COMMANDS};

static const Handler stats_handlers[] = {
    {"list.stats", TOPIC_LIST_STATS, PROJECTION_MOST, false, projection_prepare, projection_apply},
    {"job.accepted", TOPIC_LIST_EVENTS, PROJECTION_MOST, false, projection_prepare,
     projection_apply},
    {"job.started", TOPIC_LIST_EVENTS, PROJECTION_MOST, false, projection_prepare,
     projection_apply},
    {"job.progress", TOPIC_LIST_EVENTS, PROJECTION_MOST, false, projection_prepare,
     projection_apply},
    {"job.completed", TOPIC_LIST_EVENTS, PROJECTION_MOST, false, projection_prepare,
     projection_apply},
    {"job.failed", TOPIC_LIST_EVENTS, PROJECTION_MOST, false, projection_prepare, projection_apply},
    {"job.cancelled", TOPIC_LIST_EVENTS, PROJECTION_MOST, false, projection_prepare,
     projection_apply},
    {0},
};

const Service stats_service = {
    .name = "stats",
    .summary = "keeps the live counters in Redis",
    .topics = stats_topics,
    .topic_count = sizeof stats_topics / sizeof stats_topics[0],
    .handlers = stats_handlers,
    .open = stats_state_open,
    .close = stats_state_close,
    .begin = stats_begin,
    .end = stats_end,
    .ready = stats_ready,
};
