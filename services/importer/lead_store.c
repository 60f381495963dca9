#include "importer/lead_store.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "importer/lead_queue.h"
#include "runtime/lead_dial.h"
#include "sql_queries.h"

/* Columns of lead_lock.sql, and parameters of lead_update.sql, in their order. */
enum {
    LEAD_ID,
    PHONE,
    CONTENT_HASH,
    REVISION,
    LIST_NO,
    LEAD_VERSION,
    ZONE_SET_NO,
    STAGE,
    PRIORITY,
    DNC,
    VERIFIED,
    HOLD,
    CUSTOM,
    FIRST_TEXT,
    COLUMNS = FIRST_TEXT + LEAD_TEXTS,
    TID = COLUMNS, /* those of the place */
    XMIN,
    OFFER_ID,
};

static const DbArrayType lead_column_types[FIRST_TEXT] = {
    [LEAD_ID] = DB_ARRAY_INT8,     [PHONE] = DB_ARRAY_INT8,    [CONTENT_HASH] = DB_ARRAY_INT8,
    [REVISION] = DB_ARRAY_INT8,    [LIST_NO] = DB_ARRAY_INT4,  [LEAD_VERSION] = DB_ARRAY_INT4,
    [ZONE_SET_NO] = DB_ARRAY_INT4, [STAGE] = DB_ARRAY_INT2,    [PRIORITY] = DB_ARRAY_INT2,
    [DNC] = DB_ARRAY_BOOL,         [VERIFIED] = DB_ARRAY_BOOL, [HOLD] = DB_ARRAY_INT2,
    [CUSTOM] = DB_ARRAY_TEXT,
};

/* ---- reading ---- */

static int64_t lead_number(const DbResult *result, int row, int column, int64_t when_null)
{
    return db_is_null(result, row, column) ? when_null : db_bin_i64(result, row, column);
}

static TextSlice lead_text(const DbResult *result, int row, int column)
{
    TextSlice text = {0};
    text.data = db_bytes(result, row, column, &text.len);
    return text;
}

static void lead_read(const DbResult *result, int row, LeadRow *ret)
{
    *ret = (LeadRow){
        .lead_id = db_bin_i64(result, row, LEAD_ID),
        .phone = db_bin_i64(result, row, PHONE),
        .content_hash = lead_number(result, row, CONTENT_HASH, 0),
        .revision = lead_number(result, row, REVISION, -1),
        .list_no = (int32_t)db_bin_i64(result, row, LIST_NO),
        .lead_version = (int32_t)db_bin_i64(result, row, LEAD_VERSION),
        .zone_set_no = (int32_t)lead_number(result, row, ZONE_SET_NO, 0),
        .stage = (Stage)db_bin_i64(result, row, STAGE),
        .priority = (int16_t)db_bin_i64(result, row, PRIORITY),
        .dnc = db_bin_i64(result, row, DNC) != 0,
        .verified = db_bin_i64(result, row, VERIFIED) != 0,
        .hold = (uint16_t)db_bin_i64(result, row, HOLD),
        .offer_id = lead_number(result, row, OFFER_ID, 0),
        .custom = lead_text(result, row, CUSTOM),
    };
    for (int text = 0; text < LEAD_TEXTS; text++) {
        ret->texts[text] = lead_text(result, row, FIRST_TEXT + text);
    }
}

void lead_set_done(LeadSet *set)
{
    free(set->rows);
    db_result_free(set->result);
    *set = (LeadSet){0};
}

static void lead_read_place(const DbResult *result, int row, LeadPlace *ret)
{
    size_t len;
    const char *tid = db_bytes(result, row, TID, &len);
    assert(len == sizeof ret->tid);
    memcpy(ret->tid, tid, sizeof ret->tid);
    ret->xmin = (uint32_t)db_bin_i64(result, row, XMIN);
}

static void lead_set_take(LeadSet *set, DbResult *result)
{
    set->result = result;
    set->count = db_rows(result);
    set->rows = mem_alloc((size_t)set->count * sizeof *set->rows);
    for (int row = 0; row < set->count; row++) {
        lead_read(result, row, &set->rows[row]);
        lead_read_place(result, row, &set->rows[row].place);
    }
}

