/* rebuild.h - all lists and jobs from PostgreSQL into Redis. Layer: services/stats.
 *
 * Writes what is missing, older, or not what the record says, and what is newer than the record
 * only where the record, asked again, still is older: then somebody else wrote it. Lists that were
 * deleted say so for as long as their tombstones would. Reads a page at a time, so that nothing is
 * held for long; lists that change meanwhile are written by their messages.
 *
 * The marker says of which epoch Redis is, and that a rebuild began and ended: a Redis that was
 * emptied has none, or one of an earlier run, and is rebuilt by whoever sees that first. */
#pragma once

#include <stdbool.h>

#include "adapters/db.h"
#include "stats/live_store.h"

/* Asked between two pages, while no transaction is open; false ends it early, and for good. */
typedef bool (*RebuildGoesOn)(void *context);

typedef struct Rebuild {
    Db *db;           /* no transaction is open */
    LiveStore *store; /* of the same thread */
    int64_t now_us;
    RebuildGoesOn goes_on; /* NULL: it always does */
    void *context;
    bool stopped; /* it ended early: not all was written */
    int64_t lists;
    int64_t jobs;
    int64_t stored; /* of both: hashes that were not as they should be */
} Rebuild;

bool rebuild_goes_on(Rebuild *rebuild);

/* Once more when Redis was emptied while it went on (a few times; then STATUS_RETRY, as when it was
 * stopped). The others say STATUS_OK when they were stopped. */
Status rebuild_all(Rebuild *rebuild, Error *err) MUST_CHECK;

/* One pass over the lists, or over those named (a text array), without the marker; those that were
 * deleted are among them. */
Status rebuild_lists(Rebuild *rebuild, DbArray *list_ids, Error *err) MUST_CHECK;

/* The same over the jobs that go on, or ended within a day. */
Status rebuild_jobs(Rebuild *rebuild, Error *err) MUST_CHECK;

/* Is the marker there, whole and of this epoch? */
Status rebuild_is_whole(LiveStore *store, int64_t epoch, bool *ret, Error *err) MUST_CHECK;
