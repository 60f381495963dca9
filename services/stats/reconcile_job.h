/* reconcile_job.h - stats.reconcile as a job: leads, counters and Redis compared. Layer:
 * services/stats.
 *
 * For each list one snapshot, with its leads recounted and list_stats at its version; then what
 * Redis has at that version. A Redis that is a moment behind is asked again. Differences are told
 * in the job's end, the first hundred in full. With repair the counters move to the recount, under
 * the list's own lock and with a version of their own, and Redis gets what the record says. Each of
 * the two is told by a list.repaired with what was wrong. */
#pragma once

#include "runtime/job_runner.h"

Status reconcile_job_run(JobRun *run, StrBuf *ret_fields, Error *err);
