#include "runtime/dnc_store.h"

#include <stdio.h>

#include "sql_queries.h"

Status
dnc_find_campaign(Db *db, const char *campaign_id, int32_t *ret_no, char ret_country[3], Error *err)
{
    DbParams params = {0};
    db_param_text(&params, campaign_id);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_dnc_campaign, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    *ret_no = -1;
    if (db_rows(result) == 1) {
        *ret_no = (int32_t)db_i64(result, 0, 0);
        snprintf(ret_country, 3, "%s", db_text(result, 0, 1));
    }
    return STATUS_OK;
}

/* ---- numbers ---- */

Status dnc_find_number(Db *db, const DncNumber *number, int64_t *ret_id, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, number->phone);
    db_param_bytes(&params, number->digest, sizeof number->digest);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_number_find, &params, &result, err);
    if (status == STATUS_OK) {
        bool whole = db_rows(result) > 0 && !db_bool(result, 0, 1);
        *ret_id = whole ? db_i64(result, 0, 0) : 0;
    }
    return status;
}

/* ---- entries ---- */

Status dnc_find_entry(Db *db, int64_t number_id, int32_t campaign_no, DncEntry *ret, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, number_id);
    db_param_i64(&params, campaign_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_dnc_entry_find, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    *ret = (DncEntry){0};
    if (db_rows(result) == 1) {
        ret->entry_no = db_i64(result, 0, 0);
        ret->expires_us = db_i64(result, 0, 1);
    }
    return STATUS_OK;
}

Status dnc_end_entry(Db *db, int64_t entry_no, const char *removed_by, int64_t now_us, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, entry_no);
    db_param_time(&params, now_us);
    db_param_text(&params, removed_by);
    return db_exec(db, sql_dnc_entry_end, &params, 1, err);
}

Status dnc_insert_entry(Db *db, const DncNewEntry *entry, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, entry->number_id);
    db_param_i64(&params, entry->campaign_no);
    db_param_text(&params, entry->source);
    db_param_time(&params, entry->now_us);
    db_param_time(&params, entry->expires_us);
    return db_exec(db, sql_dnc_entry_insert, &params, 1, err);
}

Status
dnc_find_entries(Db *db, DbArray *number_ids, int32_t campaign_no, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, number_ids);
    db_param_i64(&params, campaign_no);
    return db_query_binary(db, sql_dnc_entries_find, &params, ret, err);
}

Status dnc_end_entries(Db *db, DbArray *entry_nos, DbArray *reasons, int64_t now_us, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, entry_nos);
    db_param_array(&params, reasons);
    db_param_time(&params, now_us);
    return db_exec(db, sql_dnc_entries_end, &params, entry_nos->count, err);
}

Status dnc_insert_entries(
    Db *db, const DncNewEntry *all, DbArray *number_ids, DbArray *expires, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, number_ids);
    db_param_array(&params, expires);
    db_param_i64(&params, all->campaign_no);
    db_param_text(&params, all->source);
    db_param_time(&params, all->now_us);
    return db_exec(db, sql_dnc_entries_insert, &params, number_ids->count, err);
}

/* ---- looking again ---- */

Status dnc_insert_recheck(Db *db, int64_t number_id, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, number_id);
    return db_exec(db, sql_dnc_recheck_insert, &params, 1, err);
}

Status dnc_mark_rechecks(Db *db, int64_t *ret_count, Error *err)
{
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_dnc_recheck_mark, NULL, &result, err);
    if (status == STATUS_OK) {
        *ret_count = db_affected(result);
    }
    return status;
}

Status dnc_find_rechecks(Db *db, int most, DbArray *number_ids, DbArray *recheck_nos, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, most);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_dnc_recheck_due, &params, &result, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(result); row++) {
        db_array_i64(number_ids, db_i64(result, row, 0));
        db_array_i64(recheck_nos, db_i64(result, row, 1));
    }
    return status;
}

Status dnc_settle_rechecks(Db *db, int most, int64_t now_us, int64_t *ret_count, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, most);
    db_param_time(&params, now_us);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_dnc_recheck_settle, &params, &result, err);
    if (status == STATUS_OK) {
        *ret_count = db_affected(result);
    }
    return status;
}

Status dnc_delete_rechecks(Db *db, DbArray *recheck_nos, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, recheck_nos);
    return db_exec(db, sql_dnc_recheck_delete, &params, -1, err);
}

Status dnc_find_expired(Db *db, int most, int64_t now_us, DbArray *number_ids, Error *err)
{
    DbParams params = {0};
    db_param_time(&params, now_us);
    db_param_i64(&params, most);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_dnc_expired, &params, &result, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(result); row++) {
        db_array_i64(number_ids, db_i64(result, row, 0));
    }
    return status;
}

Status dnc_end_expired(Db *db, DbArray *number_ids, int64_t now_us, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, number_ids);
    db_param_time(&params, now_us);
    return db_exec(db, sql_dnc_expire, &params, -1, err);
}
