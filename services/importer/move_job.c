/* The job of leads_move.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/ids.h"
#include "base/mem.h"
#include "domain/filter.h"
#include "importer/lead_row.h"
#include "importer/lead_store.h"
#include "importer/leads_move.h"
#include "importer/move_note.h"
#include "importer/move_plan.h"
#include "runtime/job.h"
#include "runtime/lead_filter.h"
#include "runtime/lead_sweep.h"
#include "sql_queries.h"

enum {
    COUNT_LEADS,
    COUNT_MOVED,
    COUNT_DUPLICATE,
    COUNT_MERGED,
    COUNT_CONFLICT,
    COUNT_KEPT_OFFERED,
    COUNT_NOT_IN_LIST, /* by ids alone */
};

static const int count_of[MOVE_FATES] = {
    [MOVE_GOES] = COUNT_MOVED,
    [MOVE_DUPLICATE] = COUNT_DUPLICATE,
    [MOVE_MERGES] = COUNT_MERGED,
    [MOVE_CONFLICT] = COUNT_CONFLICT,
    [MOVE_KEPT_OFFERED] = COUNT_KEPT_OFFERED,
};

typedef struct Move {
    int32_t from_no;
    int32_t to_no;
    MovePolicy policy;
    Filter *filter;    /* NULL: by ids */
    int64_t *lead_ids; /* sorted */
    int id_count;
} Move;

/* A lead of the target that one of the source meets. Rows of move_clash.sql, by lead and target. */
enum { CLASH_LEAD, CLASH_TARGET, CLASH_PHONE, CLASH_UNLIKE };
/* Rows of move_merge.sql. */
enum { MERGE_LEAD, MERGE_TID, MERGE_GATE, MERGE_EXTERNAL_ID, MERGE_CHANGED };

/* ---- the target ---- */

/* Who deletes a list asks its jobs to end in the same transaction. */
static Status
read_target(const Move *move, JobRun *run, Db *db, int32_t *ret_campaign_no, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, move->to_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_move_lists, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (db_rows(result) == 0 || strcmp(db_text(result, 0, 1), "deleting") == 0) {
        status = job_run_see_asked(run, db, err);
        return status != STATUS_OK ? status
                                   : error_set_field(err, "to_list_id", "list_deleting",
                                                     "the list is being deleted");
    }
    *ret_campaign_no = (int32_t)db_i64(result, 0, 0);
    return STATUS_OK;
}

/* ---- which leads ---- */

static void find_ids(SweepChunk *chunk, int64_t after)
{
    const Move *move = chunk->context;
    int at = 0;
    while (at < move->id_count && move->lead_ids[at] <= after) {
        at++;
    }
    for (; at < move->id_count && chunk->seen < SWEEP_CHUNK_LEADS; at++) {
        chunk->last = move->lead_ids[at];
        db_array_i64(&chunk->ids, chunk->last);
        chunk->seen++;
    }
    chunk->counts[COUNT_NOT_IN_LIST] += chunk->seen; /* until they are met */
}

static Status find_clashes(SweepChunk *chunk, DbArray *lead_ids, DbResult **ret, Error *err)
{
    const Move *move = chunk->context;
    DbParams params = {0};
    db_param_array(&params, lead_ids);
    db_param_i64(&params, move->to_no);
    db_param_i64(&params, move->policy == MOVE_UPDATE ? LEAD_CUSTOM_MAX : 0);
    return db_query_binary(chunk->db, sql_move_clash, &params, ret, err);
}

/* Leads of the target that take something over are locked with the others, in the one order. */
static Status add_targets(SweepChunk *chunk, Error *err)
{
    AUTO_RESULT *clashes = NULL;
    Status status = find_clashes(chunk, &chunk->ids, &clashes, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(clashes); row++) {
        db_array_i64(&chunk->ids, db_bin_i64(clashes, row, CLASH_TARGET));
    }
    return status;
}

static Status move_find(SweepChunk *chunk, int64_t after, Error *err)
{
    const Move *move = chunk->context;
    Status status = read_target(move, chunk->run, chunk->db, &chunk->campaign_no, err);
    if (status == STATUS_OK && move->filter != NULL) {
        status = sweep_find_where(chunk, move->from_no, move->filter, after, err);
    } else if (status == STATUS_OK) {
        find_ids(chunk, after);
    }
    return status;
}

