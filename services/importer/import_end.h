/* import_end.h - what is said at the end of a job that read a file: the accounting, and what was
 * rejected as one file. Layer: services/importer. */
#pragma once

#include "importer/import_counts.h"
#include "importer/import_source.h"
#include "importer/reject_part.h"
#include "runtime/job_runner.h"

typedef struct ImportEnd {
    JobRun *run;
    const ImportSpec *spec;
    ImportSource *source; /* its header is that of rejects; opened for it when it is not open */
    const RejectFormat *rejects;
} ImportEnd;

/* How the job's run ends when its work ended with `outcome` (and *err): as the work did, unless the
 * report cannot be made yet. Also for a job that failed or was cancelled. */
Status import_end(const ImportEnd *end, Status outcome, StrBuf *ret_fields, Error *err) MUST_CHECK;
/* After the commit that ended the job: the parts of its rejects go. */
void import_ended(JobRun *run);
