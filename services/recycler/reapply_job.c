#include "recycler/reapply_job.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "recycler/gates.h"
#include "recycler/outcome_store.h"
#include "recycler/reapply_store.h"
#include "runtime/campaign_store.h"
#include "runtime/dnc_leads.h"
#include "runtime/job.h"
#include "runtime/offer_revoke.h"
#include "sql_queries.h"

enum {
    REAPPLY_TRIES = 5,
    REAPPLY_NAP_MS = 50,
    REAPPLY_PROGRESS_MS = 1000,
};

typedef struct Reapply {
    JobRun *run;
    CampaignStore *campaigns;
    Gates *gates;
    ReapplyMark mark; /* as committed */
    int64_t newer;    /* the job that does it again; 0: none */
    bool done;
    int64_t progress_ms;
} Reapply;

/* One transaction. */
typedef struct ReapplyChunk {
    Reapply *job;
    Db *db;
    ReapplyList list;
    const CampaignRules *rules;
    ReapplySpan span;
    ReapplyLedger ledger;
    LeadDials leads;
    const char **reasons; /* of each lead, for lead.finished */
    ReapplyMark next;
} ReapplyChunk;

static void chunk_done(ReapplyChunk *chunk)
{
    db_array_done(&chunk->span.called);
    reapply_ledger_done(&chunk->ledger);
    lead_dials_done(&chunk->leads);
    free(chunk->reasons);
}

/* ---- reading ---- */

static Status chunk_read(ReapplyChunk *chunk, Error *err)
{
    const Reapply *job = chunk->job;
    Status status = campaign_store_get(job->campaigns, chunk->db, chunk->list.campaign_no, 0,
                                       &chunk->rules, err);
    if (status == STATUS_OK) {
        status = gates_refresh(job->gates, chunk->db, err);
    }
    if (status == STATUS_OK) {
        status = reapply_read_span(chunk->db, &chunk->next, &chunk->span, err);
    }
    if (status == STATUS_OK && chunk->span.called.count > 0) {
        status = lead_begin(chunk->db, err);
    }
    if (status == STATUS_OK && chunk->span.called.count > 0) {
        status = lead_dials_lock(chunk->db, &chunk->span.called, false, &chunk->leads, err);
    }
    if (status == STATUS_OK && chunk->span.called.count > 0) {
        status = reapply_read_calls(chunk->db, &chunk->span.called, chunk->rules->campaign_no,
                                    &chunk->ledger, err);
    }
    return status;
}

/* ---- planning ---- */

/* A lead that was given to another list between look and lock is that list's business. */
static Status chunk_plan_lead(ReapplyChunk *chunk, int row, Error *err)
{
    LeadDial *lead = &chunk->leads.rows[row];
    const Gate *gate = gates_find(chunk->job->gates, lead->gate_no);
    ReapplyFacts facts = {.rules = chunk->rules, .list_hours = &chunk->list.hours};
    reapply_calls_of(&chunk->ledger, lead, &facts);
    if (lead->list_no != chunk->list.list_no || lead->attempts == 0) {
        return STATUS_OK;
    }
    if (gate == NULL) {
        return error_set(err, STATUS_RETRY, "gate_unknown", "a gate was made meanwhile");
    }
    facts.place = &gate->place;
    reapply_plan(lead, &facts, &chunk->reasons[row]);
    chunk->leads.changed[row] = reapply_differs(&chunk->leads.before[row], lead);
    return STATUS_OK;
}

static Status chunk_plan(ReapplyChunk *chunk, Error *err)
{
    Status status = STATUS_OK;
    size_t most = (size_t)chunk->leads.count + 1;
    chunk->reasons = mem_alloc(most * sizeof *chunk->reasons);
    for (int row = 0; status == STATUS_OK && row < chunk->leads.count; row++) {
        status = chunk_plan_lead(chunk, row, err);
    }
    for (int row = 0; row < chunk->leads.count; row++) {
        chunk->next.changed += chunk->leads.changed[row];
    }
    return status;
}

/* ---- writing ---- */

static void
chunk_tell_lead(const ReapplyChunk *chunk, const LeadTell *tell, int row, const ListGate *gate)
{
    bool stage = chunk->leads.before[row].stage != chunk->leads.rows[row].stage;
    bool status = strcmp(chunk->leads.before[row].status, chunk->leads.rows[row].status) != 0;
    if (stage || status) {
        lead_tell_updated(tell, row, gate,
                          !status ? "[\"stage\"]"
                          : stage ? "[\"status\",\"stage\"]"
                                  : "[\"status\"]");
    }
    lead_tell_finished(tell, row, gate, chunk->reasons[row]);
}

static Status chunk_check_gate(const ReapplyChunk *chunk, const ListGate *gate, Error *err)
{
    if (gate->campaign_no != chunk->rules->campaign_no ||
        gate->rules_version != chunk->rules->rules_version) {
        return error_set(err, STATUS_RETRY, "rules_moved", "the rules changed meanwhile");
    }
    return STATUS_OK;
}

