#include "importer/list_store.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "sql_queries.h"

Status list_find(Db *db, const char *list_id, List *ret, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, list_id);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_list_find, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    *ret = (List){0};
    if (db_rows(result) == 1) {
        ret->list_no = (int32_t)db_i64(result, 0, 0);
        ret->name = mem_strdup(db_text(result, 0, 1));
        ret->description = mem_strdup(db_text(result, 0, 2));
        ret->priority = db_i64(result, 0, 3);
        snprintf(ret->life, sizeof ret->life, "%s", db_text(result, 0, 4));
        snprintf(ret->campaign_id, sizeof ret->campaign_id, "%s", db_text(result, 0, 5));
        ret->campaign_no = (int32_t)db_i64(result, 0, 6);
        snprintf(ret->default_country, sizeof ret->default_country, "%s", db_text(result, 0, 7));
        ret->version = db_i64(result, 0, 9);
        status = hours_parse(db_text(result, 0, 8), &ret->hours, err);
    }
    return status;
}

void list_done(List *list)
{
    free(list->name);
    free(list->description);
}

Status list_find_open(Db *db, const char *list_id, List *ret, Error *err)
{
    List list;
    Status status = list_find(db, list_id, &list, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (list.list_no == 0) {
        return error_set_field(err, "list_id", "unknown_list",
                               "there is no list %s: create it first, or see `leadspool list ls`",
                               list_id);
    }
    if (strcmp(list.life, "deleted") == 0) {
        list_done(&list);
        return error_set_field(err, "list_id", "list_deleted",
                               "the list %s was deleted; its id is not used again", list_id);
    }
    if (strcmp(list.life, "deleting") == 0) {
        list_done(&list);
        return error_set_field(err, "list_id", "list_deleting", "the list %s is being deleted",
                               list_id);
    }
    *ret = list;
    return STATUS_OK;
}

static Status list_insert_row(Db *db, const ListRow *row, int32_t *ret_list_no, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, row->list_id);
    db_param_text(&params, row->name);
    db_param_text(&params, row->description);
    db_param_text(&params, row->campaign_id);
    db_param_i64(&params, row->priority);
    db_param_time(&params, row->now_us);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_list_insert, &params, &result, err);
    if (status == STATUS_OK) {
        *ret_list_no = db_rows(result) == 1 ? (int32_t)db_i64(result, 0, 0) : 0;
    }
    return status;
}

static Status list_insert_gate(Db *db, int32_t list_no, const char *life, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, list_no);
    db_param_text(&params, life);
    return db_exec(db, sql_list_stats_insert, &params, 1, err);
}

/* The list, its gate and its campaign. */
static Status list_insert_all(Db *db, const ListRow *row, int32_t *ret_list_no, Error *err)
{
    DbParams campaign = {0};
    db_param_text(&campaign, row->campaign_id);
    db_param_time(&campaign, row->now_us);
    int32_t list_no = 0;
    Status status = db_exec(db, sql_campaign_ensure, &campaign, -1, err);
    if (status == STATUS_OK) {
        status = list_insert_row(db, row, &list_no, err);
    }
    if (status == STATUS_OK && list_no == 0) {
        return error_set(err, STATUS_RETRY, "list_race", "the list is being made elsewhere");
    }
    if (status == STATUS_OK) {
        status = list_insert_gate(db, list_no, row->life, err);
    }
    if (status == STATUS_OK) {
        *ret_list_no = list_no;
    }
    return status;
}

Status list_insert(Db *db, const ListRow *row, int32_t *ret_list_no, Error *err)
{
    List there;
    Status status = list_find(db, row->list_id, &there, err);
    if (status != STATUS_OK) {
        return status;
    }
    bool exists = there.list_no != 0;
    list_done(&there);
    if (exists) {
        *ret_list_no = 0;
        return STATUS_OK;
    }
    return list_insert_all(db, row, ret_list_no, err);
}

Status list_lock(Db *db, const char *list_id, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, list_id);
    AUTO_RESULT *result = NULL;
    return db_query(db, sql_list_lock, &params, &result, err);
}

Status list_hold_campaign(Db *db, const char *campaign_id, int32_t *ret_no, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, campaign_id);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_list_campaign_hold, &params, &result, err);
    if (status == STATUS_OK) {
        *ret_no = db_rows(result) == 1 ? (int32_t)db_i64(result, 0, 0) : 0;
    }
    return status;
}

Status list_hold_rules(Db *db, const char *list_id, int32_t move_to, int32_t *ret_no, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, list_id);
    db_param_i64(&params, move_to);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_list_rules_hold, &params, &result, err);
    if (status == STATUS_OK) {
        *ret_no = db_rows(result) == 1 ? (int32_t)db_i64(result, 0, 0) : 0;
    }
    return status;
}

Status list_stamp_rules(Db *db, int32_t campaign_no, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, campaign_no);
    return db_exec(db, sql_campaign_stamp, &params, -1, err);
}

Status list_move(Db *db, int32_t list_no, int32_t campaign_no, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, list_no);
    db_param_i64(&params, campaign_no);
    return db_exec(db, sql_list_move, &params, 1, err);
}

Status list_update(Db *db, int32_t list_no, const ListRow *row, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, list_no);
    db_param_text(&params, row->name);
    db_param_text(&params, row->description);
    db_param_i64(&params, row->priority);
    db_param_time(&params, row->now_us);
    db_param_text(&params, row->windows);
    db_param_i64(&params, row->campaign_no);
    return db_exec(db, sql_list_update, &params, 1, err);
}
