/* rebuild_job.h - stats.rebuild as a job. Layer: services/stats. */
#pragma once

#include "runtime/job_runner.h"

Status rebuild_job_run(JobRun *run, StrBuf *ret_fields, Error *err);
