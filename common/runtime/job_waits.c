#include "runtime/job_waits.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { JOB_WAITS = sizeof(((JobWaits *)NULL)->waits) / sizeof(JobWait) };

static JobWait *waits_place(JobWaits *waits, int64_t job_no)
{
    JobWait *oldest = &waits->waits[0];
    for (int i = 0; i < JOB_WAITS; i++) {
        JobWait *wait = &waits->waits[i];
        if (wait->job_no == job_no) {
            return wait;
        }
        if (wait->next_ms < oldest->next_ms) {
            oldest = wait;
        }
    }
    return oldest;
}

int64_t
job_waits_note(JobWaits *waits, int64_t job_no, const char *code, int64_t now_ms, bool *ret_tell)
{
    JobWait *wait = waits_place(waits, job_no);
    if (wait->job_no != job_no || strcmp(wait->code, code) != 0) {
        *wait = (JobWait){.job_no = job_no, .told_ms = now_ms - JOB_WAIT_TELL_MS};
        snprintf(wait->code, sizeof wait->code, "%s", code);
    } else if (now_ms - wait->next_ms > 5 * JOB_WAIT_MOST_MS) {
        wait->wait_ms = 0; /* it has worked since */
    }
    wait->wait_ms = wait->wait_ms == 0 ? JOB_WAIT_FIRST_MS : 2 * wait->wait_ms;
    if (wait->wait_ms > JOB_WAIT_MOST_MS) {
        wait->wait_ms = JOB_WAIT_MOST_MS;
    }
    wait->next_ms = now_ms + wait->wait_ms;
    *ret_tell = now_ms - wait->told_ms >= JOB_WAIT_TELL_MS;
    if (*ret_tell) {
        wait->told_ms = now_ms;
    }
    return wait->wait_ms;
}
