#include "runtime/lead_dial.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/guard.h"
#include "base/mem.h"
#include "domain/recycle.h"
#include "sql_queries.h"

/* Columns of lead_dial_lock.sql. */
enum {
    LEAD_ID,
    PHONE,
    LIST_NO,
    LEAD_VERSION,
    ZONE_SET_NO,
    GATE_NO,
    STAGE,
    PRIORITY,
    ATTEMPTS,
    ATTEMPTS_TOTAL,
    CONTACTED,
    DNC,
    HOLD,
    OFFER_ID,
    DUE_AT,
    CALLED_AT,
    CALLBACK_AT,
    CALLBACK_AGENT,
    STATUS,
    TRIES,
    DECIDED_AT,
    DECIDED_END_AT,
    EXTERNAL_ID,
    TID,
    COLUMNS
};
static_assert((int)COLUMNS == (int)LEAD_DIAL_COLUMNS, "what comes behind them is the caller's");

/* ---- reading ---- */

static int64_t dial_number(const DbResult *result, int row, int column)
{
    return db_is_null(result, row, column) ? 0 : db_bin_i64(result, row, column);
}

static void dial_text(const DbResult *result, int row, int column, char *ret, size_t size)
{
    size_t len = 0;
    const char *text = db_bytes(result, row, column, &len);
    if (len >= size) {
        len = size - 1;
    }
    if (len > 0) {
        memcpy(ret, text, len);
    }
    ret[len] = '\0';
}

static void dial_read(const DbResult *result, int row, LeadDial *ret)
{
    size_t len;
    *ret = (LeadDial){
        .lead_id = db_bin_i64(result, row, LEAD_ID),
        .phone = db_bin_i64(result, row, PHONE),
        .list_no = (int32_t)db_bin_i64(result, row, LIST_NO),
        .lead_version = (int32_t)db_bin_i64(result, row, LEAD_VERSION),
        .zone_set_no = (int32_t)dial_number(result, row, ZONE_SET_NO),
        .gate_no = (int32_t)db_bin_i64(result, row, GATE_NO),
        .stage = (Stage)db_bin_i64(result, row, STAGE),
        .priority = (int16_t)db_bin_i64(result, row, PRIORITY),
        .attempts = (int16_t)db_bin_i64(result, row, ATTEMPTS),
        .attempts_total = (int16_t)db_bin_i64(result, row, ATTEMPTS_TOTAL),
        .hold = (uint16_t)db_bin_i64(result, row, HOLD),
        .contacted = db_bin_i64(result, row, CONTACTED) != 0,
        .dnc = db_bin_i64(result, row, DNC) != 0,
        .offer_id = dial_number(result, row, OFFER_ID),
        .due_us = db_bin_time(result, row, DUE_AT),
        .called_us = db_bin_time(result, row, CALLED_AT),
        .callback_us = db_bin_time(result, row, CALLBACK_AT),
        .decided_us = db_bin_time(result, row, DECIDED_AT),
        .decided_end_us = db_bin_time(result, row, DECIDED_END_AT),
    };
    dial_text(result, row, STATUS, ret->status, sizeof ret->status);
    dial_text(result, row, TRIES, ret->tries, sizeof ret->tries);
    dial_text(result, row, CALLBACK_AGENT, ret->callback_agent, sizeof ret->callback_agent);
    ret->external_id.data = db_bytes(result, row, EXTERNAL_ID, &ret->external_id.len);
    const char *tid = db_bytes(result, row, TID, &len);
    assert(len == sizeof ret->tid);
    memcpy(ret->tid, tid, sizeof ret->tid);
}

static void dials_take(LeadDials *dials)
{
    dials->count = db_rows(dials->result);
    size_t most = (size_t)dials->count + 1;
    dials->rows = mem_alloc(most * sizeof *dials->rows);
    dials->before = mem_alloc(most * sizeof *dials->before);
    dials->changed = mem_alloc(most * sizeof *dials->changed);
    dials->told = mem_alloc(most * sizeof *dials->told);
    for (int row = 0; row < dials->count; row++) {
        dial_read(dials->result, row, &dials->rows[row]);
        dials->before[row] = dials->rows[row];
    }
}