static Status chunk_count_and_tell(ReapplyChunk *chunk, Error *err)
{
    Outbox *outbox = chunk->job->run->outbox;
    AUTO_GATES gates = {0};
    LeadTell tell = {
        .outbox = outbox, .dials = &chunk->leads, .correlation = chunk->job->run->command_id};
    Status status = lead_dials_apply(&chunk->leads, chunk->db, outbox, &gates, err);
    for (int i = 0; status == STATUS_OK && i < gates.count; i++) {
        status = chunk_check_gate(chunk, &gates.gates[i], err);
    }
    for (int row = 0; status == STATUS_OK && row < chunk->leads.count; row++) {
        if (chunk->leads.changed[row]) {
            chunk_tell_lead(chunk, &tell, row,
                            list_gate_of(&gates, chunk->leads.rows[row].list_no));
        }
    }
    return status == STATUS_OK ? offer_revoke_ended(&tell, chunk->db, &gates, err) : status;
}

static Status chunk_write(ReapplyChunk *chunk, Error *err)
{
    if (chunk->next.changed == chunk->job->mark.changed) {
        return STATUS_OK;
    }
    Status status = lead_dials_write(&chunk->leads, chunk->db, err);
    return status == STATUS_OK ? chunk_count_and_tell(chunk, err) : status;
}

/* ---- the checkpoint ---- */

static void reapply_fields(const ReapplyMark *mark, StrBuf *out)
{
    strbuf_addf(out, "\"leads\":%" PRId64 ",\"changed\":%" PRId64, mark->leads, mark->changed);
}

static Status chunk_tell_progress(ReapplyChunk *chunk, Error *err)
{
    Reapply *job = chunk->job;
    char cause[64];
    AUTO_STRBUF fields = STRBUF_INIT;
    if (clock_mono_ms() < job->progress_ms) {
        return STATUS_OK;
    }
    job->progress_ms = clock_mono_ms() + REAPPLY_PROGRESS_MS;
    snprintf(cause, sizeof cause, "job/%" PRId64 "/%" PRId64, job->run->job_no, chunk->next.leads);
    reapply_fields(&chunk->next, &fields);
    return job_event(chunk->db, job->run->outbox, job->run->job_no, "job.progress", cause, 0,
                     fields.data, err);
}

/* Behind the last lead of a list comes the next list. */
static void chunk_move_mark(ReapplyChunk *chunk)
{
    chunk->next.leads += chunk->span.count;
    chunk->next.lead_id = chunk->span.last;
    if (chunk->span.count < REAPPLY_CHUNK_LEADS) {
        chunk->next.list_no++;
        chunk->next.lead_id = 0;
    }
}

static Status chunk_work(ReapplyChunk *chunk, Error *err)
{
    Status status = chunk_read(chunk, err);
    if (status == STATUS_OK) {
        status = chunk_plan(chunk, err);
    }
    if (status == STATUS_OK) {
        status = chunk_write(chunk, err);
    }
    if (status == STATUS_OK) {
        chunk_move_mark(chunk);
        status =
            reapply_write_mark(chunk->job->run, chunk->db, &chunk->job->mark, &chunk->next, err);
    }
    if (status == STATUS_OK) {
        status = chunk_tell_progress(chunk, err);
    }
    if (status == STATUS_OK) {
        status = outbox_store(chunk->job->run->outbox, chunk->db, err);
    }
    return status == STATUS_OK ? db_commit(chunk->db, err) : status;
}

