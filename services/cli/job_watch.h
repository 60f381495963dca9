/* job_watch.h - stays with a job until it ends. Layer: services/cli. */
#pragma once

#include "cli/follow.h"
#include "cli/job_view.h"

/* Shows the job's progress by its events (follow; NULL is allowed) and by asking the record every
 * second, so that it ends also while one of them is away. view: knows job_id; has the job's end
 * afterwards. *ret_ended is false when the user turned away and the job goes on.
 *
 * Ctrl-C asks on a terminal: go on in the background, cancel, or keep waiting; elsewhere the job
 * goes on; one that comes with the end stays pending. SIGINT must be caught (interrupt.h). */
Status job_watch(Cli *cli, Follow *follow, JobView *view, bool *ret_ended, Error *err) MUST_CHECK;

/* Watches and reports. */
Status job_watch_report(Cli *cli, Follow *follow, JobView *view, Error *err) MUST_CHECK;

/* Sends job.cancel; the reply's result: "cancelling" or "already_ended". */
Status job_cancel(Cli *cli, const JobView *view, char ret_result[32], Error *err) MUST_CHECK;
