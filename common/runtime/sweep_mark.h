/* sweep_mark.h - how far a lane of a sweep is, in jobs.mark, and what it has counted. Layer:
 * runtime.
 *
 * Lane 0 goes up from the first lead, and its mark is the last one that it has done; lane 1 goes
 * down from the last lead, and its mark is the first one that it has done. jobs.result has what
 * both have counted. */
#pragma once

#include "runtime/job_runner.h"

enum { SWEEP_UP, SWEEP_DOWN, SWEEP_LANES };
enum { SWEEP_COUNTS = 8 };

typedef struct SweepMark {
    int64_t lead_id;
    int64_t counts[SWEEP_COUNTS];
} SweepMark;

/* names: of the counts, ends with NULL. STATUS_RETRY with code fenced: another process has the job.
 */
Status sweep_mark_read(const JobRun *run,
                       Db *db,
                       int lane,
                       const char *const names[],
                       SweepMark *ret,
                       Error *err) MUST_CHECK;

/* In the chunk's transaction. *ret_fields gets the JSON members of what all lanes have counted. */
Status sweep_mark_write(const JobRun *run,
                        Db *db,
                        int lane,
                        const char *const names[],
                        const SweepMark *before,
                        const SweepMark *next,
                        StrBuf *ret_fields,
                        Error *err) MUST_CHECK;

/* JSON members. */
void sweep_mark_fields(const char *const names[], const int64_t counts[], StrBuf *out);