static Status move_before_lock(SweepChunk *chunk, Error *err)
{
    const Move *move = chunk->context;
    return move->policy == MOVE_UPDATE ? add_targets(chunk, err) : STATUS_OK;
}

/* ---- planning ---- */

typedef struct MovePlan {
    SweepChunk *chunk;
    const Move *move;
    DbResult *meant;
    DbResult *clashes;
    DbResult *dnc;
    DbResult *merged;
    DbArray merge_from; /* pairs: the lead that goes, and the one that takes over */
    DbArray merge_to;
    MoveNotes notes;
    const char **reasons;
} MovePlan;

static void plan_done(MovePlan *plan)
{
    db_result_free(plan->meant);
    db_result_free(plan->clashes);
    db_result_free(plan->dnc);
    db_result_free(plan->merged);
    db_array_done(&plan->merge_from);
    db_array_done(&plan->merge_to);
    move_notes_done(&plan->notes);
    free(plan->reasons);
}

/* Under the locks: who is still meant, whom it meets, and whose number must not be called. */
static Status plan_read(MovePlan *plan, Error *err)
{
    SweepChunk *chunk = plan->chunk;
    DbArray ids = {0};
    DbArray phones = {0};
    db_array_begin(&ids, DB_ARRAY_INT8);
    db_array_begin(&phones, DB_ARRAY_INT8);
    db_array_begin(&plan->merge_from, DB_ARRAY_INT8);
    db_array_begin(&plan->merge_to, DB_ARRAY_INT8);
    move_notes_begin(&plan->notes);
    Status status =
        sweep_still_meant(chunk, plan->move->from_no, plan->move->filter, &plan->meant, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(plan->meant); row++) {
        int lead = lead_dials_find(&chunk->leads, db_bin_i64(plan->meant, row, 0));
        db_array_i64(&ids, chunk->leads.rows[lead].lead_id);
        db_array_i64(&phones, chunk->leads.rows[lead].phone);
    }
    if (status == STATUS_OK) {
        status = find_clashes(chunk, &ids, &plan->clashes, err);
    }
    if (status == STATUS_OK && ids.count > 0) {
        status = lead_dnc_phones(chunk->db, &phones, chunk->campaign_no, chunk->outbox->now_us,
                                 &plan->dnc, err);
    }
    db_array_done(&ids);
    db_array_done(&phones);
    return status;
}

/* A target that was not locked along came meanwhile. */
static Status plan_merge(MovePlan *plan, int row, int64_t target_id, Error *err)
{
    LeadDials *leads = &plan->chunk->leads;
    int target = lead_dials_find(leads, target_id);
    if (target < 0 || leads->rows[target].list_no != plan->move->to_no) {
        return error_set(err, STATUS_RETRY, "lead_race", "the target's lead changed meanwhile");
    }
    db_array_i64(&plan->merge_from, leads->rows[row].lead_id);
    db_array_i64(&plan->merge_to, leads->rows[target].lead_id);
    leads->rows[row].list_no = 0;
    leads->changed[row] = true;
    return STATUS_OK;
}

static void plan_go(MovePlan *plan, int row)
{
    LeadDial *lead = &plan->chunk->leads.rows[row];
    lead->list_no = plan->move->to_no;
    lead->dnc = lead_dnc_has(plan->dnc, lead->phone);
    lead_dial_restage(lead);
    plan->chunk->leads.changed[row] = true;
    plan->reasons[row] = "list_moved";
}

/* *at walks along the clashes, which are in the order of leads. */
static MoveMet plan_meet(const MovePlan *plan, const LeadDial *lead, int *at)
{
    const DbResult *clashes = plan->clashes;
    int first = *at;
    while (*at < db_rows(clashes) && db_bin_i64(clashes, *at, CLASH_LEAD) == lead->lead_id) {
        (*at)++;
    }
    return (MoveMet){.count = *at - first,
                     .by_phone = *at > first && db_bin_i64(clashes, first, CLASH_PHONE) != 0,
                     .unlike = *at > first && db_bin_i64(clashes, first, CLASH_UNLIKE) != 0,
                     .offered = lead->offer_id != 0};
}

