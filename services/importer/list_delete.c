#include "importer/list_delete.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "importer/list_store.h"
#include "runtime/job.h"
#include "runtime/lead_sweep.h"
#include "runtime/offer_revoke.h"
#include "runtime/topics.h"
#include "sql_queries.h"

/* ---- the command ---- */

typedef struct ListDelete {
    const char *list_id;
    int64_t if_version; /* -1: any */
} ListDelete;

static const JsonField delete_fields[] = {
    {"list_id", JSON_FIELD_ID, offsetof(ListDelete, list_id), .required = true},
    {"if_version", JSON_FIELD_INT, offsetof(ListDelete, if_version), .max = INT64_MAX},
    {0},
};

static Status job_is_open(Db *db, int32_t list_no, bool *ret, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, LIST_DELETE_KIND);
    db_param_i64(&params, list_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_job_open_of, &params, &result, err);
    if (status == STATUS_OK) {
        *ret = db_rows(result) > 0;
    }
    return status;
}

/* The gate is held. A list whose deletion was cancelled may be deleted again. */
static Status find_list(Work *work, const char *list_id, List *ret, Error *err)
{
    bool open = false;
    Status status = list_lock(work->db, list_id, err);
    if (status == STATUS_OK) {
        status = list_find(work->db, list_id, ret, err);
    }
    if (status == STATUS_OK && strcmp(ret->life, "deleting") == 0) {
        status = job_is_open(work->db, ret->list_no, &open, err);
    } else if (status == STATUS_OK) {
        list_done(ret);
        *ret = (List){0};
        return list_find_open(work->db, list_id, ret, err);
    }
    if (status == STATUS_OK && open) {
        list_done(ret);
        *ret = (List){0};
        return error_set_field(err, "list_id", "list_deleting", "the list %s is being deleted",
                               list_id);
    }
    return status;
}

/* list: as find_list() has it, so that its version is the gate's. */
static Status check_version(const ListDelete *command, const List *list, Error *err)
{
    if (command->if_version < 0 || command->if_version == list->version) {
        return STATUS_OK;
    }
    return error_set_field(err, "if_version", "list_changed",
                           "the list %s is at version %" PRId64 ", not %" PRId64
                           ": nothing was deleted",
                           command->list_id, list->version, command->if_version);
}

static Status close_gate(Work *work, const List *list, ListGate *ret, Error *err)
{
    ListDelta delta = {.list_no = list->list_no, .life = "deleting"};
    return list_stats_apply(work->db, work->outbox, &delta, 1, ret, err);
}

static Status preempt(Work *work, Message *message, const char *slot, Error *err)
{
    char cause[MESSAGE_CAUSE_SIZE];
    DbParams params = {0};
    db_param_text(&params, slot);
    db_param_time(&params, work->now_us);
    AUTO_RESULT *result = NULL;
    Status status = db_query(work->db, sql_job_preempt, &params, &result, err);
    message_cause(message, cause);
    for (int row = 0; status == STATUS_OK && row < db_rows(result); row++) {
        if (db_bool(result, row, 1)) {
            status = job_event(work->db, work->outbox, db_i64(result, row, 0), "job.cancelled",
                               cause, ++message->ordinal, db_text(result, row, 2), err);
        }
    }
    return status;
}

static Status start_job(Work *work, Message *message, const List *list, Error *err)
{
    JobSpec job = {.kind = LIST_DELETE_KIND,
                   .list_no = list->list_no,
                   .campaign_no = list->campaign_no,
                   .slot_count = 1,
                   .params = "{}",
                   .event_fields = "\"leads\":0,\"deleted\":0"};
    snprintf(job.slots[0], sizeof job.slots[0], "list:%" PRId32, list->list_no);
    Status status = preempt(work, message, job.slots[0], err);
    return status == STATUS_OK ? job_create(work->db, work->outbox, message, &job, err) : status;
}

