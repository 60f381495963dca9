#include "recycler/outcome_store.h"

#include <stdlib.h>

#include "base/mem.h"
#include "runtime/lead_dial.h"
#include "sql_queries.h"

static int place_compare(const void *a, const void *b)
{
    int64_t first = ((const OutcomePlace *)a)->lead_id;
    int64_t second = ((const OutcomePlace *)b)->lead_id;
    return (first > second) - (first < second);
}

void outcome_places_done(OutcomePlaces *places)
{
    for (int i = 0; i < places->list_count; i++) {
        free(places->lists[i]);
    }
    free(places->lists);
    free(places->rows);
    *places = (OutcomePlaces){0};
}

static int lead_compare(const void *lead_id, const void *place)
{
    int64_t wanted = *(const int64_t *)lead_id;
    int64_t found = ((const OutcomePlace *)place)->lead_id;
    return (wanted > found) - (wanted < found);
}

const OutcomePlace *outcome_place_of(const OutcomePlaces *places, int64_t lead_id)
{
    return bsearch(&lead_id, places->rows, (size_t)places->count, sizeof *places->rows,
                   lead_compare);
}

/* Read once for each list; most have none. */
static Status
place_hours(OutcomePlaces *places, OutcomePlace *place, const DbResult *result, int row, Error *err)
{
    size_t len = 0;
    const char *text = db_bytes(result, row, 5, &len);
    if (len <= sizeof "[]" - 1) {
        return STATUS_OK;
    }
    for (int i = 0; i < places->list_count; i++) {
        if (places->lists[i]->list_no == place->list_no) {
            place->list_hours = &places->lists[i]->hours;
            return STATUS_OK;
        }
    }
    AUTO_FREE char *windows = mem_strndup(text, len);
    OutcomeList *list = mem_alloc(sizeof *list);
    list->list_no = place->list_no;
    places->lists =
        mem_realloc(places->lists, (size_t)(places->list_count + 1) * sizeof(OutcomeList *));
    places->lists[places->list_count++] = list;
    place->list_hours = &list->hours;
    return hours_parse(windows, &list->hours, err);
}

Status outcome_find_leads(Db *db, DbArray *lead_ids, OutcomePlaces *ret, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, lead_ids);
    AUTO_RESULT *result = NULL;
    Status status = lead_begin(db, err);
    if (status == STATUS_OK) {
        status = db_query_binary(db, sql_outcome_leads, &params, &result, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    outcome_places_done(ret);
    ret->count = db_rows(result);
    ret->rows = mem_alloc((size_t)(ret->count + 1) * sizeof *ret->rows);
    for (int row = 0; status == STATUS_OK && row < ret->count; row++) {
        ret->rows[row] = (OutcomePlace){.lead_id = db_bin_i64(result, row, 0),
                                        .phone = db_bin_i64(result, row, 1),
                                        .list_no = (int32_t)db_bin_i64(result, row, 2),
                                        .campaign_no = (int32_t)db_bin_i64(result, row, 3),
                                        .rules_version = db_bin_i64(result, row, 4)};
        status = place_hours(ret, &ret->rows[row], result, row, err);
    }
    qsort(ret->rows, (size_t)ret->count, sizeof *ret->rows, place_compare);
    return status;
}

Status outcome_know_calls(
    Db *db, DbArray *sources, DbArray *call_ids, int64_t now_us, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, sources);
    db_param_array(&params, call_ids);
    db_param_time(&params, now_us);
    return db_query(db, sql_outcome_known, &params, ret, err);
}

/* ---- the ledger ---- */

static const DbArrayType attempt_types[ATTEMPT_COLUMNS] = {
    DB_ARRAY_INT8, DB_ARRAY_INT8, DB_ARRAY_INT4, DB_ARRAY_INT4, DB_ARRAY_INT8,
    DB_ARRAY_TEXT, DB_ARRAY_TEXT, DB_ARRAY_TEXT, DB_ARRAY_TEXT, DB_ARRAY_BOOL,
    DB_ARRAY_TIME, DB_ARRAY_INT4, DB_ARRAY_TEXT,
};

