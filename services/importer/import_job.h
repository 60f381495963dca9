/* import_job.h - the job behind list.import: from its settings to its last event. Layer:
 * services/importer.
 *
 *        file ─▶ parser (this thread) ─▶ chunk ─┬▶ lane 0 ─▶ PostgreSQL
 *                                               └▶ lane 1 ─▶ PostgreSQL      ─▶ joined rejects,
 * job.completed */
#pragma once

#include "runtime/job_runner.h"

#define IMPORT_JOB_KIND "import"

Status import_job_run(JobRun *run, StrBuf *ret_fields, Error *err);
