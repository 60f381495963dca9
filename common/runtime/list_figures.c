#include "runtime/list_figures.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "sql_queries.h"

const char *const list_figures_names[LIST_FIGURES_COUNTERS] = {
    [FIGURES_TOTAL] = "total",         [FIGURES_DIALABLE] = "dialable",
    [FIGURES_OFFERED] = "offered",     [FIGURES_FINISHED] = "finished",
    [FIGURES_EXHAUSTED] = "exhausted", [FIGURES_DNC] = "dnc",
    [FIGURES_INVALID] = "invalid",     [FIGURES_CONTACTED] = "contacted",
    [FIGURES_ATTEMPTED] = "attempted",
};

/* Columns of live_lists.sql. */
enum {
    ROW_LIST_NO,
    ROW_LIST_ID,
    ROW_CAMPAIGN_ID,
    ROW_LIFE,
    ROW_VERSION,
    ROW_STATUSES,
    ROW_EPOCH,
    ROW_COUNTERS
};

void list_figures_done(ListFigures *figures)
{
    json_decref(figures->statuses);
    figures->statuses = NULL;
}

typedef struct FiguresRead {
    const char *list_id;
    const char *campaign_id;
    const char *life;
    int64_t epoch;
    int64_t version;
    json_t *statuses;
} FiguresRead;

static const JsonField figures_fields[] = {
    {"list_id", JSON_FIELD_ID, offsetof(FiguresRead, list_id), .required = true},
    {"campaign_id", JSON_FIELD_ID, offsetof(FiguresRead, campaign_id), .required = true},
    {"life", JSON_FIELD_STRING, offsetof(FiguresRead, life), .required = true, .min = 1, .max = 11},
    {"epoch", JSON_FIELD_INT, offsetof(FiguresRead, epoch), .required = true, .max = INT64_MAX},
    {"version", JSON_FIELD_INT, offsetof(FiguresRead, version), .required = true, .max = INT64_MAX},
    {"statuses", JSON_FIELD_OBJECT, offsetof(FiguresRead, statuses), .required = true},
    {0},
};

static Status figures_counters(const json_t *data, ListFigures *ret, Error *err)
{
    for (int i = 0; i < LIST_FIGURES_COUNTERS; i++) {
        const json_t *value = json_object_get(data, list_figures_names[i]);
        if (!json_is_integer(value) || json_integer_value(value) < 0) {
            return error_set_field(err, list_figures_names[i], "wrong_type", "%s must be a count",
                                   list_figures_names[i]);
        }
        ret->counters[i] = json_integer_value(value);
    }
    return STATUS_OK;
}

Status list_figures_read(const json_t *data, ListFigures *ret, Error *err)
{
    FiguresRead read = {0};
    Status status = json_read_known_fields(data, figures_fields, &read, err);
    *ret = (ListFigures){.epoch = read.epoch, .version = read.version};
    if (status == STATUS_OK) {
        status = figures_counters(data, ret, err);
    }
    if (status == STATUS_OK) {
        snprintf(ret->list_id, sizeof ret->list_id, "%s", read.list_id);
        snprintf(ret->campaign_id, sizeof ret->campaign_id, "%s", read.campaign_id);
        snprintf(ret->life, sizeof ret->life, "%s", read.life);
        ret->statuses = json_incref(read.statuses);
    }
    return status;
}

Status list_figures_row(const DbResult *result, int row, ListFigures *ret, Error *err)
{
    *ret = (ListFigures){.epoch = db_i64(result, row, ROW_EPOCH),
                         .version = db_i64(result, row, ROW_VERSION)};
    snprintf(ret->list_id, sizeof ret->list_id, "%s", db_text(result, row, ROW_LIST_ID));
    snprintf(ret->campaign_id, sizeof ret->campaign_id, "%s",
             db_text(result, row, ROW_CAMPAIGN_ID));
    snprintf(ret->life, sizeof ret->life, "%s", db_text(result, row, ROW_LIFE));
    for (int i = 0; i < LIST_FIGURES_COUNTERS; i++) {
        ret->counters[i] = db_i64(result, row, ROW_COUNTERS + i);
    }
    const char *statuses = db_text(result, row, ROW_STATUSES);
    return json_parse_object(statuses, strlen(statuses), &ret->statuses, err);
}

Status list_figures_find(Db *tx, const char *list_id, ListFigures *ret, bool *ret_there, Error *err)
{
    DbParams params = {0};
    DbArray one = {0};
    AUTO_RESULT *rows = NULL;
    db_array_begin(&one, DB_ARRAY_TEXT);
    db_array_string(&one, list_id);
    db_param_i64(&params, 0);
    db_param_i64(&params, 1);
    db_param_array(&params, &one);
    Status status = db_query(tx, sql_live_lists, &params, &rows, err);
    db_array_done(&one);
    *ret_there = status == STATUS_OK && db_rows(rows) == 1;
    return *ret_there ? list_figures_row(rows, 0, ret, err) : status;
}

void list_figures_hash(const ListFigures *figures, LiveHash *ret)
{
    live_hash_add(ret, "list_id", figures->list_id);
    live_hash_add(ret, "campaign_id", figures->campaign_id);
    live_hash_add_i64(ret, "epoch", figures->epoch);
    live_hash_add_i64(ret, "version", figures->version);
    live_hash_add(ret, "life", figures->life);
    for (int i = 0; i < LIST_FIGURES_COUNTERS; i++) {
        live_hash_add_i64(ret, list_figures_names[i], figures->counters[i]);
    }
    int64_t total = figures->counters[FIGURES_TOTAL];
    live_hash_add_ratio(ret, "penetration", figures->counters[FIGURES_CONTACTED], total);
    live_hash_add_ratio(ret, "coverage", figures->counters[FIGURES_ATTEMPTED], total);
    const char *status;
    json_t *leads;
    json_object_foreach(figures->statuses, status, leads)
    {
        char name[64];
        snprintf(name, sizeof name, "status:%s", status);
        if (json_integer_value(leads) != 0) {
            live_hash_add_i64(ret, name, json_integer_value(leads));
        }
    }
}

int list_figures_place(const RedisReply *hash, const ListFigures *figures)
{
    const char *epoch = hash != NULL ? redis_field(hash, "epoch") : NULL;
    const char *version = hash != NULL ? redis_field(hash, "version") : NULL;
    if (epoch == NULL || version == NULL) {
        return -1;
    }
    int64_t has_epoch = strtoll(epoch, NULL, 10);
    int64_t has_version = strtoll(version, NULL, 10);
    if (has_epoch != figures->epoch) {
        return has_epoch > figures->epoch ? 1 : -1;
    }
    return (has_version > figures->version) - (has_version < figures->version);
}