void attempts_begin(Attempts *attempts)
{
    for (int column = 0; column < ATTEMPT_COLUMNS; column++) {
        db_array_begin(&attempts->columns[column], attempt_types[column]);
    }
}

void attempts_done(Attempts *attempts)
{
    for (int column = 0; column < ATTEMPT_COLUMNS; column++) {
        db_array_done(&attempts->columns[column]);
    }
}

void attempts_add(Attempts *attempts, const AttemptRow *row)
{
    DbArray *columns = attempts->columns;
    db_array_i64(&columns[0], row->lead_id);
    db_array_i64_or_null(&columns[1], row->number_id, 0);
    db_array_i64_or_null(&columns[2], row->list_no, 0);
    db_array_i64_or_null(&columns[3], row->campaign_no, 0);
    db_array_i64_or_null(&columns[4], row->offer_id, 0);
    db_array_string(&columns[5], row->source);
    db_array_string(&columns[6], row->said->call_id);
    db_array_string(&columns[7], row->said->disposition);
    db_array_string(&columns[8], row->call->code);
    db_array_i64(&columns[9], row->call->disposition != NULL && row->call->disposition->contact);
    db_array_time(&columns[10], row->call->started_us);
    db_array_i64_or_null(&columns[11], row->said->duration_s, -1);
    db_array_string(&columns[12], row->said->agent);
}

Status attempts_write(Attempts *attempts, Db *db, int64_t now_us, Error *err)
{
    int count = attempts->columns[0].count;
    DbParams params = {0};
    db_param_time(&params, now_us);
    for (int column = 0; column < ATTEMPT_COLUMNS; column++) {
        db_param_array(&params, &attempts->columns[column]);
    }
    return count > 0 ? db_exec(db, sql_attempt_insert, &params, count, err) : STATUS_OK;
}

/* ---- do-not-call ---- */

static Status insert_dnc(Db *db, DbArray *ids, const char *source, int64_t now_us, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, ids);
    db_param_text(&params, source);
    db_param_time(&params, now_us);
    return ids->count > 0 ? db_exec(db, sql_outcome_dnc_insert, &params, -1, err) : STATUS_OK;
}

Status outcome_add_dnc(Db *db, DbArray *number_ids, const char *source, int64_t now_us, Error *err)
{
    if (number_ids->count == 0) {
        return STATUS_OK;
    }
    DbParams params = {0};
    db_param_array(&params, number_ids);
    db_param_time(&params, now_us);
    AUTO_RESULT *wanted = NULL;
    Status status = db_query_binary(db, sql_outcome_dnc_add, &params, &wanted, err);
    if (status != STATUS_OK) {
        return status;
    }
    DbArray ids = {0};
    db_array_begin(&ids, DB_ARRAY_INT8);
    for (int row = 0; row < db_rows(wanted); row++) {
        db_array_i64(&ids, db_bin_i64(wanted, row, 0));
    }
    status = insert_dnc(db, &ids, source, now_us, err);
    db_array_done(&ids);
    return status;
}

/* ---- the rest ---- */

Status outcome_answered(Db *db, DbArray *campaign_nos, int64_t now_us, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, campaign_nos);
    db_param_time(&params, now_us);
    return campaign_nos->count > 0 ? db_exec(db, sql_hopper_answered, &params, -1, err) : STATUS_OK;
}

Status outcome_read_starts(
    Db *db, int64_t lead_id, int64_t ret[OUTCOME_STARTS_MAX], int *ret_count, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, lead_id);
    AUTO_RESULT *result = NULL;
    Status status = db_query_binary(db, sql_attempt_starts, &params, &result, err);
    *ret_count = 0;
    for (int row = 0; status == STATUS_OK && row < db_rows(result); row++) {
        ret[(*ret_count)++] = db_bin_time(result, row, 0);
    }
    return status;
}