/* A lead of a zone set that this statement does not see: it was made while the lead was waited for.
 */
static bool dials_lack_gates(const DbResult *result)
{
    for (int row = 0; row < db_rows(result); row++) {
        if (db_is_null(result, row, GATE_NO)) {
            return true;
        }
    }
    return false;
}

static Status dials_query(Db *db, const char *sql, DbArray *lead_ids, LeadDials *ret, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, lead_ids);
    Status status = db_query_binary(db, sql, &params, &ret->result, err);
    if (status == STATUS_OK && dials_lack_gates(ret->result)) {
        return error_set(err, STATUS_RETRY, "gate_unknown", "a zone set was made meanwhile");
    }
    if (status == STATUS_OK) {
        dials_take(ret);
    }
    return status;
}

enum { BEGIN_CLOCK = 5 }; /* column of lead_begin.sql */

/* A parameter, since what has none is not prepared. */
static Status begin_by(Db *db, const char *sql, DbPlans plans, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, "off");
    Status status = db_query_binary(db, sql, &params, ret, err);
    if (status == STATUS_OK) {
        db_plan_by(db, plans);
    }
    return status;
}

Status lead_begin(Db *db, Error *err)
{
    return begin_by(db, sql_lead_begin, DB_PLANS_BY_INDEX, NULL, err);
}

Status lead_begin_at(Db *db, int64_t *ret_server_us, Error *err)
{
    AUTO_RESULT *result = NULL;
    Status status = begin_by(db, sql_lead_begin, DB_PLANS_BY_INDEX, &result, err);
    if (status == STATUS_OK) {
        *ret_server_us = db_bin_time(result, 0, BEGIN_CLOCK);
    }
    return status;
}

Status lead_begin_in_order(Db *db, Error *err)
{
    return begin_by(db, sql_lead_order_begin, DB_PLANS_IN_ORDER, NULL, err);
}

Status lead_look_begin(Db *db, Error *err)
{
    return begin_by(db, sql_lead_look_begin, DB_PLANS_BY_INDEX, NULL, err);
}

Status lead_dials_lock(Db *db, DbArray *lead_ids, bool free, LeadDials *ret, Error *err)
{
    return dials_query(db, free ? sql_lead_dial_lock_free : sql_lead_dial_lock, lead_ids, ret, err);
}

Status lead_dials_lock_by(Db *db, const char *sql, DbArray *lead_ids, LeadDials *ret, Error *err)
{
    return dials_query(db, sql, lead_ids, ret, err);
}

Status lead_dials_look(Db *db, DbArray *lead_ids, LeadDials *ret, Error *err)
{
    return dials_query(db, sql_lead_dial_look, lead_ids, ret, err);
}

void lead_dials_done(LeadDials *dials)
{
    free(dials->rows);
    free(dials->before);
    free(dials->changed);
    free(dials->told);
    db_result_free(dials->result);
    *dials = (LeadDials){0};
}

static int dial_compare(const void *lead_id, const void *lead)
{
    int64_t wanted = *(const int64_t *)lead_id;
    int64_t found = ((const LeadDial *)lead)->lead_id;
    return (wanted > found) - (wanted < found);
}

int lead_dials_find(const LeadDials *dials, int64_t lead_id)
{
    const LeadDial *lead =
        bsearch(&lead_id, dials->rows, (size_t)dials->count, sizeof *lead, dial_compare);
    return lead != NULL ? (int)(lead - dials->rows) : -1;
}

/* ---- changing ---- */

void lead_dial_restage(LeadDial *lead)
{
    StageFacts facts = stage_facts(lead->dnc, lead->hold, lead->offer_id != 0);
    lead->stage = stage_of(&facts);
}

