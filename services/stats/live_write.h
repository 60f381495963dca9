/* live_write.h - what a list, or a job, is in Redis. Layer: services/stats; pure. */
#pragma once

#include <jansson.h>

#include "runtime/list_figures.h"
#include "stats/live_store.h"

/* How long what has ended is still shown. */
enum { LIVE_DELETED_S = 8 * 86400, LIVE_JOB_ENDED_S = 86400 };

void live_write_init(LiveWrite *write, const char *ns, LiveKind kind, const char *id);
void live_write_done(LiveWrite *write);
/* Is what has this epoch and version, as Redis told them before the record was read, above it? Then
 * it was never from the record: it is written over while it stands. Both are borrowed. */
bool live_write_give_way(LiveWrite *write, const char *epoch, const char *version);

void live_write_list(LiveWrite *write, const char *ns, const ListFigures *figures);
/* A list that is gone says so, and nothing else. */
void live_write_deleted(
    LiveWrite *write, const char *ns, const char *list_id, int64_t epoch, int64_t version);

/* What expires does so counted from its end, however late it is written. */
void live_write_ended(LiveWrite *write, int64_t ended_us, int64_t now_us);

/* data: of a job's event, or what the record says in its place. started_us, at_us: 0 when unknown.
 */
typedef struct LiveJob {
    const json_t *data;
    int64_t epoch;
    int64_t n; /* of the job's event */
    int64_t started_us;
    int64_t at_us;
} LiveJob;
void live_write_job(LiveWrite *write, const char *ns, const char *job_id, const LiveJob *job);
