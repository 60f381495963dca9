/* dnc_import_job.h - the job behind dnc.import. Layer: services/importer.
 *
 * One thread: a chunk is read, then committed with its checkpoint (dnc_import_chunk.h). The
 * checkpoint is that of an import with one lane, and so are its rejects and its accounting. */
#pragma once

#include "runtime/job_runner.h"

#define DNC_IMPORT_JOB_KIND "dnc.import"

Status dnc_import_job_run(JobRun *run, StrBuf *ret_fields, Error *err);
