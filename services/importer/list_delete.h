/* list_delete.h - list.delete: a list is gone from offers at once, and its leads by a job. Layer:
 * services/importer.
 *
 * The command's transaction closes the gate (life deleting), ends what else has the list's slot,
 * and makes the job. That removes leads in chunks, their rows of the queue and their counts with
 * them, and takes unstarted offers back; calls and do-not-call entries stay. At the end the gate
 * itself goes: a tombstone on list.stats, list.deleted, and an id that is not used again. A job
 * that was cancelled leaves the list closed; the command makes another that goes on. */
#pragma once

#include "runtime/job_runner.h"
#include "runtime/work.h"

#define LIST_DELETE_KIND "list.delete"

Status list_delete_apply(Work *work, Error *err);
Status list_delete_run(JobRun *run, StrBuf *ret_fields, Error *err);
