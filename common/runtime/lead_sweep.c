#include "runtime/lead_sweep.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "runtime/job.h"
#include "runtime/lead_filter.h"
#include "runtime/offer_revoke.h"
#include "sql_queries.h"

enum {
    SWEEP_TRIES = 8,
    SWEEP_NAP_MS = 50,
    SWEEP_PROGRESS_MS = 1000,
    SWEEP_LONG_WAYS = 8, /* chunks, once a whole one failed: its like may follow */
    SWEEP_REST = 20,     /* of the time of a chunk, one part is left to others */
};

typedef struct SweepMark {
    int64_t lead_id;
    int64_t counts[SWEEP_COUNTS];
} SweepMark;

typedef struct Sweep {
    JobRun *run;
    const SweepKind *kind;
    void *context;
    SweepMark mark; /* as committed */
    bool done;
    int long_ways; /* so many chunks do without whole() */
    int64_t progress_ms;
    bool lead_events;
} Sweep;

/* ---- the mark ---- */

static void mark_fields(const SweepKind *kind, const SweepMark *mark, StrBuf *out)
{
    for (int i = 0; kind->counts[i] != NULL; i++) {
        strbuf_addf(out, "%s\"%s\":%" PRId64, i > 0 ? "," : "", kind->counts[i], mark->counts[i]);
    }
}

static Status mark_read(Sweep *sweep, Db *db, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, sweep->run->job_no);
    db_param_i64(&params, sweep->run->token);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_sweep_begin, &params, &result, err);
    if (status == STATUS_OK && db_rows(result) == 0) {
        return error_set(err, STATUS_RETRY, "fenced", "another process has the job");
    }
    if (status != STATUS_OK) {
        return status;
    }
    sweep->mark = (SweepMark){.lead_id = db_i64(result, 0, 0)};
    json_t *counts = json_loads(db_text(result, 0, 1), 0, NULL);
    for (int i = 0; sweep->kind->counts[i] != NULL; i++) {
        sweep->mark.counts[i] = json_integer_value(json_object_get(counts, sweep->kind->counts[i]));
    }
    json_decref(counts);
    return STATUS_OK;
}

static Status mark_write(const Sweep *sweep, Db *db, const SweepMark *next, Error *err)
{
    AUTO_STRBUF counts = STRBUF_INIT;
    strbuf_addc(&counts, '{');
    mark_fields(sweep->kind, next, &counts);
    strbuf_addc(&counts, '}');
    DbParams params = {0};
    db_param_i64(&params, sweep->run->job_no);
    db_param_i64(&params, sweep->run->token);
    db_param_i64(&params, sweep->mark.lead_id);
    db_param_i64(&params, next->lead_id);
    db_param_text(&params, counts.data);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_sweep_mark, &params, &result, err);
    if (status == STATUS_OK && db_affected(result) == 0) {
        return error_set(err, STATUS_RETRY, "fenced", "another process has the job");
    }
    return status;
}

/* ---- one chunk ---- */

static Status chunk_tell_progress(Sweep *sweep, Db *db, const SweepMark *next, Error *err)
{
    JobRun *run = sweep->run;
    char cause[64];
    AUTO_STRBUF fields = STRBUF_INIT;
    if (clock_mono_ms() < sweep->progress_ms) {
        return STATUS_OK;
    }
    sweep->progress_ms = clock_mono_ms() + SWEEP_PROGRESS_MS;
    snprintf(cause, sizeof cause, "job/%" PRId64 "/%" PRId64, run->job_no, next->lead_id);
    mark_fields(sweep->kind, next, &fields);
    return job_event(db, run->outbox, run->job_no, "job.progress", cause, 0, fields.data, err);
}

static Status chunk_lock_and_work(const Sweep *sweep, SweepChunk *chunk, Error *err)
{
    if (chunk->ids.count == 0) {
        return STATUS_OK;
    }
    Status status = lead_begin(chunk->db, err);
    if (status == STATUS_OK && sweep->kind->before_lock != NULL) {
        status = sweep->kind->before_lock(chunk, err);
    }
    if (status == STATUS_OK) {
        status = lead_dials_lock(chunk->db, &chunk->ids, false, &chunk->leads, err);
    }
    return status == STATUS_OK && chunk->leads.count > 0 ? sweep->kind->work(chunk, err) : status;
}

