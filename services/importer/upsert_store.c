#include "importer/upsert_store.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "importer/lead_queue.h"
#include "sql_queries.h"

static void list_read(const DbResult *result, int row, UpsertList *ret)
{
    *ret = (UpsertList){.campaign_no = (int32_t)db_i64(result, row, 2),
                        .deleting = db_bool(result, row, 4),
                        .delta = {.list_no = (int32_t)db_i64(result, row, 1)}};
    snprintf(ret->list_id, sizeof ret->list_id, "%s", db_text(result, row, 0));
    snprintf(ret->default_country, sizeof ret->default_country, "%s", db_text(result, row, 3));
}

Status upsert_find_lists(Db *db, DbArray *list_ids, UpsertList **ret, int *ret_count, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, list_ids);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_upsert_lists, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    int count = db_rows(result);
    *ret = mem_alloc((size_t)(count + 1) * sizeof **ret);
    for (int row = 0; row < count; row++) {
        list_read(result, row, &(*ret)[row]);
    }
    *ret_count = count;
    return STATUS_OK;
}

Status upsert_draw_block(Db *db, int64_t *ret_block, Error *err)
{
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_upsert_block, NULL, &result, err);
    if (status == STATUS_OK) {
        *ret_block = db_i64(result, 0, 0);
    }
    return status;
}

/* ---- look-ups by key, a statement for so many items ---- */

typedef struct LookUp {
    DbArray keys;
    DbArray numbers; /* of the list, or of its campaign */
    DbArray places;
} LookUp;

static void look_up_begin(LookUp *look, DbArrayType key_type)
{
    db_array_begin(&look->keys, key_type);
    db_array_begin(&look->numbers, DB_ARRAY_INT4);
    db_array_begin(&look->places, DB_ARRAY_INT4);
}

static void look_up_done(LookUp *look)
{
    db_array_done(&look->keys);
    db_array_done(&look->numbers);
    db_array_done(&look->places);
}

static Status look_up_run(Db *db, LookUp *look, const char *sql, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, &look->keys);
    db_param_array(&params, &look->numbers);
    db_param_array(&params, &look->places);
    return db_query_binary(db, sql, &params, ret, err);
}

static Status find_by_phone(Db *db, LookUp *look, UpsertItem items[], int from, int to, Error *err)
{
    look_up_begin(look, DB_ARRAY_INT8);
    for (int i = from; i < to; i++) {
        if (items[i].problem == NULL && items[i].row.phone != 0) {
            db_array_i64(&look->keys, items[i].row.phone);
            db_array_i64(&look->numbers, items[i].row.list_no);
            db_array_i64(&look->places, i);
        }
    }
    AUTO_RESULT *result = NULL;
    if (look->keys.count == 0) {
        return STATUS_OK;
    }
    Status status = look_up_run(db, look, sql_upsert_find_phones, &result, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(result); row++) {
        items[db_bin_i64(result, row, 0)].found_by_phone = db_bin_i64(result, row, 1);
    }
    return status;
}

static Status
find_by_external_id(Db *db, LookUp *look, UpsertItem items[], int from, int to, Error *err)
{
    look_up_begin(look, DB_ARRAY_TEXT);
    for (int i = from; i < to; i++) {
        TextSlice external_id = items[i].row.texts[LEAD_EXTERNAL_ID];
        if (items[i].problem == NULL && external_id.len > 0) {
            db_array_text(&look->keys, external_id.data, external_id.len);
            db_array_i64(&look->numbers, items[i].row.list_no);
            db_array_i64(&look->places, i);
        }
    }
    AUTO_RESULT *result = NULL;
    if (look->keys.count == 0) {
        return STATUS_OK;
    }
    Status status = look_up_run(db, look, sql_upsert_find_externals, &result, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(result); row++) {
        items[db_bin_i64(result, row, 0)].found_by_external_id = db_bin_i64(result, row, 1);
    }
    return status;
}

static int batch_end(int from, int count)
{
    return count - from > UPSERT_STATEMENT_ROWS ? from + UPSERT_STATEMENT_ROWS : count;
}

Status upsert_find_leads(Db *db, UpsertItem items[], int count, Error *err)
{
    LookUp look = {0};
    Status status = STATUS_OK;
    for (int from = 0; status == STATUS_OK && from < count; from = batch_end(from, count)) {
        int to = batch_end(from, count);
        status = find_by_phone(db, &look, items, from, to, err);
        if (status == STATUS_OK) {
            status = find_by_external_id(db, &look, items, from, to, err);
        }
    }
    look_up_done(&look);
    return status;
}