/* Where the text is full all further calls are one: RECYCLE_TRIES_REST has its room kept. */
void lead_dial_try(LeadDial *lead, const char *code)
{
    enum { REST_ROOM = 16 };
    AUTO_STRBUF tries = STRBUF_INIT;
    recycle_tries_bump(lead->tries, code, &tries);
    if (tries.len >= sizeof lead->tries - REST_ROOM) {
        recycle_tries_bump(lead->tries, RECYCLE_TRIES_REST, &tries);
    }
    if (tries.len < sizeof lead->tries) {
        memcpy(lead->tries, tries.data, tries.len + 1);
    }
}

ReadyKey lead_dial_key(const LeadDial *lead)
{
    return (ReadyKey){.lead_id = lead->lead_id,
                      .due_us = lead->due_us,
                      .list_no = lead->list_no,
                      .gate_no = lead->gate_no,
                      .class_no = (int16_t)ready_class(lead->attempts, lead->callback_us),
                      .lead_rank = (int16_t)(READY_RANK_MOST - lead->priority)};
}

/* ---- writing ---- */

enum { STAGED_COLUMNS = 5, WRITE_COLUMNS = 18 };

static const DbArrayType write_types[WRITE_COLUMNS] = {
    DB_ARRAY_TID,  DB_ARRAY_INT8, DB_ARRAY_INT4, DB_ARRAY_INT2, DB_ARRAY_INT8, DB_ARRAY_INT2,
    DB_ARRAY_INT2, DB_ARRAY_BOOL, DB_ARRAY_BOOL, DB_ARRAY_INT2, DB_ARRAY_TIME, DB_ARRAY_TIME,
    DB_ARRAY_TIME, DB_ARRAY_TEXT, DB_ARRAY_TEXT, DB_ARRAY_TEXT, DB_ARRAY_TIME, DB_ARRAY_TIME,
};

static void write_text(DbArray *column, const char *text)
{
    db_array_string(column, text[0] != '\0' ? text : NULL);
}

/* In the order of the parameters of lead_dial_write.sql, of which lead_dial_stage.sql has the
 * first.
 */
static void write_add(DbArray columns[WRITE_COLUMNS], const LeadDial *lead)
{
    int at = 0;
    db_array_text(&columns[at++], lead->tid, sizeof lead->tid);
    db_array_i64(&columns[at++], lead->lead_id);
    db_array_i64(&columns[at++], lead->lead_version);
    db_array_i64(&columns[at++], lead->stage);
    db_array_i64_or_null(&columns[at++], lead->offer_id, 0);
    assert(at == STAGED_COLUMNS);
    db_array_i64(&columns[at++], lead->attempts);
    db_array_i64(&columns[at++], lead->attempts_total);
    db_array_i64(&columns[at++], lead->contacted);
    db_array_i64(&columns[at++], lead->dnc);
    db_array_i64(&columns[at++], lead->hold);
    db_array_time_or_null(&columns[at++], lead->due_us);
    db_array_time_or_null(&columns[at++], lead->called_us);
    db_array_time_or_null(&columns[at++], lead->callback_us);
    write_text(&columns[at++], lead->callback_agent);
    db_array_string(&columns[at++], lead->status);
    write_text(&columns[at++], lead->tries);
    db_array_time_or_null(&columns[at++], lead->decided_us);
    db_array_time_or_null(&columns[at++], lead->decided_end_us);
    assert(at == WRITE_COLUMNS);
}

typedef enum WriteKind {
    WRITE_NONE,   /* not changed, or gone */
    WRITE_STAGED, /* an offer came or went, and nothing else is another */
    WRITE_HERE,
    WRITE_MOVED, /* to another list */
} WriteKind;

/* Byte by byte, so that no field can be forgotten here; where only padding differs, all is written.
 */
static bool is_only_staged(const LeadDial *before, const LeadDial *after)
{
    LeadDial staged;
    memcpy(&staged, before, sizeof staged);
    staged.lead_version = after->lead_version;
    staged.stage = after->stage;
    staged.offer_id = after->offer_id;
    return memcmp((const char *)&staged, (const char *)after, sizeof staged) == 0;
}