Status list_delete_apply(Work *work, Error *err)
{
    Message *message = work->messages[0];
    ListDelete command = {.if_version = -1};
    List list = {0};
    ListGate gate;
    Status status = json_read_fields(message->data, delete_fields, &command, err);
    if (status == STATUS_OK) {
        status = find_list(work, command.list_id, &list, err);
    }
    if (status == STATUS_OK) {
        status = check_version(&command, &list, err);
    }
    if (status == STATUS_BAD_INPUT) {
        message_reject(message, err);
        list_done(&list);
        return STATUS_OK;
    }
    if (status == STATUS_OK) {
        status = close_gate(work, &list, &gate, err);
    }
    if (status == STATUS_OK) {
        status = start_job(work, message, &list, err);
    }
    list_done(&list);
    return status;
}

/* ---- the job ---- */

enum { COUNT_LEADS, COUNT_DELETED };

static Status delete_find(SweepChunk *chunk, int64_t after, Error *err)
{
    return sweep_find_list(chunk, chunk->run->list_no, after, err);
}

/* A lead that was given to another list between look and lock is that list's. */
static Status delete_work(SweepChunk *chunk, Error *err)
{
    LeadDials *leads = &chunk->leads;
    AUTO_GATES gates = {0};
    AUTO_FREE const char **reasons = mem_alloc((size_t)(leads->count + 1) * sizeof *reasons);
    for (int row = 0; row < leads->count; row++) {
        leads->changed[row] = leads->rows[row].list_no == chunk->run->list_no;
        if (leads->changed[row]) {
            leads->rows[row].list_no = 0;
            reasons[row] = "list_deleted";
            chunk->counts[COUNT_DELETED]++;
        }
    }
    return sweep_write(chunk, reasons, &gates, err);
}

/* Columns of list_delete_leads.sql. */
enum { STAGE, STATUS, CONTACTED, ATTEMPTED, LEADS, LEAD_ID, LEAD_VERSION, OFFER_ID, MISSING };

static void take_kind(const DbResult *gone, int row, ListDelta *delta)
{
    char name[LIST_STATUS_SIZE];
    size_t len = 0;
    int64_t leads = db_bin_i64(gone, row, LEADS);
    const char *text = db_bytes(gone, row, STATUS, &len);
    snprintf(name, sizeof name, "%.*s", (int)len, text);
    list_delta_stage(delta, (Stage)db_bin_i64(gone, row, STAGE), -leads);
    list_delta_status(delta, name, -leads);
    delta->contacted -= db_bin_i64(gone, row, CONTACTED) != 0 ? leads : 0;
    delta->attempted -= db_bin_i64(gone, row, ATTEMPTED) != 0 ? leads : 0;
}

/* Those that offers are open for come first. */
static void take_offers(SweepChunk *chunk, DbResult *gone)
{
    int count = 0;
    while (count < db_rows(gone) && !db_is_null(gone, count, LEAD_ID)) {
        count++;
    }
    sweep_take_leads(chunk, count, gone);
    for (int row = 0; row < count; row++) {
        chunk->leads.before[row].list_no = chunk->run->list_no;
        chunk->leads.rows[row] =
            (LeadDial){.lead_id = db_bin_i64(gone, row, LEAD_ID),
                       .lead_version = (int32_t)db_bin_i64(gone, row, LEAD_VERSION) + 1,
                       .offer_id = db_bin_i64(gone, row, OFFER_ID)};
    }
}

static Status tell_gone(SweepChunk *chunk, const ListDelta *delta, Error *err)
{
    ListGate gate;
    ListGates gates = {.gates = &gate, .count = 1};
    LeadTell tell = {
        .outbox = chunk->outbox, .dials = &chunk->leads, .correlation = chunk->run->command_id};
    AUTO_FREE const char **reasons = sweep_reasons(chunk, "list_deleted");
    Status status = list_stats_apply(chunk->db, chunk->outbox, delta, 1, &gate, err);
    return status == STATUS_OK ? offer_revoke(&tell, chunk->db, &gates, reasons, err) : status;
}

