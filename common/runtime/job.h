/* job.h - long work as rows: made by a command, told by events, cancelled by a command. Layer:
 * runtime.
 *
 *   queued ──claim──▶ running ──▶ completed | failed | cancelled
 *     └──job.cancel──▶ cancelled       (job_runner.h claims and runs)
 *
 * (source, command id) of the command is the job's natural key for as long as commands are known,
 * 35 days. Slots ("list:7", "campaign:3") are
 * what a job holds alone while it runs; jobs for the same slot run in the order of their numbers.
 */
#pragma once

#include <stdint.h>

#include "adapters/db.h"
#include "runtime/message.h"
#include "runtime/outbox.h"
#include "runtime/work.h"

enum { JOB_SLOTS_MAX = 4, JOB_SLOT_SIZE = 32 };

typedef struct JobSpec {
    const char *kind;
    int32_t list_no;     /* 0: it is the whole campaign's; its events are about that */
    int32_t campaign_no; /* 0 too: it is the namespace's */
    int slot_count;
    char slots[JOB_SLOTS_MAX][JOB_SLOT_SIZE];
    const char *params; /* JSON object: all that its runner needs */
    const char
        *event_fields; /* JSON members for the job.accepted event, without braces; may be "" */
} JobSpec;

/* In the command's transaction: makes the row, emits job.accepted, and ends the message as
 * accepted. */
Status
job_create(Db *db, Outbox *outbox, Message *message, const JobSpec *spec, Error *err) MUST_CHECK;

/* The same for a command that is answered at once and leaves a job behind: the message stays open.
 */
Status job_start(Db *db,
                 Outbox *outbox,
                 Message *message,
                 const JobSpec *spec,
                 int64_t *ret_job_no,
                 Error *err) MUST_CHECK;

/* A job that another one leaves behind, known by the source and an id of its own: made once,
 * however often this is called. It has the trace of the outbox. */
Status job_follow(Db *db,
                  Outbox *outbox,
                  const char *source,
                  const char *command_id,
                  const JobSpec *spec,
                  Error *err) MUST_CHECK;

/* The trace of the command that made it, from columns traceparent and tracestate of a jobs row.
 * False when it had none. */
bool job_trace(const DbResult *result, int row, int column, Trace *ret);

/* Emits the job's next event. type: "job.progress" ...; fields: JSON members without braces, or "".
 * cause and ordinal as in outbox.h. Locks the jobs row: after list_stats, before the outbox. */
Status job_event(Db *db,
                 Outbox *outbox,
                 int64_t job_no,
                 const char *type,
                 const char *cause,
                 int ordinal,
                 const char *fields,
                 Error *err) MUST_CHECK;

/* The handler of job.cancel {job_id}, taken on every command topic. */
Status job_cancel_apply(Work *work, Error *err);