static WriteKind write_kind(const LeadDials *dials, int row)
{
    int32_t list_no = dials->rows[row].list_no;
    if (!dials->changed[row] || list_no == 0) {
        return WRITE_NONE;
    }
    if (list_no != dials->before[row].list_no) {
        return WRITE_MOVED;
    }
    return is_only_staged(&dials->before[row], &dials->rows[row]) ? WRITE_STAGED : WRITE_HERE;
}

/* A list is in three indexes: who only dials does not name it. */
static const struct WriteWay {
    const char *sql;
    int columns;
} write_ways[] = {
    [WRITE_STAGED] = {sql_lead_dial_stage, STAGED_COLUMNS},
    [WRITE_HERE] = {sql_lead_dial_write, WRITE_COLUMNS},
    [WRITE_MOVED] = {sql_lead_dial_move, WRITE_COLUMNS},
};

/* lists: where they go. */
static Status
write_rows(Db *db, DbArray columns[WRITE_COLUMNS], DbArray *lists, WriteKind kind, Error *err)
{
    DbParams params = {0};
    int count = lists->count;
    if (count == 0) {
        return STATUS_OK;
    }
    for (int column = 0; column < write_ways[kind].columns; column++) {
        db_param_array(&params, &columns[column]);
    }
    if (kind == WRITE_MOVED) {
        db_param_array(&params, lists);
    }
    Status status = db_exec(db, write_ways[kind].sql, &params, count, err);
    bool taken = status == STATUS_BAD_INPUT && strcmp(db_sqlstate(db), "23505") == 0;
    return taken ? error_set(err, STATUS_RETRY, "lead_race", "the list has such a lead by now")
                 : status;
}

static Status
write_leads(const LeadDials *dials, const WriteKind kinds[], Db *db, WriteKind kind, Error *err)
{
    DbArray columns[WRITE_COLUMNS] = {0};
    DbArray lists = {0};
    for (int column = 0; column < WRITE_COLUMNS; column++) {
        db_array_begin(&columns[column], write_types[column]);
    }
    db_array_begin(&lists, DB_ARRAY_INT4);
    for (int i = 0; i < dials->count; i++) {
        if (kinds[i] == kind) {
            write_add(columns, &dials->rows[i]);
            db_array_i64(&lists, dials->rows[i].list_no);
        }
    }
    Status status = write_rows(db, columns, &lists, kind, err);
    for (int column = 0; column < WRITE_COLUMNS; column++) {
        db_array_done(&columns[column]);
    }
    db_array_done(&lists);
    return status;
}

static Status write_gone(const LeadDials *dials, Db *db, Error *err)
{
    DbArray places = {0};
    DbArray ids = {0};
    db_array_begin(&places, DB_ARRAY_TID);
    db_array_begin(&ids, DB_ARRAY_INT8);
    for (int i = 0; i < dials->count; i++) {
        if (dials->changed[i] && dials->rows[i].list_no == 0) {
            db_array_text(&places, dials->rows[i].tid, sizeof dials->rows[i].tid);
            db_array_i64(&ids, dials->rows[i].lead_id);
        }
    }
    Status status = STATUS_OK;
    if (ids.count > 0) {
        DbParams params = {0};
        db_param_array(&params, &places);
        db_param_array(&params, &ids);
        status = db_exec(db, sql_lead_dial_delete, &params, ids.count, err);
    }
    db_array_done(&places);
    db_array_done(&ids);
    return status;
}

static Status write_ready(const LeadDials *dials, Db *db, Error *err)
{
    ReadyMoves moves = {0};
    ready_moves_begin(&moves);
    for (int i = 0; i < dials->count; i++) {
        if (dials->changed[i]) {
            ReadyKey before = lead_dial_key(&dials->before[i]);
            ReadyKey after = lead_dial_key(&dials->rows[i]);
            ready_moves_add(&moves, dials->before[i].stage == STAGE_READY ? &before : NULL,
                            dials->rows[i].stage == STAGE_READY && after.list_no != 0 ? &after
                                                                                      : NULL);
        }
    }
    Status status = ready_moves_write(&moves, db, err);
    ready_moves_done(&moves);
    return status;
}

