/* lead_sweep.h - a job that goes over the leads of a list in chunks of neighbouring ids: each a
 * transaction with its checkpoint. Layer: runtime.
 *
 *   find (unlocked) ─▶ lock ─▶ work ─▶ mark ─▶ progress ─▶ outbox ─▶ COMMIT
 *
 * A kind may know a statement that does all of a chunk (whole), in place of find, lock and work.
 * That says when it was not alone with its leads; that chunk and some behind it go the long way.
 * A long list of such a kind is worked on from both ends (LEADSPOOL_SWEEP_LANES): two connections
 * take chunk after chunk until they meet, each with a checkpoint of its own.
 *
 * What is done is in jobs.mark, so that whoever claims the job goes on there; the mark also fences
 * (sweep_mark.h). Between chunks it waits while the outbox is full, and leaves a part of the time
 * to others. */
#pragma once

#include "domain/filter.h"
#include "runtime/job_runner.h"
#include "runtime/lead_tell.h"
#include "runtime/sweep_mark.h"

enum { SWEEP_CHUNK_LEADS = 2000 };

typedef struct SweepChunk {
    JobRun *run;
    void *context; /* the job's own; both lanes have it */
    Db *db;        /* its transaction is open */
    Outbox *outbox;
    int64_t *counts;     /* by the places of SweepKind.counts; to be added to */
    DbArray ids;         /* int8: find() adds those that may be concerned */
    int seen;            /* leads that were looked at; 0: there are no more */
    int64_t last;        /* the last of them */
    LeadDials leads;     /* those of ids, locked, once work() runs */
    int32_t campaign_no; /* the job's own: of the list that they go to */
    bool lead_events;    /* the job's command asked for lead.updated */
} SweepChunk;

typedef struct SweepKind {
    /* Names of the counts in events and in the job's result; ends with NULL. The first counts what
     * was looked at, and is kept by the sweep. */
    const char *counts[SWEEP_COUNTS + 1];
    /* The next leads behind `after`: with whole(), those up to chunk->last; else it says how many
     * it has seen, and the last of them. */
    Status (*find)(SweepChunk *chunk, int64_t after, Error *err);
    /* Locks numbers first where they matter; may be NULL. */
    Status (*before_lock)(SweepChunk *chunk, Error *err);
    /* Plans, writes, counts and tells. Not called for a chunk without leads. */
    Status (*work)(SweepChunk *chunk, Error *err);
    /* All of the list's leads behind `after` up to chunk->last, whole_leads of them; may be NULL.
     * It locks in the order of ids. STATUS_RETRY: another transaction changed one meanwhile, or the
     * leads are not that simple. */
    Status (*whole)(SweepChunk *chunk, int64_t after, Error *err);
    int whole_leads;
} SweepKind;

/* Until the last lead, or until the job should stop: STATUS_RETRY stopping when another process is
 * to go on. *ret_fields gets the counts, whatever the outcome. */
Status lead_sweep(JobRun *run, const SweepKind *kind, void *context, StrBuf *ret_fields, Error *err)
    MUST_CHECK;

/* find() of all leads of a list, for a kind with whole(). */
Status sweep_find_list(SweepChunk *chunk, int32_t list_no, int64_t after, Error *err) MUST_CHECK;
/* The same, of those that meet the filter. */
Status sweep_find_where(
    SweepChunk *chunk, int32_t list_no, const Filter *filter, int64_t after, Error *err) MUST_CHECK;
/* Which of the locked leads are still of this list and meet the filter (NULL: all do): rows of one
 * binary int8, sorted. */
Status sweep_still_meant(SweepChunk *chunk,
                         int32_t list_no,
                         const Filter *filter,
                         DbResult **ret,
                         Error *err) MUST_CHECK;
/* To be asked in the order of lead_ids; at begins with 0. */
bool sweep_is_meant(const DbResult *meant, int *at, int64_t lead_id);
/* What a find() that runs a statement with rows (lead_id, concerned) has left to do. */
void sweep_take_span(SweepChunk *chunk, const DbResult *rows);

/* Writes, counts and tells what work() planned: leads that are `changed`; unstarted offers of those
 * that have a reason are revoked. *ret: the gates of their lists; list_gates_done(). */
Status
sweep_write(SweepChunk *chunk, const char *const reasons[], ListGates *ret, Error *err) MUST_CHECK;

/* For whole(). sweep_write() of what is written already: chunk->leads as they were and are, as far
 * as counters and events go. */
Status
sweep_told(SweepChunk *chunk, const char *const reasons[], ListGates *ret, Error *err) MUST_CHECK;
/* One reason for all of chunk->leads; to be freed. */
const char **sweep_reasons(const SweepChunk *chunk, const char *reason);
/* Room for so many leads in chunk->leads, all zero. result: what their texts are borrowed from; it
 * is the chunk's now. */
void sweep_take_leads(SweepChunk *chunk, int count, DbResult *result);
/* The rows of reset_leads.sql and its like into chunk->leads, whose rows[] differ from before[] in
 * stage and version; rows is the chunk's now. fates: how many leads met each; 0 is that of those
 * that were written. As sweep_alone(). */
Status sweep_take(SweepChunk *chunk, DbResult *rows, int64_t fates[], int fate_count, Error *err)
    MUST_CHECK;
/* Nobody else changed one of its leads, or STATUS_RETRY. */
Status sweep_alone(int64_t missing, Error *err) MUST_CHECK;