static void plan_note(MovePlan *plan, int first, int end, MoveFate fate)
{
    for (int at = first; plan->move->policy != MOVE_SKIP && at < end; at++) {
        move_notes_add(&plan->notes, db_bin_i64(plan->clashes, at, CLASH_LEAD),
                       db_bin_i64(plan->clashes, at, CLASH_TARGET), fate);
    }
}

static Status plan_lead(MovePlan *plan, int row, int *at, Error *err)
{
    int first = *at;
    MoveMet met = plan_meet(plan, &plan->chunk->leads.rows[row], at);
    MoveFate fate = move_plan(plan->move->policy, &met);
    plan->chunk->counts[count_of[fate]]++;
    plan_note(plan, first, *at, fate);
    if (fate == MOVE_MERGES) {
        return plan_merge(plan, row, db_bin_i64(plan->clashes, first, CLASH_TARGET), err);
    }
    if (fate == MOVE_GOES) {
        plan_go(plan, row);
    }
    return STATUS_OK;
}

static Status plan_leads(MovePlan *plan, Error *err)
{
    LeadDials *leads = &plan->chunk->leads;
    Status status = STATUS_OK;
    int meant = 0;
    int clash = 0;
    for (int row = 0; status == STATUS_OK && row < leads->count; row++) {
        if (sweep_is_meant(plan->meant, &meant, leads->rows[row].lead_id)) {
            plan->chunk->counts[COUNT_NOT_IN_LIST] -= plan->move->filter == NULL;
            status = plan_lead(plan, row, &clash, err);
        }
    }
    return status;
}

/* ---- writing ---- */

static int merged_row(const MovePlan *plan, int i)
{
    return lead_dials_find(&plan->chunk->leads, db_bin_i64(plan->merged, i, MERGE_LEAD));
}

/* What the source's lead says wins, as in an import that updates; the target's lead keeps its own
 * dialing. While both are there. Its zones may be other ones now: its place in the queue follows.
 */
static Status merge_leads(MovePlan *plan, Error *err)
{
    SweepChunk *chunk = plan->chunk;
    DbParams params = {0};
    db_param_array(&params, &plan->merge_from);
    db_param_array(&params, &plan->merge_to);
    if (plan->merge_from.count == 0) {
        return STATUS_OK;
    }
    Status status = db_query_binary(chunk->db, sql_move_merge, &params, &plan->merged, err);
    for (int i = 0; status == STATUS_OK && i < db_rows(plan->merged); i++) {
        int row = merged_row(plan, i);
        LeadDial *lead = &chunk->leads.rows[row];
        size_t len = 0;
        const char *tid = db_bytes(plan->merged, i, MERGE_TID, &len);
        memcpy(lead->tid, tid, sizeof lead->tid);
        lead->gate_no = (int32_t)db_bin_i64(plan->merged, i, MERGE_GATE);
        lead->external_id.data =
            db_bytes(plan->merged, i, MERGE_EXTERNAL_ID, &lead->external_id.len);
        chunk->leads.changed[row] = true;
    }
    return lead_written(chunk->db, status, err);
}

static void tell_merged(const MovePlan *plan, const LeadTell *tell, const ListGates *gates)
{
    const ListGate *gate = list_gate_of(gates, plan->move->to_no);
    for (int i = 0; plan->merged != NULL && i < db_rows(plan->merged); i++) {
        size_t len = 0;
        const char *names = db_bytes(plan->merged, i, MERGE_CHANGED, &len);
        AUTO_FREE char *changed = mem_sprintf("%.*s", (int)len, names);
        lead_tell_updated(tell, merged_row(plan, i), gate, changed);
    }
}

static void tell_moved(MovePlan *plan, const ListGates *gates)
{
    SweepChunk *chunk = plan->chunk;
    if (!chunk->lead_events) {
        return;
    }
    const LeadDials *leads = &chunk->leads;
    LeadTell tell = {
        .outbox = chunk->outbox, .dials = leads, .correlation = chunk->run->command_id};
    for (int row = 0; row < leads->count; row++) {
        int32_t list_no = leads->rows[row].list_no;
        if (leads->changed[row] && list_no != 0 && list_no != leads->before[row].list_no) {
            lead_tell_updated(&tell, row, list_gate_of(gates, list_no), "[\"list_id\"]");
        }
    }
    tell_merged(plan, &tell, gates);
}