Status lead_set_query(Db *db, const char *sql, DbArray *which, LeadSet *ret, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, which);
    DbResult *result = NULL;
    Status status = db_query_binary(db, sql, &params, &result, err);
    if (status == STATUS_OK) {
        lead_set_take(ret, result);
    }
    return status;
}

Status lead_lock(Db *db, DbArray *lead_ids, LeadSet *ret, Error *err)
{
    return lead_set_query(db, sql_lead_lock, lead_ids, ret, err);
}

LeadRow *lead_set_find(const LeadSet *set, int64_t lead_id)
{
    int low = 0;
    int high = set->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (set->rows[middle].lead_id < lead_id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < set->count && set->rows[low].lead_id == lead_id ? &set->rows[low] : NULL;
}

/* ---- writing ---- */

/* Somebody else took the phone or the external_id between look and write. */
Status lead_written(const Db *db, Status status, Error *err)
{
    if (status == STATUS_BAD_INPUT && strcmp(db_sqlstate(db), "23505") == 0) {
        return error_set(err, STATUS_RETRY, "lead_race",
                         "another transaction wrote a lead with the same phone or external_id");
    }
    return status;
}

Status lead_insert(Db *db, const LeadRow *const rows[], int count, StrBuf *scratch, Error *err)
{
    lead_copy_begin(scratch);
    for (int i = 0; i < count; i++) {
        lead_copy_add(scratch, rows[i]);
    }
    lead_copy_end(scratch);
    Status status = db_copy_in(db, lead_copy_sql, scratch->data, scratch->len, err);
    status = lead_written(db, status, err);
    return status == STATUS_OK ? lead_queue_insert(db, rows, count, scratch, err) : status;
}

void lead_add_text(DbArray *column, TextSlice text)
{
    if (text.len == 0) {
        db_array_null(column);
    } else {
        db_array_text(column, text.data, text.len);
    }
}

static void lead_add(DbArray columns[], const LeadRow *row)
{
    db_array_i64(&columns[LEAD_ID], row->lead_id);
    db_array_i64(&columns[PHONE], row->phone);
    db_array_i64_or_null(&columns[CONTENT_HASH], row->content_hash, 0);
    db_array_i64_or_null(&columns[REVISION], row->revision, -1);
    db_array_i64(&columns[LIST_NO], row->list_no);
    db_array_i64(&columns[LEAD_VERSION], row->lead_version);
    db_array_i64_or_null(&columns[ZONE_SET_NO], row->zone_set_no, 0);
    db_array_i64(&columns[STAGE], row->stage);
    db_array_i64(&columns[PRIORITY], row->priority);
    db_array_i64(&columns[DNC], row->dnc);
    db_array_i64(&columns[VERIFIED], row->verified);
    db_array_i64(&columns[HOLD], row->hold);
    lead_add_text(&columns[CUSTOM], row->custom);
    for (int text = 0; text < LEAD_TEXTS; text++) {
        lead_add_text(&columns[FIRST_TEXT + text], row->texts[text]);
    }
}

Status lead_update(Db *db, const LeadRow *const rows[], int count, Error *err)
{
    DbArray columns[COLUMNS] = {0};
    for (int column = 0; column < COLUMNS; column++) {
        db_array_begin(&columns[column],
                       column < FIRST_TEXT ? lead_column_types[column] : DB_ARRAY_TEXT);
    }
    for (int i = 0; i < count; i++) {
        lead_add(columns, rows[i]);
    }
    DbParams params = {0};
    for (int column = 0; column < COLUMNS; column++) {
        db_param_array(&params, &columns[column]);
    }
    Status status = db_exec(db, sql_lead_update, &params, count, err);
    for (int column = 0; column < COLUMNS; column++) {
        db_array_done(&columns[column]);
    }
    return lead_written(db, status, err);
}

/* ---- do-not-call ---- */

Status lead_dnc_phones(
    Db *db, DbArray *phones, int32_t campaign_no, int64_t now_us, DbResult **ret, Error *err)
{
    Status status = lead_begin(db, err);
    if (status != STATUS_OK) {
        return status;
    }
    DbParams params = {0};
    db_param_array(&params, phones);
    db_param_i64(&params, campaign_no);
    db_param_time(&params, now_us);
    return db_query_binary(db, sql_lead_dnc_phones, &params, ret, err);
}

bool lead_dnc_has(const DbResult *dnc, int64_t phone)
{
    return db_bin_find(dnc, 0, phone) >= 0;
}
