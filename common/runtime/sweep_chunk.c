/* What kinds of sweeps (lead_sweep.h) have in common for a chunk. */
#include <assert.h>
#include <stdio.h>

#include "base/mem.h"
#include "runtime/lead_filter.h"
#include "runtime/lead_sweep.h"
#include "runtime/offer_revoke.h"
#include "sql_queries.h"

/* ---- which leads ---- */

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

static Status find_between(SweepChunk *chunk, const char *sql, DbParams *params, Error *err)
{
    AUTO_RESULT *rows = NULL;
    Status status = db_query(chunk->db, sql, params, &rows, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(rows); row++) {
        db_array_i64(&chunk->ids, db_i64(rows, row, 0));
    }
    return status;
}

Status sweep_find_list(SweepChunk *chunk, int32_t list_no, int64_t after, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, list_no);
    db_param_i64(&params, after);
    db_param_i64(&params, chunk->last);
    return find_between(chunk, sql_sweep_span, &params, err);
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
    db_param_i64(&params, chunk->last);
    db_param_array(&params, &values);
    Status status = find_between(chunk, sql.data, &params, err);
    db_array_done(&values);
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

/* ---- writing ---- */

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