static Status check_gate(const SweepChunk *chunk, const ListGates *gates, Error *err)
{
    const Move *move = chunk->context;
    const ListGate *gate = list_gate_of(gates, move->to_no);
    if (gate != NULL &&
        (gate->campaign_no != chunk->campaign_no || strcmp(gate->life, "deleting") == 0)) {
        return error_set(err, STATUS_RETRY, "list_moved", "the target changed meanwhile");
    }
    return STATUS_OK;
}

/* What a top-up noted of them goes along (recycler/put_off.h). */
static Status move_notes(MovePlan *plan, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, &plan->chunk->ids);
    db_param_i64(&params, plan->move->from_no);
    db_param_i64(&params, plan->move->to_no);
    return db_exec(plan->chunk->db, sql_move_put_off, &params, -1, err);
}

static Status write_plan(MovePlan *plan, Error *err)
{
    AUTO_GATES gates = {0};
    Status status = merge_leads(plan, err);
    if (status == STATUS_OK) {
        status = sweep_write(plan->chunk, plan->reasons, &gates, err);
    }
    if (status == STATUS_OK) {
        status = move_notes(plan, err);
    }
    if (status == STATUS_OK) {
        status = check_gate(plan->chunk, &gates, err);
    }
    if (status == STATUS_OK) {
        tell_moved(plan, &gates);
        status = move_notes_write(&plan->notes, plan->chunk->db, plan->chunk->run->job_no,
                                  plan->chunk->outbox->now_us, err);
    }
    return status;
}

static Status move_work(SweepChunk *chunk, Error *err)
{
    MovePlan plan = {.chunk = chunk, .move = chunk->context};
    plan.reasons = mem_alloc((size_t)(chunk->leads.count + 1) * sizeof *plan.reasons);
    Status status = plan_read(&plan, err);
    if (status == STATUS_OK) {
        status = plan_leads(&plan, err);
    }
    if (status == STATUS_OK) {
        status = write_plan(&plan, err);
    }
    plan_done(&plan);
    return status;
}

/* ---- a chunk by one statement, when the target has none of its leads ---- */

static Status whole_write(SweepChunk *chunk, int64_t after, DbResult **ret, Error *err)
{
    const Move *move = chunk->context;
    AUTO_STRBUF sql = STRBUF_INIT;
    DbArray values = {0};
    DbParams params = {0};
    lead_filter_sql(sql_move_leads, move->filter, &sql, &values);
    db_param_i64(&params, move->from_no);
    db_param_i64(&params, after);
    db_param_i64(&params, chunk->last);
    db_param_array(&params, &values);
    db_param_i64(&params, move->to_no);
    db_param_i64(&params, chunk->campaign_no);
    db_param_time(&params, chunk->outbox->now_us);
    Status status = db_query_binary(chunk->db, sql.data, &params, ret, err);
    db_array_done(&values);
    return lead_written(chunk->db, status, err);
}

static Status whole_tell(SweepChunk *chunk, Error *err)
{
    LeadDials *leads = &chunk->leads;
    MovePlan plan = {.chunk = chunk, .move = chunk->context};
    AUTO_GATES gates = {0};
    AUTO_FREE const char **reasons = sweep_reasons(chunk, "list_moved");
    for (int row = 0; row < leads->count; row++) {
        leads->rows[row].list_no = plan.move->to_no;
    }
    Status status = sweep_told(chunk, reasons, &gates, err);
    if (status == STATUS_OK) {
        status = check_gate(chunk, &gates, err);
    }
    if (status == STATUS_OK) {
        tell_moved(&plan, &gates);
    }
    return status;
}

static Status move_whole(SweepChunk *chunk, int64_t after, Error *err)
{
    int64_t moved = 0;
    DbResult *rows = NULL;
    Status status = read_target(chunk->context, chunk->run, chunk->db, &chunk->campaign_no, err);
    if (status == STATUS_OK) {
        status = whole_write(chunk, after, &rows, err);
    }
    if (status == STATUS_OK) {
        status = sweep_take(chunk, rows, &moved, 1, err);
    }
    chunk->counts[COUNT_MOVED] += moved;
    return status == STATUS_OK ? whole_tell(chunk, err) : status;
}