static Status delete_whole(SweepChunk *chunk, int64_t after, Error *err)
{
    AUTO_DELTA delta = {.list_no = chunk->run->list_no};
    DbParams params = {0};
    db_param_i64(&params, delta.list_no);
    db_param_i64(&params, after);
    db_param_i64(&params, chunk->last);
    DbResult *gone = NULL;
    Status status = db_query_binary(chunk->db, sql_list_delete_leads, &params, &gone, err);
    if (status != STATUS_OK) {
        return status;
    }
    take_offers(chunk, gone);
    for (int row = 0; row < db_rows(gone); row++) {
        take_kind(gone, row, &delta);
        chunk->counts[COUNT_DELETED] += db_bin_i64(gone, row, LEADS);
    }
    if (db_rows(gone) == 0) { /* somebody else deleted them */
        return STATUS_OK;
    }
    status = sweep_alone(db_bin_i64(gone, 0, MISSING), err);
    return status == STATUS_OK ? tell_gone(chunk, &delta, err) : status;
}

static const SweepKind delete_kind = {
    .counts = {"leads", "deleted"},
    .find = delete_find,
    .work = delete_work,
    .whole = delete_whole,
    .whole_leads = 20000, /* they are gone so fast that with fewer the commits take the time */
};

/* ---- the end of the list ---- */

static void tell_deleted(const JobRun *run, const DbResult *closed)
{
    const char *list_id = db_text(closed, 0, 1);
    int64_t version = db_i64(closed, 0, 0);
    AUTO_FREE char *cause =
        mem_sprintf("list.stats/%s/%" PRId64 "/%" PRId64, list_id, run->outbox->epoch, version);
    AUTO_FREE char *data =
        mem_sprintf("{\"list_id\":\"%s\",\"campaign_id\":\"%s\",\"version\":%" PRId64 "}", list_id,
                    db_text(closed, 0, 2), version);
    Event event = {.topic = TOPIC_LIST_STATS,
                   .key = list_id,
                   .key_len = strlen(list_id),
                   .type = "list.stats",
                   .subject = list_id,
                   .correlation = run->command_id,
                   .cause = cause,
                   .n = version};
    outbox_add(run->outbox, &event);
    event.topic = TOPIC_LIST_EVENTS;
    event.type = "list.deleted";
    event.data = data;
    event.data_len = strlen(data);
    outbox_add(run->outbox, &event);
}

static Status list_is_there(Db *db, int32_t list_no, bool *ret, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, list_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_list_is_open, &params, &result, err);
    if (status == STATUS_OK) {
        *ret = db_rows(result) > 0;
    }
    return status;
}

/* In a transaction of its own before the job ends: a gate that is gone was closed by an earlier
 * try. */
static Status close_list(JobRun *run, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, run->list_no);
    AUTO_RESULT *closed = NULL;
    bool there = true;
    AUTO_TX Db *tx = run->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        outbox_reset(run->outbox, db_epoch(tx), clock_now_us());
        db_param_time(&params, run->outbox->now_us);
        status = db_query(tx, sql_list_close, &params, &closed, err);
    }
    if (status == STATUS_OK && db_rows(closed) == 0) {
        status = list_is_there(tx, run->list_no, &there, err);
        return status == STATUS_OK && there
                   ? error_set(err, STATUS_FATAL, "leads_left", "leads of the list are left")
                   : status;
    }
    if (status == STATUS_OK) {
        tell_deleted(run, closed);
        status = job_run_lock(run, tx, err);
    }
    if (status == STATUS_OK) {
        status = outbox_store(run->outbox, tx, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

Status list_delete_run(JobRun *run, StrBuf *ret_fields, Error *err)
{
    Status status = lead_sweep(run, &delete_kind, NULL, ret_fields, err);
    if (status == STATUS_OK && !atomic_load(&run->cancelled)) {
        status = close_list(run, err);
        relay_kick(run->relay);
    }
    return status;
}
