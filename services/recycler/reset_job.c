#include "recycler/reset_job.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "recycler/reset_plan.h"
#include "runtime/job.h"
#include "runtime/lead_filter.h"
#include "runtime/lead_sweep.h"
#include "sql_queries.h"

/* ---- the command ---- */

typedef struct ListReset {
    const char *list_id;
    json_t *where;
    JsonBool skip_offered;
    JsonBool lead_events;
} ListReset;

static const JsonField reset_fields[] = {
    {"list_id", JSON_FIELD_ID, offsetof(ListReset, list_id), .required = true},
    {"where", JSON_FIELD_OBJECT, offsetof(ListReset, where), .required = true},
    {"skip_offered", JSON_FIELD_BOOL, offsetof(ListReset, skip_offered)},
    {"lead_events", JSON_FIELD_BOOL, offsetof(ListReset, lead_events)},
    {0},
};

static Status check_filter(const json_t *where, Error *err)
{
    AUTO_FILTER *filter = NULL;
    return filter_json(where, &filter, err) == STATUS_OK ? STATUS_OK
                                                         : json_error_within(err, "where.");
}

static Status find_list(Db *db, const char *list_id, JobSpec *ret, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, list_id);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_reset_list, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (db_rows(result) == 0) {
        return error_set_field(err, "list_id", "unknown_list", "there is no list %s", list_id);
    }
    const char *life = db_text(result, 0, 2);
    if (strcmp(life, "deleting") == 0 || strcmp(life, "deleted") == 0) {
        return error_set_field(err, "list_id", "list_deleting", "the list %s is being deleted",
                               list_id);
    }
    ret->list_no = (int32_t)db_i64(result, 0, 0);
    ret->campaign_no = (int32_t)db_i64(result, 0, 1);
    snprintf(ret->slots[0], sizeof ret->slots[0], "list:%" PRId32, ret->list_no);
    return STATUS_OK;
}

static Status make_job(Work *work, const ListReset *command, JobSpec *job, Error *err)
{
    AUTO_JSON json_t *params = json_object();
    json_object_set(params, "where", command->where);
    json_object_set_new(params, "skip_offered",
                        json_boolean(command->skip_offered == JSON_BOOL_TRUE));
    if (command->lead_events == JSON_BOOL_TRUE) {
        json_object_set_new(params, "lead_events", json_true());
    }
    AUTO_FREE char *text = json_dumps(params, JSON_COMPACT);
    job->params = text;
    return job_create(work->db, work->outbox, work->messages[0], job, err);
}

Status list_reset_apply(Work *work, Error *err)
{
    ListReset command = {0};
    JobSpec job = {
        .kind = RESET_JOB_KIND, .slot_count = 1, .event_fields = "\"leads\":0,\"reset\":0"};
    Status status = json_read_fields(work->messages[0]->data, reset_fields, &command, err);
    if (status == STATUS_OK) {
        status = check_filter(command.where, err);
    }
    if (status == STATUS_OK) {
        status = find_list(work->db, command.list_id, &job, err);
    }
    if (status == STATUS_BAD_INPUT) {
        message_reject(work->messages[0], err);
        return STATUS_OK;
    }
    return status == STATUS_OK ? make_job(work, &command, &job, err) : status;
}

/* ---- the job ---- */

enum { COUNT_LEADS, COUNT_RESET, COUNT_KEPT_DNC, COUNT_KEPT_OFFERED, COUNT_KEPT_ENDED };

static const int count_of[] = {
    [RESET_DONE] = COUNT_RESET,
    [RESET_KEPT_DNC] = COUNT_KEPT_DNC,
    [RESET_KEPT_OFFERED] = COUNT_KEPT_OFFERED,
    [RESET_KEPT_ENDED] = COUNT_KEPT_ENDED,
};

typedef struct Reset {
    Filter *filter;
    bool skip_offered;
} Reset;

static Status reset_find(SweepChunk *chunk, int64_t after, Error *err)
{
    const Reset *reset = chunk->context;
    return sweep_find_where(chunk, chunk->run->list_no, reset->filter, after, err);
}

static void reset_tell(SweepChunk *chunk, const ListGates *gates)
{
    if (!chunk->lead_events) {
        return;
    }
    const LeadDials *leads = &chunk->leads;
    LeadTell tell = {
        .outbox = chunk->outbox, .dials = leads, .correlation = chunk->run->command_id};
    for (int row = 0; row < leads->count; row++) {
        const LeadDial *lead = &leads->rows[row];
        if (leads->changed[row]) {
            bool stage = leads->before[row].stage != lead->stage;
            lead_tell_updated(&tell, row, list_gate_of(gates, lead->list_no),
                              stage ? "[\"status\",\"stage\"]" : "[\"status\"]");
        }
    }
}