static Status chunk_end(SweepChunk *chunk, int64_t after, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, chunk->run->list_no);
    db_param_i64(&params, after);
    db_param_i64(&params, SWEEP_WHOLE_LEADS);
    AUTO_RESULT *end = NULL;
    Status status = db_exec(chunk->db, sql_sweep_whole_begin, NULL, -1, err);
    if (status == STATUS_OK) {
        status = db_query(chunk->db, sql_sweep_end, &params, &end, err);
    }
    if (status == STATUS_OK) {
        chunk->seen = (int)db_i64(end, 0, 0);
        chunk->last = db_i64(end, 0, 1);
    }
    return status;
}

static Status chunk_run(Sweep *sweep, SweepChunk *chunk, SweepMark *next, Error *err)
{
    bool whole = sweep->kind->whole != NULL && sweep->long_ways == 0;
    int64_t after = sweep->mark.lead_id;
    Status status = whole ? chunk_end(chunk, after, err) : sweep->kind->find(chunk, after, err);
    if (status != STATUS_OK || chunk->seen == 0) {
        sweep->done = status == STATUS_OK;
        return status;
    }
    status = whole ? sweep->kind->whole(chunk, after, err) : chunk_lock_and_work(sweep, chunk, err);
    next->lead_id = chunk->last;
    next->counts[0] += chunk->seen;
    if (status == STATUS_OK) {
        status = mark_write(sweep, chunk->db, next, err);
    }
    if (status == STATUS_OK) {
        status = chunk_tell_progress(sweep, chunk->db, next, err);
    }
    if (status == STATUS_OK) {
        status = outbox_store(chunk->outbox, chunk->db, err);
    }
    return status == STATUS_OK ? db_commit(chunk->db, err) : status;
}

static Status sweep_chunk(Sweep *sweep, Error *err)
{
    JobRun *run = sweep->run;
    SweepMark next;
    SweepChunk chunk = {.run = run,
                        .context = sweep->context,
                        .db = run->db,
                        .outbox = run->outbox,
                        .counts = next.counts,
                        .lead_events = sweep->lead_events};
    AUTO_TX Db *tx = run->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        outbox_reset(run->outbox, db_epoch(tx), clock_now_us());
        status = mark_read(sweep, tx, err);
    }
    if (status == STATUS_OK) {
        status = job_run_check_deaths(run, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    next = sweep->mark;
    db_array_begin(&chunk.ids, DB_ARRAY_INT8);
    status = chunk_run(sweep, &chunk, &next, err);
    db_array_done(&chunk.ids);
    lead_dials_done(&chunk.leads);
    if (status == STATUS_OK) {
        sweep->mark = next;
    }
    return status;
}

/* ---- all of them ---- */

/* Whatever is left of a try is undone, also when its commit is in doubt: the mark says. */
static Status sweep_try(Sweep *sweep, Error *err)
{
    Status status = sweep_chunk(sweep, err);
    for (int i = 1; status == STATUS_RETRY && strcmp(err->code, "fenced") != 0 && i < SWEEP_TRIES &&
                    !job_run_should_stop(sweep->run);
         i++) {
        sweep->long_ways = SWEEP_LONG_WAYS;
        clock_nap(SWEEP_NAP_MS);
        status = sweep_chunk(sweep, err);
    }
    sweep->long_ways -= sweep->long_ways > 0;
    return status;
}

static Status sweep_all(Sweep *sweep, Error *err)
{
    JobRun *run = sweep->run;
    Status status = STATUS_OK;
    while (status == STATUS_OK && !sweep->done && !job_run_should_stop(run)) {
        int64_t begun_ms = clock_mono_ms();
        if (relay_is_backed_up(run->relay)) {
            clock_nap(SWEEP_NAP_MS);
            continue;
        }
        status = sweep_try(sweep, err);
        relay_kick(run->relay);
        clock_nap((int)((clock_mono_ms() - begun_ms) / SWEEP_REST));
    }
    return status == STATUS_OK && !sweep->done ? job_run_handed_on(run, err) : status;
}

Status lead_sweep(JobRun *run, const SweepKind *kind, void *context, StrBuf *ret_fields, Error *err)
{
    Sweep sweep = {.run = run,
                   .kind = kind,
                   .context = context,
                   .progress_ms = clock_mono_ms() + SWEEP_PROGRESS_MS,
                   .lead_events = json_is_true(json_object_get(run->params, "lead_events"))};
    Status status = sweep_all(&sweep, err);
    mark_fields(kind, &sweep.mark, ret_fields);
    return status;
}

/* ---- pieces for its kinds ---- */

void sweep_take_span(SweepChunk *chunk, const DbResult *rows)
{
    chunk->seen = db_rows(rows);
    for (int row = 0; row < chunk->seen; row++) {
        chunk->last = db_i64(rows, row, 0);
        if (db_bool(rows, row, 1)) {
            db_array_i64(&chunk->ids, chunk->last);
        }
    }
}

Status sweep_find_list(SweepChunk *chunk, int32_t list_no, int64_t after, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, list_no);
    db_param_i64(&params, after);
    db_param_i64(&params, SWEEP_CHUNK_LEADS);
    AUTO_RESULT *rows = NULL;
    Status status = db_query(chunk->db, sql_sweep_span, &params, &rows, err);
    if (status == STATUS_OK) {
        sweep_take_span(chunk, rows);
    }
    return status;
}

