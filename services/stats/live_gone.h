/* live_gone.h - the end, in Redis, of lists and jobs that the record does not have. Layer:
 * services/stats.
 *
 * Whoever shows one is told: of a list that was deleted by the version of its end in the record, of
 * what a restore took away by the first of the new epoch. What was never in the record goes without
 * a word. */
#pragma once

#include "stats/rebuild.h"

/* live_unknown.sql has it among its answers. *ret_gone: its key was written or removed; false: it
 * says already that it has ended. */
Status live_gone_list(Rebuild *rebuild, const char *list_id, bool *ret_gone, Error *err) MUST_CHECK;
Status live_gone_job(Rebuild *rebuild, const char *job_id, bool *ret_gone, Error *err) MUST_CHECK;