/* Finds where to go on, and does that chunk; job->done when there is none left. */
static Status reapply_chunk(Reapply *job, Error *err)
{
    JobRun *run = job->run;
    ReapplyChunk chunk = {.job = job, .db = run->db};
    AUTO_TX Db *tx = run->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        outbox_reset(run->outbox, db_epoch(tx), clock_now_us());
        status = reapply_read_mark(tx, run->job_no, &job->mark, &job->newer, err);
    }
    if (status == STATUS_OK) {
        status = reapply_find_list(tx, run, &job->mark, &chunk.list, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    bool past = run->list_no != 0 && job->mark.list_no > run->list_no;
    job->done = chunk.list.list_no == 0 || past || (run->list_no == 0 && job->newer != 0);
    if (job->done) {
        return STATUS_OK;
    }
    chunk.next = job->mark;
    if (chunk.next.list_no != chunk.list.list_no) {
        chunk.next.list_no = chunk.list.list_no;
        chunk.next.lead_id = 0;
    }
    status = chunk_work(&chunk, err);
    chunk_done(&chunk);
    return status;
}

/* ---- the job ---- */

/* Whatever is left of a try is undone, also when its commit is in doubt: the mark says. */
static Status reapply_try(Reapply *job, Error *err)
{
    Status status = reapply_chunk(job, err);
    for (int i = 1; status == STATUS_RETRY && i < REAPPLY_TRIES && !job_run_should_stop(job->run);
         i++) {
        clock_nap(REAPPLY_NAP_MS);
        status = reapply_chunk(job, err);
    }
    campaign_store_trim(job->campaigns);
    return status;
}

/* ---- numbers and their do-not-call entries ----
 *
 * In steps from number to number, again at each claim: what follows already stays. */

/* Finds the next numbers, from *after on; 0 when there are no more. */
typedef Status NumbersFind(Reapply *job, int64_t *after, DbArray *number_ids, Error *err);

/* A list's: those of its campaign hold, not those of the one before. */
static Status find_moved(Reapply *job, int64_t *after, DbArray *number_ids, Error *err)
{
    Status status = reapply_find_numbers(job->run->db, job->run->list_no, after, number_ids, err);
    if (status == STATUS_OK && number_ids->count == 0) {
        *after = 0;
    }
    return status;
}

/* Numbers of calls that came to a disposition which asks for it only now. */
static Status find_asked(Reapply *job, int64_t *after, DbArray *number_ids, Error *err)
{
    const json_t *params = job->run->params;
    ReapplyAsked asked = {.campaign_no = job->run->campaign_no,
                          .names = json_object_get(params, REAPPLY_DNC_NAMES),
                          .code = json_string_value(json_object_get(params, REAPPLY_DNC_CODE))};
    return reapply_find_asked(job->run->db, &asked, after, number_ids, err);
}

/* With the numbers locked: entries that are due to them, and the leads. */
static Status numbers_follow(Reapply *job, DncNumbers *numbers, bool asked, Error *err)
{
    JobRun *run = job->run;
    DncFollow follow = {.db = run->db,
                        .outbox = run->outbox,
                        .numbers = numbers,
                        .correlation = run->command_id,
                        .now_us = run->outbox->now_us};
    int64_t moved = 0;
    Status status = lead_begin(run->db, err);
    if (status == STATUS_OK) {
        status = dnc_numbers_lock(numbers, run->db, err);
    }
    if (status == STATUS_OK && asked) {
        status = outcome_add_dnc(run->db, &numbers->ids, "dialer", follow.now_us, err);
    }
    if (status == STATUS_OK) {
        status = dnc_leads_follow(&follow, &moved, err);
    }
    return status;
}

static Status numbers_step(Reapply *job, NumbersFind *find, int64_t *after, Error *err)
{
    JobRun *run = job->run;
    AUTO_DNC_NUMBERS numbers;
    dnc_numbers_begin(&numbers);
    AUTO_TX Db *tx = run->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        outbox_reset(run->outbox, db_epoch(tx), clock_now_us());
        status = find(job, after, &numbers.ids, err);
    }
    if (status != STATUS_OK || numbers.ids.count == 0) {
        return status;
    }
    status = numbers_follow(job, &numbers, find == find_asked, err);
    if (status == STATUS_OK) {
        status = job_run_moved(run, tx, err);
    }
    if (status == STATUS_OK) {
        status = outbox_store(run->outbox, tx, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

static Status numbers_work(Reapply *job, NumbersFind *find, Error *err)
{
    int64_t after = 0;
    Status status = STATUS_OK;
    for (bool more = true; status == STATUS_OK && more && !job_run_should_stop(job->run);) {
        int64_t from = after;
        status = numbers_step(job, find, &after, err);
        for (int i = 1; status == STATUS_RETRY && i < REAPPLY_TRIES; i++) {
            clock_nap(REAPPLY_NAP_MS);
            after = from;
            status = numbers_step(job, find, &after, err);
        }
        more = after != 0;
    }
    return status;
}

static Status reapply_numbers(Reapply *job, Error *err)
{
    if (strcmp(job->run->kind, MOVED_JOB_KIND) == 0) {
        return numbers_work(job, find_moved, err);
    }
    bool asked = json_object_get(job->run->params, REAPPLY_DNC_NAMES) != NULL;
    return asked ? numbers_work(job, find_asked, err) : STATUS_OK;
}

/* ---- all of it ---- */

static Status reapply_work(Reapply *job, Error *err)
{
    Status status = job_run_check_deaths(job->run, err);
    if (status == STATUS_OK) {
        status = reapply_numbers(job, err);
    }
    while (status == STATUS_OK && !job->done && !job_run_should_stop(job->run)) {
        if (relay_is_backed_up(job->run->relay)) {
            clock_nap(REAPPLY_NAP_MS);
            continue;
        }
        status = reapply_try(job, err);
        relay_kick(job->run->relay);
    }
    return status == STATUS_OK && !job->done ? job_run_handed_on(job->run, err) : status;
}

Status reapply_job_run(JobRun *run, StrBuf *ret_fields, Error *err)
{
    Reapply job = {.run = run,
                   .campaigns = campaign_store_new(),
                   .gates = gates_new(),
                   .progress_ms = clock_mono_ms() + REAPPLY_PROGRESS_MS};
    Status status = reapply_work(&job, err);
    reapply_fields(&job.mark, ret_fields);
    if (status == STATUS_OK && job.newer != 0 && run->list_no == 0) {
        strbuf_addf(ret_fields, ",\"superseded_by\":\"%" PRId64 "\"", job.newer);
    }
    campaign_store_free(job.campaigns);
    gates_free(job.gates);
    return status;
}