/* Rows of reset_meant.sql: a lead, and whether it is named. */
static Status find_meant(SweepChunk *chunk, const Filter *filter, DbResult **ret, Error *err)
{
    AUTO_STRBUF sql = STRBUF_INIT;
    DbArray values = {0};
    DbParams params = {0};
    lead_filter_named_sql(sql_reset_meant, filter, reset_names, &sql, &values);
    db_param_array(&params, &chunk->ids);
    db_param_i64(&params, chunk->run->list_no);
    db_param_array(&params, &values);
    Status status = db_query_binary(chunk->db, sql.data, &params, ret, err);
    db_array_done(&values);
    return status;
}

/* The filter is asked again under the locks: a lead may just have been called. */
static Status reset_work(SweepChunk *chunk, Error *err)
{
    const Reset *reset = chunk->context;
    LeadDials *leads = &chunk->leads;
    AUTO_GATES gates = {0};
    AUTO_RESULT *meant = NULL;
    AUTO_FREE const char **reasons = mem_alloc((size_t)(leads->count + 1) * sizeof *reasons);
    Status status = find_meant(chunk, reset->filter, &meant, err);
    int at = 0;
    for (int row = 0; status == STATUS_OK && row < leads->count; row++) {
        if (!sweep_is_meant(meant, &at, leads->rows[row].lead_id)) {
            continue;
        }
        bool named = db_bin_i64(meant, at, 1) != 0;
        ResetFate fate = reset_plan(&leads->rows[row], named, reset->skip_offered);
        if (fate != RESET_UNCHANGED) {
            chunk->counts[count_of[fate]]++;
        }
        leads->changed[row] = fate == RESET_DONE;
        reasons[row] = fate == RESET_DONE ? "lead_reset" : NULL;
    }
    if (status == STATUS_OK) {
        status = sweep_write(chunk, reasons, &gates, err);
    }
    if (status == STATUS_OK) {
        reset_tell(chunk, &gates);
    }
    return status;
}

/* ---- a chunk by one statement ---- */

static Status whole_write(SweepChunk *chunk, int64_t after, DbResult **ret, Error *err)
{
    const Reset *reset = chunk->context;
    AUTO_STRBUF sql = STRBUF_INIT;
    DbArray values = {0};
    DbParams params = {0};
    lead_filter_named_sql(sql_reset_leads, reset->filter, reset_names, &sql, &values);
    db_param_i64(&params, chunk->run->list_no);
    db_param_i64(&params, after);
    db_param_i64(&params, chunk->last);
    db_param_array(&params, &values);
    db_param_bool(&params, reset->skip_offered);
    Status status = db_query_binary(chunk->db, sql.data, &params, ret, err);
    db_array_done(&values);
    return status;
}

/* The fates of reset_leads.sql are those of ResetFate. */
static Status whole_take(SweepChunk *chunk, DbResult *rows, Error *err)
{
    int64_t fates[RESET_UNCHANGED + 1] = {0};
    Status status = sweep_take(chunk, rows, fates, RESET_UNCHANGED + 1, err);
    for (int fate = RESET_DONE; fate < RESET_UNCHANGED; fate++) {
        chunk->counts[count_of[fate]] += fates[fate];
    }
    for (int row = 0; row < chunk->leads.count; row++) {
        LeadDial *lead = &chunk->leads.rows[row];
        snprintf(lead->status, sizeof lead->status, "NEW");
        lead->attempts = 0;
        lead->contacted = false;
    }
    return status;
}

static Status reset_whole(SweepChunk *chunk, int64_t after, Error *err)
{
    AUTO_GATES gates = {0};
    DbResult *rows = NULL;
    Status status = whole_write(chunk, after, &rows, err);
    if (status == STATUS_OK) {
        status = whole_take(chunk, rows, err);
    }
    AUTO_FREE const char **reasons = sweep_reasons(chunk, "lead_reset");
    if (status == STATUS_OK) {
        status = sweep_told(chunk, reasons, &gates, err);
    }
    if (status == STATUS_OK) {
        reset_tell(chunk, &gates);
    }
    return status;
}

static const SweepKind reset_kind = {
    .counts = {"leads", "reset", "kept_dnc", "kept_offered", "kept_ended"},
    .find = reset_find,
    .work = reset_work,
    .whole = reset_whole,
    .whole_leads = 5000,
};

Status list_reset_run(JobRun *run, StrBuf *ret_fields, Error *err)
{
    Reset reset = {.skip_offered = json_is_true(json_object_get(run->params, "skip_offered"))};
    Status status = filter_json(json_object_get(run->params, "where"), &reset.filter, err);
    if (status == STATUS_OK) {
        status = lead_sweep(run, &reset_kind, &reset, ret_fields, err);
    }
    filter_free(reset.filter);
    return status;
}