/* ---- do-not-call ---- */

static int dnc_compare(const void *a, const void *b)
{
    const UpsertDnc *left = a;
    const UpsertDnc *right = b;
    if (left->phone != right->phone) {
        return left->phone < right->phone ? -1 : 1;
    }
    return (left->campaign_no > right->campaign_no) - (left->campaign_no < right->campaign_no);
}

static Status find_dnc(Db *db,
                       LookUp *look,
                       const UpsertItem items[],
                       int from,
                       int to,
                       int64_t now_us,
                       DbResult **ret,
                       Error *err)
{
    look_up_begin(look, DB_ARRAY_INT8);
    for (int i = from; i < to; i++) {
        if (items[i].problem == NULL && items[i].row.phone != 0) {
            db_array_i64(&look->keys, items[i].row.phone);
            db_array_i64(&look->numbers, items[i].list->campaign_no);
        }
    }
    DbParams params = {0};
    db_param_array(&params, &look->keys);
    db_param_array(&params, &look->numbers);
    db_param_time(&params, now_us);
    return db_query_binary(db, sql_upsert_find_dnc, &params, ret, err);
}

Status upsert_find_dnc(Db *db,
                       const UpsertItem items[],
                       int count,
                       int64_t now_us,
                       UpsertDnc **ret,
                       int *ret_count,
                       Error *err)
{
    LookUp look = {0};
    AUTO_FREE UpsertDnc *found = NULL;
    int found_count = 0;
    Status status = STATUS_OK;
    for (int from = 0; status == STATUS_OK && from < count; from = batch_end(from, count)) {
        AUTO_RESULT *result = NULL;
        status = find_dnc(db, &look, items, from, batch_end(from, count), now_us, &result, err);
        int rows = status == STATUS_OK ? db_rows(result) : 0;
        found = mem_realloc(found, (size_t)(found_count + rows + 1) * sizeof *found);
        for (int row = 0; row < rows; row++) {
            found[found_count++] =
                (UpsertDnc){db_bin_i64(result, row, 0), (int32_t)db_bin_i64(result, row, 1)};
        }
    }
    look_up_done(&look);
    if (status == STATUS_OK) {
        if (found_count > 1) {
            qsort(found, (size_t)found_count, sizeof *found, dnc_compare);
        }
        *ret = found;
        *ret_count = found_count;
        found = NULL;
    }
    return status;
}

/* ---- writing ---- */

static int dirty_rows(const UpsertPlan *plan, bool in_table, const LeadRow **ret)
{
    int count = 0;
    for (int i = 0; i < plan->dirty_count; i++) {
        if (plan->dirty[i]->in_table == in_table) {
            ret[count++] = &plan->dirty[i]->row;
        }
    }
    return count;
}

static int queued_rows(const UpsertPlan *plan, const LeadRow **ret)
{
    int count = 0;
    for (int i = 0; i < plan->dirty_count; i++) {
        if (plan->dirty[i]->in_table && plan->dirty[i]->queued) {
            ret[count++] = &plan->dirty[i]->row;
        }
    }
    return count;
}

/* Those that move within the queue of ready leads leave it before and come back after. */
static Status update_rows(Db *db, UpsertPlan *plan, const LeadRow **rows, int count, Error *err)
{
    AUTO_FREE const LeadRow **queued = mem_alloc((size_t)(count + 1) * sizeof *queued);
    int queued_count = queued_rows(plan, queued);
    Status status = queued_count > 0 ? lead_queue_leave(db, queued, queued_count, err) : STATUS_OK;
    if (status == STATUS_OK) {
        status = lead_update(db, rows, count, err);
    }
    if (status == STATUS_OK && queued_count > 0) {
        status = lead_queue_enter(db, queued, queued_count, err);
    }
    return status;
}

Status upsert_write(Db *db, UpsertPlan *plan, StrBuf *scratch, Error *err)
{
    AUTO_FREE const LeadRow **rows = mem_alloc((size_t)(plan->dirty_count + 1) * sizeof *rows);
    Status status = STATUS_OK;
    int count = dirty_rows(plan, true, rows);
    if (count > 0) {
        status = update_rows(db, plan, rows, count, err);
    }
    count = dirty_rows(plan, false, rows);
    if (status == STATUS_OK && count > 0) {
        status = lead_insert(db, rows, count, scratch, err);
    }
    if (status == STATUS_OK) {
        upsert_plan_written(plan);
    }
    return status;
}
