/* job_runner.h - claims jobs, keeps their leases and ends them. Layer: runtime.
 *
 * Each runner thread claims one open job at a time: by the server's clock, with a token that fences
 * all earlier claims. While the kind's run() works, a keeper thread renews the lease and tells of
 * cancellation. A runner that dies leaves a lease that runs out, and another process goes on from
 * the last checkpoint. A job with which processes die over and over at the same checkpoint is run
 * with no other beside it until its next one, so that no other is blamed, and fails at
 * LEADSPOOL_JOB_DEATHS. Others that are run as it comes are given back after
 * LEADSPOOL_JOB_LEASE_MS, and go on behind that step. */
#pragma once

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "adapters/db.h"
#include "base/config.h"
#include "base/error.h"
#include "base/trace.h"
#include "runtime/outbox.h"
#include "runtime/relay.h"

/* One claim of one job. db and outbox are the runner thread's own; lanes of a job open connections
 * of their own. */
typedef struct JobRun {
    const Config *cfg;
    void *service;
    Relay *relay;
    Db *db;
    Outbox *outbox;
    int64_t job_no;
    int64_t token;
    int32_t list_no;
    int32_t campaign_no;
    char list_id[65];
    char kind[32];
    bool first;     /* this is the first claim */
    int deaths;     /* processes that died with it in a row, without a checkpoint */
    bool alone;     /* the runner's: no other is begun beside it */
    json_t *params; /* as the command made them; borrowed */
    char *command_id;
    char *source;
    const Trace *trace; /* of the command, or NULL */
    Trace trace_kept;
    int64_t started_us;    /* of the first claim */
    atomic_bool lost;      /* another process has the job: stop, commit nothing more */
    atomic_bool cancelled; /* stop at the next checkpoint */
    atomic_bool stopping; /* the service stops, or one that has to be alone waits: as with lost, but
                             the job is given back */
} JobRun;

bool job_run_should_stop(const JobRun *run);
/* For work that is not done: STATUS_RETRY when it stopped because the job goes on elsewhere. */
Status job_run_handed_on(const JobRun *run, Error *err) MUST_CHECK;
/* "job/<number>": what ce_ids of its events are made of. */
void job_run_cause(const JobRun *run, char ret[64]);
/* STATUS_RETRY with code fenced: another process has the job. */
Status job_run_fenced(Error *err) MUST_CHECK;
/* In a transaction: holds the jobs row, or STATUS_RETRY with code fenced. */
Status job_run_lock(const JobRun *run, Db *db, Error *err) MUST_CHECK;

/* Whether somebody has asked it to end, as this transaction sees it; sets run->cancelled then,
 * which else comes a while later. */
Status job_run_see_asked(JobRun *run, Db *db, Error *err) MUST_CHECK;

/* For each kind's run(), once it knows what its last event says and before it works or opens
 * anything: BAD_INPUT (crash) when too many processes have died with the job. A cancelled one ends
 * as that. */
Status job_run_check_deaths(const JobRun *run, Error *err) MUST_CHECK;
/* In a checkpoint's transaction, where the jobs row may be locked: the job got past the place where
 * it was deadly. For kinds whose checkpoint lies elsewhere than in that row. */
Status job_run_moved(const JobRun *run, Db *db, Error *err) MUST_CHECK;

typedef struct JobKind {
    const char *kind;
    /* Works until done, cancelled or stopped. ret_fields gets the JSON members of the last event,
     * whatever the outcome (also for a failure: what was done so far). OK: completed, or cancelled
     * when asked to; BAD_INPUT: failed; RETRY: given back, to be resumed by anyone (also when lost
     * or stopping). */
    Status (*run)(JobRun *run, StrBuf *ret_fields, Error *err);
    /* Within the transaction that ends the job; may be NULL. */
    Status (*end)(JobRun *run, Db *db, Error *err);
    /* After that commit, to clean up outside the database; may be NULL. */
    void (*ended)(JobRun *run);
} JobKind;

typedef struct JobRunner JobRunner;
/* kinds: ends with a row without a name. All arguments are borrowed for the runner's life. */
Status job_runner_start(const Config *cfg,
                        const JobKind kinds[],
                        void *service,
                        const char *worker_id,
                        Relay *relay,
                        JobRunner **ret,
                        Error *err) MUST_CHECK;
/* Something may be there to claim. Any thread. */
void job_runner_kick(JobRunner *runner);
/* Jobs stop at their next checkpoint; returns at once. */
void job_runner_ask_to_stop(JobRunner *runner);
/* Asks jobs to stop at their next checkpoint and waits up to wait_ms. False: threads go on, and
 * with them stays what they use, up to the end of the process. NULL is allowed. */
bool job_runner_stop(JobRunner *runner, int wait_ms);