Status sweep_find_where(
    SweepChunk *chunk, int32_t list_no, const Filter *filter, int64_t after, Error *err)
{
    AUTO_STRBUF sql = STRBUF_INIT;
    DbArray values = {0};
    DbParams params = {0};
    lead_filter_sql(sql_sweep_where, filter, &sql, &values);
    db_param_i64(&params, list_no);
    db_param_i64(&params, after);
    db_param_i64(&params, SWEEP_CHUNK_LEADS);
    db_param_array(&params, &values);
    AUTO_RESULT *rows = NULL;
    Status status = db_query(chunk->db, sql.data, &params, &rows, err);
    db_array_done(&values);
    if (status == STATUS_OK) {
        sweep_take_span(chunk, rows);
    }
    return status;
}

Status sweep_still_meant(
    SweepChunk *chunk, int32_t list_no, const Filter *filter, DbResult **ret, Error *err)
{
    AUTO_STRBUF sql = STRBUF_INIT;
    DbArray values = {0};
    DbParams params = {0};
    lead_filter_sql(sql_sweep_meant, filter, &sql, &values);
    db_param_array(&params, &chunk->ids);
    db_param_i64(&params, list_no);
    db_param_array(&params, &values);
    Status status = db_query_binary(chunk->db, sql.data, &params, ret, err);
    db_array_done(&values);
    return status;
}

bool sweep_is_meant(const DbResult *meant, int *at, int64_t lead_id)
{
    while (*at < db_rows(meant) && db_bin_i64(meant, *at, 0) < lead_id) {
        (*at)++;
    }
    return *at < db_rows(meant) && db_bin_i64(meant, *at, 0) == lead_id;
}

static bool any_changed(const LeadDials *leads)
{
    for (int i = 0; i < leads->count; i++) {
        if (leads->changed[i]) {
            return true;
        }
    }
    return false;
}

Status sweep_told(SweepChunk *chunk, const char *const reasons[], ListGates *ret, Error *err)
{
    LeadTell tell = {
        .outbox = chunk->outbox, .dials = &chunk->leads, .correlation = chunk->run->command_id};
    if (!any_changed(&chunk->leads)) {
        return STATUS_OK;
    }
    Status status = lead_dials_apply(&chunk->leads, chunk->db, chunk->outbox, ret, err);
    return status == STATUS_OK ? offer_revoke(&tell, chunk->db, ret, reasons, err) : status;
}

Status sweep_write(SweepChunk *chunk, const char *const reasons[], ListGates *ret, Error *err)
{
    if (!any_changed(&chunk->leads)) {
        return STATUS_OK;
    }
    Status status = lead_dials_write(&chunk->leads, chunk->db, err);
    return status == STATUS_OK ? sweep_told(chunk, reasons, ret, err) : status;
}

