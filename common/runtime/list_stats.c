#include "runtime/list_stats.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "runtime/topics.h"
#include "sql_queries.h"

/* Columns of list_stats_apply.sql from the first counter on, with their names in list.stats. */
static const char *const stats_counter_names[] = {"total",    "dnc",       "invalid",
                                                  "finished", "offered",   "exhausted",
                                                  "dialable", "contacted", "attempted"};
enum { STATS_COUNTERS = 9, STATS_FIRST_COUNTER = 8 };

void list_delta_stage(ListDelta *delta, Stage stage, int64_t leads)
{
    delta->stages[stage] += leads;
}

void list_delta_status(ListDelta *delta, const char *status, int64_t leads)
{
    for (int i = 0; i < delta->status_count; i++) {
        if (strcmp(delta->statuses[i].status, status) == 0) {
            delta->statuses[i].leads += leads;
            return;
        }
    }
    if (delta->status_count == delta->status_cap) {
        delta->status_cap = delta->status_cap * 2 + 4;
        delta->statuses =
            mem_realloc(delta->statuses, (size_t)delta->status_cap * sizeof *delta->statuses);
    }
    snprintf(delta->statuses[delta->status_count].status, LIST_STATUS_SIZE, "%s", status);
    delta->statuses[delta->status_count++].leads = leads;
}

void list_delta_done(ListDelta *delta)
{
    free(delta->statuses);
    *delta = (ListDelta){0};
}

void list_gates_done(ListGates *gates)
{
    free(gates->gates);
    *gates = (ListGates){0};
}

static int gate_compare(const void *list_no, const void *gate)
{
    int32_t wanted = *(const int32_t *)list_no;
    int32_t found = ((const ListGate *)gate)->list_no;
    return (wanted > found) - (wanted < found);
}

const ListGate *list_gate_of(const ListGates *gates, int32_t list_no)
{
    return gates->count == 0 ? NULL
                             : bsearch(&list_no, gates->gates, (size_t)gates->count,
                                       sizeof *gates->gates, gate_compare);
}

static int64_t delta_total(const ListDelta *delta)
{
    int64_t total = 0;
    for (Stage stage = STAGE_DNC; stage < STAGE_END; stage++) {
        total += delta->stages[stage];
    }
    return total;
}

static Status stats_move(Db *db, const ListDelta deltas[], int count, DbResult **ret, Error *err)
{
    enum {
        LIST_NO,
        LIFE,
        TOTAL,
        FIRST_STAGE,
        CONTACTED = FIRST_STAGE + STAGE_READY,
        ATTEMPTED,
        COLUMNS
    };
    DbArray columns[COLUMNS] = {0};
    for (int column = 0; column < COLUMNS; column++) {
        db_array_begin(&columns[column], column == LIST_NO ? DB_ARRAY_INT4
                                         : column == LIFE  ? DB_ARRAY_TEXT
                                                           : DB_ARRAY_INT8);
    }
    for (int i = 0; i < count; i++) {
        db_array_i64(&columns[LIST_NO], deltas[i].list_no);
        db_array_string(&columns[LIFE], deltas[i].life);
        db_array_i64(&columns[TOTAL], delta_total(&deltas[i]));
        for (Stage stage = STAGE_DNC; stage < STAGE_END; stage++) {
            db_array_i64(&columns[FIRST_STAGE + stage - STAGE_DNC], deltas[i].stages[stage]);
        }
        db_array_i64(&columns[CONTACTED], deltas[i].contacted);
        db_array_i64(&columns[ATTEMPTED], deltas[i].attempted);
    }
    DbParams params = {0};
    for (int column = 0; column < COLUMNS; column++) {
        db_param_array(&params, &columns[column]);
    }
    Status status = db_query(db, sql_list_stats_apply, &params, ret, err);
    for (int column = 0; column < COLUMNS; column++) {
        db_array_done(&columns[column]);
    }
    if (status == STATUS_OK && db_rows(*ret) != count) {
        return error_set(err, STATUS_RETRY, "list_gone", "a list is gone");
    }
    return status;
}

