/* reset_job.h - list.reset: a new pass for the leads that a filter names. Layer: services/recycler.
 *
 * Calls stay in the ledger, so that caps of numbers hold as before: who was called may be due now,
 * and is not offered before the caps allow it. Unstarted offers are taken back, or their leads left
 * alone (skip_offered). */
#pragma once

#include "runtime/job_runner.h"
#include "runtime/work.h"

#define RESET_JOB_KIND "list.reset"

Status list_reset_apply(Work *work, Error *err);
Status list_reset_run(JobRun *run, StrBuf *ret_fields, Error *err);
