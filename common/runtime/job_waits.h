/* job_waits.h - how long a job that was given back stays put, and when the log says why. Layer:
 * runtime. No I/O.
 *
 * What is in a job's way may last for days: it is tried again after half a second, then ever more
 * rarely, though not so that who cancels it or waits for its list would notice, and told when its
 * cause is another one and then now and again. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { JOB_WAIT_FIRST_MS = 500, JOB_WAIT_MOST_MS = 2000, JOB_WAIT_TELL_MS = 30000 };

typedef struct JobWait {
    int64_t job_no; /* 0: none */
    char code[48];
    int64_t wait_ms; /* how long it was left alone last; 0: not yet */
    int64_t next_ms; /* when it is tried again */
    int64_t told_ms;
} JobWait;

/* Those of one process; of more the one that was tried longest ago is forgotten. */
typedef struct JobWaits {
    JobWait waits[64];
} JobWaits;

/* A job was given back for this cause. Returns how many milliseconds it is left alone; ret_tell:
 * whether the log says so. */
int64_t
job_waits_note(JobWaits *waits, int64_t job_no, const char *code, int64_t now_ms, bool *ret_tell);
