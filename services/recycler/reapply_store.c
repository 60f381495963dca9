#include "recycler/reapply_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "sql_queries.h"

Status reapply_read_mark(Db *db, int64_t job_no, ReapplyMark *ret, int64_t *ret_newer, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, job_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_reapply_begin, &params, &result, err);
    if (status == STATUS_OK && db_rows(result) == 0) {
        return error_set(err, STATUS_RETRY, "job_gone", "the job is gone");
    }
    if (status == STATUS_OK) {
        *ret = (ReapplyMark){.list_no = (int32_t)db_i64(result, 0, 0),
                             .lead_id = db_i64(result, 0, 1),
                             .leads = db_i64(result, 0, 2),
                             .changed = db_i64(result, 0, 3)};
        *ret_newer = db_i64(result, 0, 4);
    }
    return status;
}

Status reapply_write_mark(
    const JobRun *run, Db *db, const ReapplyMark *before, const ReapplyMark *after, Error *err)
{
    const ReapplyMark *const marks[] = {before, after};
    DbParams params = {0};
    db_param_i64(&params, run->job_no);
    db_param_i64(&params, run->token);
    for (int i = 0; i < 2; i++) {
        db_param_i64(&params, marks[i]->list_no);
        db_param_i64(&params, marks[i]->lead_id);
        db_param_i64(&params, marks[i]->leads);
        db_param_i64(&params, marks[i]->changed);
    }
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_reapply_mark, &params, &result, err);
    if (status == STATUS_OK && db_affected(result) == 0) {
        return job_run_fenced(err);
    }
    return status;
}

Status
reapply_find_list(Db *db, const JobRun *run, const ReapplyMark *mark, ReapplyList *ret, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, run->campaign_no);
    if (run->list_no != 0) {
        db_param_i64(&params, run->list_no);
    } else {
        db_param_text(&params, NULL);
    }
    db_param_i64(&params, mark->list_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_reapply_list, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    *ret = (ReapplyList){0};
    if (db_rows(result) == 0) {
        return STATUS_OK;
    }
    ret->list_no = (int32_t)db_i64(result, 0, 0);
    ret->campaign_no = (int32_t)db_i64(result, 0, 1);
    return hours_parse(db_text(result, 0, 2), &ret->hours, err);
}

Status reapply_read_span(Db *db, const ReapplyMark *mark, ReapplySpan *ret, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, mark->list_no);
    db_param_i64(&params, mark->lead_id);
    db_param_i64(&params, REAPPLY_CHUNK_LEADS);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_reapply_span, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    db_array_begin(&ret->called, DB_ARRAY_INT8);
    ret->count = db_rows(result);
    ret->last = ret->count > 0 ? db_i64(result, ret->count - 1, 0) : mark->lead_id;
    for (int row = 0; row < ret->count; row++) {
        if (db_bool(result, row, 1)) {
            db_array_i64(&ret->called, db_i64(result, row, 0));
        }
    }
    return STATUS_OK;
}

enum { NUMBERS_AT_A_TIME = 500 };

Status
reapply_find_numbers(Db *db, int32_t list_no, int64_t *after, DbArray *number_ids, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, list_no);
    db_param_i64(&params, *after);
    db_param_i64(&params, NUMBERS_AT_A_TIME);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_reapply_numbers, &params, &result, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(result); row++) {
        *after = db_i64(result, row, 0);
        db_array_i64(number_ids, *after);
    }
    return status;
}

enum { CALLS_AT_A_TIME = 5000 };

Status reapply_find_asked(
    Db *db, const ReapplyAsked *asked, int64_t *after, DbArray *number_ids, Error *err)
{
    DbArray names = {0};
    DbParams params = {0};
    db_array_begin(&names, DB_ARRAY_TEXT);
    for (size_t i = 0; i < json_array_size(asked->names); i++) {
        db_array_string(&names, json_string_value(json_array_get(asked->names, i)));
    }
    db_param_i64(&params, *after);
    db_param_i64(&params, asked->campaign_no);
    db_param_i64(&params, CALLS_AT_A_TIME);
    db_param_array(&params, &names);
    db_param_text(&params, asked->code);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_reapply_asked, &params, &result, err);
    db_array_done(&names);
    if (status != STATUS_OK) {
        return status;
    }
    for (int row = 0; row < db_rows(result); row++) {
        if (!db_is_null(result, row, 2)) {
            db_array_i64(number_ids, db_i64(result, row, 2));
        }
    }
    int64_t last = db_i64(result, 0, 0);
    bool more = db_i64(result, 0, 1) == CALLS_AT_A_TIME;
    bool cut = more && last - 1 > *after; /* of the last number there may be other calls */
    *after = !more ? 0 : cut ? last - 1 : last;
    return STATUS_OK;
}

/* ---- the ledger ---- */

enum {
    CALL_LEAD_ID,
    CALL_STARTED_AT,
    CALL_DURATION_S,
    CALL_DISPOSITION,
    CALL_STATUS,
    CALL_CONTACT,
    CALL_OTHER_NUMBER,
    CALL_OWN,
};

static void call_text(const DbResult *result, int row, int column, char ret[REAPPLY_CODE_SIZE])
{
    size_t len = 0;
    const char *text = db_bytes(result, row, column, &len);
    snprintf(ret, REAPPLY_CODE_SIZE, "%.*s", (int)len, text);
}

static void call_read(const DbResult *result, int row, ReapplyCall *ret)
{
    ret->started_us = db_bin_time(result, row, CALL_STARTED_AT);
    ret->ended_us =
        ret->started_us + db_bin_i64(result, row, CALL_DURATION_S) * CLOCK_US_PER_SECOND;
    call_text(result, row, CALL_DISPOSITION, ret->code);
    call_text(result, row, CALL_STATUS, ret->status);
    ret->contact = db_bin_i64(result, row, CALL_CONTACT) != 0;
    ret->other_number = db_bin_i64(result, row, CALL_OTHER_NUMBER) != 0;
    ret->foreign = db_bin_i64(result, row, CALL_OWN) == 0;
}

Status
reapply_read_calls(Db *db, DbArray *lead_ids, int32_t campaign_no, ReapplyLedger *ret, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, lead_ids);
    db_param_i64(&params, campaign_no);
    *ret = (ReapplyLedger){0};
    Status status = db_query_binary(db, sql_reapply_calls, &params, &ret->rows, err);
    if (status != STATUS_OK) {
        return status;
    }
    int count = db_rows(ret->rows);
    ret->calls = mem_alloc(((size_t)count + 1) * sizeof *ret->calls);
    for (int row = 0; row < count; row++) {
        call_read(ret->rows, row, &ret->calls[row]);
    }
    return STATUS_OK;
}

void reapply_ledger_done(ReapplyLedger *ledger)
{
    db_result_free(ledger->rows);
    free(ledger->calls);
    *ledger = (ReapplyLedger){0};
}

void reapply_calls_of(ReapplyLedger *ledger, const LeadDial *lead, ReapplyFacts *facts)
{
    int count = ledger->rows != NULL ? db_rows(ledger->rows) : 0;
    int first = ledger->at;
    while (first < count && db_bin_i64(ledger->rows, first, CALL_LEAD_ID) < lead->lead_id) {
        first++;
    }
    int behind = first;
    while (behind < count && db_bin_i64(ledger->rows, behind, CALL_LEAD_ID) == lead->lead_id) {
        behind++;
    }
    ledger->at = behind;
    if (behind - first > lead->attempts) {
        first = behind - lead->attempts;
    }
    facts->calls = ledger->calls + first;
    facts->call_count = behind - first;
}