static Status stats_move_statuses(Db *db, const ListDelta deltas[], int count, Error *err)
{
    DbArray lists = {0};
    DbArray statuses = {0};
    DbArray leads = {0};
    db_array_begin(&lists, DB_ARRAY_INT4);
    db_array_begin(&statuses, DB_ARRAY_TEXT);
    db_array_begin(&leads, DB_ARRAY_INT8);
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < deltas[i].status_count; j++) {
            if (deltas[i].statuses[j].leads != 0) {
                db_array_i64(&lists, deltas[i].list_no);
                db_array_string(&statuses, deltas[i].statuses[j].status);
                db_array_i64(&leads, deltas[i].statuses[j].leads);
            }
        }
    }
    Status status = STATUS_OK;
    if (lists.count > 0) {
        DbParams params = {0};
        db_param_array(&params, &lists);
        db_param_array(&params, &statuses);
        db_param_array(&params, &leads);
        status = db_exec(db, sql_list_status_apply, &params, -1, err);
    }
    db_array_done(&lists);
    db_array_done(&statuses);
    db_array_done(&leads);
    return status;
}

static Status
stats_statuses(Db *db, const ListDelta deltas[], int count, DbResult **ret, Error *err)
{
    DbArray lists = {0};
    db_array_begin(&lists, DB_ARRAY_INT4);
    for (int i = 0; i < count; i++) {
        db_array_i64(&lists, deltas[i].list_no);
    }
    DbParams params = {0};
    db_param_array(&params, &lists);
    Status status = db_query(db, sql_list_status_select, &params, ret, err);
    db_array_done(&lists);
    return status;
}

static int stats_row_of(const DbResult *result, int32_t list_no)
{
    for (int row = 0; row < db_rows(result); row++) {
        if (db_i64(result, row, 0) == list_no) {
            return row;
        }
    }
    return -1;
}

static void stats_gate(const DbResult *result, int row, ListGate *ret)
{
    *ret = (ListGate){.list_no = (int32_t)db_i64(result, row, 0),
                      .version = db_i64(result, row, 3),
                      .campaign_no = (int32_t)db_i64(result, row, 5),
                      .campaign_active = db_bool(result, row, 6),
                      .rules_version = db_i64(result, row, 7)};
    snprintf(ret->list_id, sizeof ret->list_id, "%s", db_text(result, row, 1));
    snprintf(ret->campaign_id, sizeof ret->campaign_id, "%s", db_text(result, row, 2));
    snprintf(ret->life, sizeof ret->life, "%s", db_text(result, row, 4));
}

/* The ids in it need no escapes: [A-Za-z0-9_-] only. */
static void stats_event(
    Outbox *outbox, const ListGate *gate, const DbResult *result, int row, const char *statuses)
{
    AUTO_STRBUF data = STRBUF_INIT;
    strbuf_addf(&data,
                "{\"list_id\":\"%s\",\"campaign_id\":\"%s\",\"epoch\":%" PRId64
                ",\"version\":%" PRId64,
                gate->list_id, gate->campaign_id, outbox->epoch, gate->version);
    strbuf_addf(&data, ",\"life\":\"%s\"", gate->life);
    for (int i = 0; i < STATS_COUNTERS; i++) {
        strbuf_addf(&data, ",\"%s\":%s", stats_counter_names[i],
                    db_text(result, row, STATS_FIRST_COUNTER + i));
    }
    strbuf_addf(&data, ",\"statuses\":%s}", statuses);
    AUTO_FREE char *cause = mem_sprintf("list.stats/%s/%" PRId64 "/%" PRId64, gate->list_id,
                                        outbox->epoch, gate->version);
    Event event = {.topic = TOPIC_LIST_STATS,
                   .key = gate->list_id,
                   .key_len = strlen(gate->list_id),
                   .type = "list.stats",
                   .subject = gate->list_id,
                   .cause = cause,
                   .n = gate->version,
                   .data = data.data,
                   .data_len = data.len};
    outbox_add(outbox, &event);
}

Status list_stats_apply(
    Db *db, Outbox *outbox, const ListDelta deltas[], int count, ListGate ret[], Error *err)
{
    AUTO_RESULT *moved = NULL;
    AUTO_RESULT *statuses = NULL;
    Status status = stats_move(db, deltas, count, &moved, err);
    if (status == STATUS_OK) {
        status = stats_move_statuses(db, deltas, count, err);
    }
    if (status == STATUS_OK) {
        status = stats_statuses(db, deltas, count, &statuses, err);
    }
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        int row = stats_row_of(moved, deltas[i].list_no);
        int statuses_row = stats_row_of(statuses, deltas[i].list_no);
        stats_gate(moved, row, &ret[i]);
        stats_event(outbox, &ret[i], moved, row,
                    statuses_row >= 0 ? db_text(statuses, statuses_row, 1) : "{}");
    }
    return status;
}
