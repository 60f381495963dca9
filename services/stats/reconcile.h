/* reconcile.h - one list of a stats.reconcile: what differs, and mending it. Layer: services/stats.
 */
#pragma once

#include "runtime/job_runner.h"
#include "runtime/list_stats.h"
#include "stats/live_store.h"

typedef struct Reconcile {
    JobRun *run;
    LiveStore *store;
    bool repair;
    int32_t list_no; /* the last one done */
    char list_id[LIVE_ID_SIZE];
    int64_t lists;
    int64_t lists_total;
    int64_t wrong; /* lists of which something differs */
    int64_t repaired;
    int shown;
    StrBuf problems;
    StrBuf counters; /* of the list's next event: {"name","was","is"} by comma */
    int64_t progress_ms;
} Reconcile;

/* A difference, for the job's end; the first hundred in full. */
void reconcile_problem(
    Reconcile *job, const char *where, const char *what, const char *has, const char *should);

/* The list's counters beside a recount of its leads, in one snapshot. With repair the counters move
 * to what a recount under the list's lock says. */
Status reconcile_record(Reconcile *job, bool *ret_same, bool *ret_mended, Error *err) MUST_CHECK;

/* What Redis shows beside the list's counters. A list that changes is looked at again; one that
 * changes without a pause is well shown where Redis follows. With repair it is written again. */
Status reconcile_redis(Reconcile *job, bool *ret_same, bool *ret_mended, Error *err) MUST_CHECK;

/* ---- mending: a transaction of its own under the job's token, told by a list.repaired ---- */

/* Under the list's lock: what moves, and the counters. Or that nothing is to be done. */
typedef Status (*MendHeld)(Reconcile *job, Db *tx, ListDelta *delta, bool *ret_wanted, Error *err);

/* where: record, redis. */
Status reconcile_mend(
    Reconcile *job, const char *where, MendHeld held, bool *ret_mended, Error *err) MUST_CHECK;