Status lead_dials_write(LeadDials *dials, Db *db, Error *err)
{
    AUTO_FREE WriteKind *kinds = mem_alloc((size_t)(dials->count + 1) * sizeof *kinds);
    for (int i = 0; i < dials->count; i++) {
        if (dials->changed[i]) {
            dials->rows[i].lead_version = dials->before[i].lead_version + 1;
        }
        kinds[i] = write_kind(dials, i);
    }
    Status status = write_gone(dials, db, err);
    for (WriteKind kind = WRITE_STAGED; status == STATUS_OK && kind <= WRITE_MOVED; kind++) {
        status = write_leads(dials, kinds, db, kind, err);
    }
    return status == STATUS_OK ? write_ready(dials, db, err) : status;
}

/* ---- counting ---- */

static int delta_compare(const void *a, const void *b)
{
    int32_t first = ((const ListDelta *)a)->list_no;
    int32_t second = ((const ListDelta *)b)->list_no;
    return (first > second) - (first < second);
}

static ListDelta *delta_of(ListDelta deltas[], int *count, int32_t list_no)
{
    for (int i = *count - 1; i >= 0; i--) {
        if (deltas[i].list_no == list_no) {
            return &deltas[i];
        }
    }
    deltas[*count].list_no = list_no;
    return &deltas[(*count)++];
}

/* One lead more, or one less. */
static void delta_whole(ListDelta *delta, const LeadDial *lead, int one)
{
    list_delta_stage(delta, lead->stage, one);
    list_delta_status(delta, lead->status, one);
    delta->contacted += lead->contacted ? one : 0;
    delta->attempted += lead->attempts > 0 ? one : 0;
}

static void delta_add(ListDelta *delta, const LeadDial *before, const LeadDial *after)
{
    list_delta_stage(delta, before->stage, -1);
    list_delta_stage(delta, after->stage, BROKEN(DNC_COUNTERS) ? 0 : 1);
    if (strcmp(before->status, after->status) != 0) {
        list_delta_status(delta, before->status, -1);
        list_delta_status(delta, after->status, 1);
    }
    delta->contacted += after->contacted - before->contacted;
    delta->attempted += (after->attempts > 0) - (before->attempts > 0);
}

static void
delta_lead(ListDelta deltas[], int *count, const LeadDial *before, const LeadDial *after)
{
    if (after->list_no == before->list_no) {
        delta_add(delta_of(deltas, count, after->list_no), before, after);
        return;
    }
    delta_whole(delta_of(deltas, count, before->list_no), before, -1);
    if (after->list_no != 0) {
        delta_whole(delta_of(deltas, count, after->list_no), after, 1);
    }
}

static void dials_count(const LeadDials *dials, ListDelta **ret, int *ret_count)
{
    ListDelta *deltas = NULL;
    int count = 0;
    int cap = 0;
    for (int i = 0; i < dials->count; i++) {
        if (!dials->changed[i]) {
            continue;
        }
        if (count + 2 > cap) { /* room for two lists more */
            cap = cap * 2 + 4;
            deltas = mem_realloc(deltas, (size_t)cap * sizeof *deltas);
            memset(&deltas[count], 0, (size_t)(cap - count) * sizeof *deltas);
        }
        delta_lead(deltas, &count, &dials->before[i], &dials->rows[i]);
    }
    if (count > 1) {
        qsort(deltas, (size_t)count, sizeof *deltas, delta_compare);
    }
    *ret = deltas;
    *ret_count = count;
}

Status lead_dials_apply(const LeadDials *dials, Db *db, Outbox *outbox, ListGates *ret, Error *err)
{
    ListDelta *deltas = NULL;
    dials_count(dials, &deltas, &ret->count);
    if (ret->count == 0) {
        return STATUS_OK;
    }
    ret->gates = mem_alloc((size_t)ret->count * sizeof *ret->gates);
    Status status = list_stats_apply(db, outbox, deltas, ret->count, ret->gates, err);
    for (int i = 0; i < ret->count; i++) {
        list_delta_done(&deltas[i]);
    }
    free(deltas);
    return status;
}