const char **sweep_reasons(const SweepChunk *chunk, const char *reason)
{
    const char **reasons = mem_alloc((size_t)(chunk->leads.count + 1) * sizeof *reasons);
    for (int row = 0; row < chunk->leads.count; row++) {
        reasons[row] = reason;
    }
    return reasons;
}

void sweep_take_leads(SweepChunk *chunk, int count, DbResult *result)
{
    LeadDials *leads = &chunk->leads;
    lead_dials_done(leads);
    leads->rows = mem_alloc((size_t)(count + 1) * sizeof *leads->rows);
    leads->before = mem_alloc((size_t)(count + 1) * sizeof *leads->before);
    leads->changed = mem_alloc((size_t)(count + 1) * sizeof *leads->changed);
    leads->told = mem_alloc((size_t)(count + 1) * sizeof *leads->told);
    leads->count = count;
    leads->result = result;
}

Status sweep_alone(int64_t missing, Error *err)
{
    return missing != 0 ? error_set(err, STATUS_RETRY, "lead_race", "a lead changed meanwhile")
                        : STATUS_OK;
}

/* Columns of reset_leads.sql. */
enum {
    TAKE_FATE,
    TAKE_LEADS,
    TAKE_LEAD_ID,
    TAKE_LEAD_VERSION,
    TAKE_STAGE,
    TAKE_STAGE_WAS,
    TAKE_STATUS,
    TAKE_ATTEMPTS,
    TAKE_CONTACTED,
    TAKE_OFFER_ID,
    TAKE_EXTERNAL_ID
};

static void take_lead(SweepChunk *chunk, const DbResult *rows, int row, int at)
{
    LeadDial *lead = &chunk->leads.rows[at];
    LeadDial *before = &chunk->leads.before[at];
    size_t len = 0;
    const char *status = db_bytes(rows, row, TAKE_STATUS, &len);
    snprintf(before->status, sizeof before->status, "%.*s", (int)len, status);
    before->lead_id = db_bin_i64(rows, row, TAKE_LEAD_ID);
    before->lead_version = (int32_t)db_bin_i64(rows, row, TAKE_LEAD_VERSION) - 1;
    before->list_no = chunk->run->list_no;
    before->stage = (Stage)db_bin_i64(rows, row, TAKE_STAGE_WAS);
    before->attempts = (int16_t)db_bin_i64(rows, row, TAKE_ATTEMPTS);
    before->contacted = db_bin_i64(rows, row, TAKE_CONTACTED) != 0;
    before->offer_id =
        db_is_null(rows, row, TAKE_OFFER_ID) ? 0 : db_bin_i64(rows, row, TAKE_OFFER_ID);
    before->external_id.data = db_bytes(rows, row, TAKE_EXTERNAL_ID, &before->external_id.len);
    *lead = *before;
    lead->lead_version++;
    lead->stage = (Stage)db_bin_i64(rows, row, TAKE_STAGE);
    chunk->leads.changed[at] = true;
}

/* The counts stand before the leads; without a fate that of missing rows of the queue. */
Status sweep_take(SweepChunk *chunk, DbResult *rows, int64_t fates[], int fate_count, Error *err)
{
    int64_t missing = 0;
    int first = 0;
    for (; first < db_rows(rows) && db_is_null(rows, first, TAKE_LEAD_ID); first++) {
        int64_t leads = db_bin_i64(rows, first, TAKE_LEADS);
        int64_t fate = db_is_null(rows, first, TAKE_FATE) ? -1 : db_bin_i64(rows, first, TAKE_FATE);
        assert(fate < fate_count);
        *(fate < 0 ? &missing : &fates[fate]) += leads;
    }
    int count = db_rows(rows) - first;
    sweep_take_leads(chunk, count, rows);
    for (int at = 0; at < count; at++) {
        take_lead(chunk, rows, first + at, at);
    }
    Status status = sweep_alone(fates[0] - count, err);
    return status == STATUS_OK ? sweep_alone(missing, err) : status;
}
