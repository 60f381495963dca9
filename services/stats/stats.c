#include "stats/stats.h"

#include "runtime/topics.h"
#include "stats/projection.h"
#include "stats/rebuild_job.h"
#include "stats/reconcile_job.h"
#include "stats/stats_command.h"
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
    {"stats.rebuild", TOPIC_STATS_COMMANDS, 1, true, NULL, stats_rebuild_apply},
    {"stats.reconcile", TOPIC_STATS_COMMANDS, 1, true, NULL, stats_reconcile_apply},
    {0},
};

static const JobKind stats_jobs[] = {
    {STATS_REBUILD_KIND, rebuild_job_run, NULL, NULL},
    {STATS_RECONCILE_KIND, reconcile_job_run, NULL, NULL},
    {0},
};

const Service stats_service = {
    .name = "stats",
    .summary = "keeps the live counters in Redis",
    .topics = stats_topics,
    .topic_count = sizeof stats_topics / sizeof stats_topics[0],
    .handlers = stats_handlers,
    .job_kinds = stats_jobs,
    .open = stats_state_open,
    .close = stats_state_close,
    .begin = stats_begin,
    .end = stats_end,
    .ready = stats_ready,
};