#define MOVE_COUNTS "leads", "moved", "duplicate_leads", "merged", "conflict", "kept_offered"

static const SweepKind move_where_kind = {
    .counts = {MOVE_COUNTS},
    .find = move_find,
    .before_lock = move_before_lock,
    .work = move_work,
    .whole = move_whole,
    .whole_leads = 5000,
};

static const SweepKind move_ids_kind = {
    .counts = {MOVE_COUNTS, "not_in_list"},
    .find = move_find,
    .before_lock = move_before_lock,
    .work = move_work,
};

/* ---- the rules of the other list ---- */

static Status have_other_rules(const Move *move, const JobRun *run, Db *db, bool *ret, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, move->from_no);
    db_param_i64(&params, move->to_no);
    db_param_i64(&params, run->job_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_move_other_rules, &params, &result, err);
    *ret = status == STATUS_OK && (db_rows(result) == 0 || db_bool(result, 0, 0));
    return status;
}

/* They are applied by the recycler, to the whole list, once the leads are there. The target is
 * looked at here: who claims the job behind its last chunk has not seen it. */
static Status leave_rules(Move *move, JobRun *run, Error *err)
{
    bool other_rules = false;
    AUTO_FREE char *id = mem_sprintf("%s/rules", run->command_id);
    JobSpec spec = {.kind = "list.move",
                    .list_no = move->to_no,
                    .slot_count = 1,
                    .params = "{}",
                    .event_fields = "\"leads\":0,\"changed\":0"};
    snprintf(spec.slots[0], sizeof spec.slots[0], "list:%" PRId32 ":rules", move->to_no);
    AUTO_TX Db *tx = run->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = read_target(move, run, tx, &spec.campaign_no, err);
    }
    if (status == STATUS_OK) {
        status = have_other_rules(move, run, tx, &other_rules, err);
    }
    if (status == STATUS_OK && !other_rules) {
        return STATUS_OK;
    }
    if (status == STATUS_OK) {
        outbox_reset(run->outbox, db_epoch(tx), clock_now_us());
        status = job_follow(tx, run->outbox, run->source, id, &spec, err);
    }
    if (status == STATUS_OK) {
        status = outbox_store(run->outbox, tx, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

/* ---- the job ---- */

static int id_compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static Status read_ids(const json_t *lead_ids, Move *move, Error *err)
{
    Status status = STATUS_OK;
    size_t count = json_array_size(lead_ids);
    move->lead_ids = mem_alloc((count + 1) * sizeof *move->lead_ids);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        const char *text = json_string_value(json_array_get(lead_ids, i));
        status = ids_parse_i64(text != NULL ? text : "", &move->lead_ids[i], err);
    }
    qsort(move->lead_ids, count, sizeof *move->lead_ids, id_compare);
    for (size_t i = 0; i < count; i++) { /* each once */
        if (i == 0 || move->lead_ids[i] != move->lead_ids[i - 1]) {
            move->lead_ids[move->id_count++] = move->lead_ids[i];
        }
    }
    return status;
}

static Status read_params(const JobRun *run, Move *move, Error *err)
{
    const json_t *where = json_object_get(run->params, "where");
    move->from_no = run->list_no;
    move->to_no = (int32_t)json_integer_value(json_object_get(run->params, "to"));
    move->policy =
        move_policy_find(json_string_value(json_object_get(run->params, "on_duplicate")));
    return where != NULL ? filter_json(where, &move->filter, err)
                         : read_ids(json_object_get(run->params, "lead_ids"), move, err);
}

Status leads_move_run(JobRun *run, StrBuf *ret_fields, Error *err)
{
    Move move = {0};
    Status status = read_params(run, &move, err);
    if (status == STATUS_OK) {
        const SweepKind *kind = move.filter != NULL ? &move_where_kind : &move_ids_kind;
        status = lead_sweep(run, kind, &move, ret_fields, err);
    }
    if (status == STATUS_OK) {
        status = leave_rules(&move, run, err);
        relay_kick(run->relay);
    }
    if (status == STATUS_BAD_INPUT && strcmp(err->code, "list_deleting") == 0 &&
        atomic_load(&run->cancelled)) {
        status = STATUS_OK; /* it ends as cancelled, whichever it saw first */
    }
    filter_free(move.filter);
    free(move.lead_ids);
    return status;
}
