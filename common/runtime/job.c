#include "runtime/job.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/housekeeping.h"
#include "runtime/topics.h"
#include "runtime/work.h"
#include "sql_queries.h"

/* Who ordered it: together the job's natural key. */
typedef struct JobOrder {
    const char *source;
    const char *command_id;
    const Trace *trace; /* or NULL */
} JobOrder;

/* An older one's id may come with another job. */
static int64_t job_known_since(int64_t now_us)
{
    return now_us - COMMAND_MEMORY_DAYS * INT64_C(86400) * CLOCK_US_PER_SECOND;
}

static Status job_insert(Db *db,
                         const JobOrder *order,
                         const JobSpec *spec,
                         int64_t now_us,
                         int64_t *ret_job_no,
                         Error *err)
{
    DbArray slots = {0};
    db_array_begin(&slots, DB_ARRAY_TEXT);
    for (int i = 0; i < spec->slot_count; i++) {
        db_array_string(&slots, spec->slots[i]);
    }
    DbParams params = {0};
    db_param_text(&params, spec->kind);
    db_param_i64(&params, spec->list_no);
    db_param_i64(&params, spec->campaign_no);
    db_param_array(&params, &slots);
    db_param_text(&params, order->source);
    db_param_text(&params, order->command_id);
    db_param_text(&params, spec->params);
    db_param_time(&params, now_us);
    bool traced = order->trace != NULL;
    db_param_text(&params, traced ? order->trace->parent : NULL);
    db_param_text(&params, traced ? order->trace->state : NULL);
    db_param_time(&params, job_known_since(now_us));
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_job_insert, &params, &result, err);
    db_array_done(&slots);
    if (status == STATUS_OK) {
        *ret_job_no = db_i64(result, 0, 0);
    } else if (strcmp(db_sqlstate(db), "23505") == 0) {
        return error_set(err, STATUS_RETRY, "command_race",
                         "the same command is being handled elsewhere");
    }
    return status;
}

bool job_trace(const DbResult *result, int row, int column, Trace *ret)
{
    const char *parent = db_text(result, row, column);
    const char *state = db_text(result, row, column + 1);
    return parent != NULL &&
           trace_read(parent, strlen(parent), state, state != NULL ? strlen(state) : 0, ret);
}

Status job_event(Db *db,
                 Outbox *outbox,
                 int64_t job_no,
                 const char *type,
                 const char *cause,
                 int ordinal,
                 const char *fields,
                 Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, job_no);
    db_param_time(&params, outbox->now_us);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_job_event, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (db_rows(result) != 1 || db_is_null(result, 0, 5)) {
        return error_set(err, STATUS_RETRY, "job_gone", "the job or its list is gone");
    }
    char id[24];
    char at[CLOCK_RFC3339_SIZE];
    Trace trace;
    const char *about = db_text(result, 0, 5);
    snprintf(id, sizeof id, "%" PRId64, job_no);
    clock_format_rfc3339(outbox->now_us, at);
    AUTO_STRBUF data = STRBUF_INIT;
    strbuf_addf(&data,
                "{\"job_id\":\"%s\",\"kind\":\"%s\",\"%s\":\"%s\",\"state\":\"%s\",\"at\":\"%s\"",
                id, db_text(result, 0, 1), db_text(result, 0, 4), about, db_text(result, 0, 2), at);
    strbuf_addf(&data, "%s%s}", fields[0] != '\0' ? "," : "", fields);
    Event event = {.topic = TOPIC_LIST_EVENTS,
                   .key = about,
                   .key_len = strlen(about),
                   .type = type,
                   .subject = id,
                   .correlation = db_text(result, 0, 3),
                   .trace = job_trace(result, 0, 6, &trace) ? &trace : NULL,
                   .cause = cause,
                   .ordinal = ordinal,
                   .n = db_i64(result, 0, 0),
                   .data = data.data,
                   .data_len = data.len};
    outbox_add(outbox, &event);
    return STATUS_OK;
}

Status job_start(
    Db *db, Outbox *outbox, Message *message, const JobSpec *spec, int64_t *ret_job_no, Error *err)
{
    JobOrder order = {message->source, message->id, message->trace};
    Status status = job_insert(db, &order, spec, outbox->now_us, ret_job_no, err);
    if (status != STATUS_OK) {
        return status;
    }
    char cause[MESSAGE_CAUSE_SIZE];
    message_cause(message, cause);
    return job_event(db, outbox, *ret_job_no, "job.accepted", cause, ++message->ordinal,
                     spec->event_fields, err);
}

static Status job_is_known(Db *db, const JobOrder *order, int64_t now_us, bool *ret, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, order->source);
    db_param_text(&params, order->command_id);
    db_param_time(&params, job_known_since(now_us));
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_job_known, &params, &result, err);
    if (status == STATUS_OK) {
        *ret = db_rows(result) > 0;
    }
    return status;
}

Status job_follow(Db *db,
                  Outbox *outbox,
                  const char *source,
                  const char *command_id,
                  const JobSpec *spec,
                  Error *err)
{
    JobOrder order = {source, command_id, outbox->trace};
    bool known = false;
    int64_t job_no = 0;
    char cause[64];
    Status status = job_is_known(db, &order, outbox->now_us, &known, err);
    if (status != STATUS_OK || known) {
        return status;
    }
    status = job_insert(db, &order, spec, outbox->now_us, &job_no, err);
    if (status != STATUS_OK) {
        return status;
    }
    snprintf(cause, sizeof cause, "job/%" PRId64 "/accepted", job_no);
    return job_event(db, outbox, job_no, "job.accepted", cause, 0, spec->event_fields, err);
}

Status job_create(Db *db, Outbox *outbox, Message *message, const JobSpec *spec, Error *err)
{
    int64_t job_no = 0;
    Status status = job_start(db, outbox, message, spec, &job_no, err);
    if (status == STATUS_OK) {
        message_accept(
            message, mem_sprintf("\"job_id\":\"%" PRId64 "\",\"kind\":\"%s\"", job_no, spec->kind));
    }
    return status;
}

/* ---- job.cancel ---- */

typedef struct JobCancel {
    int64_t job_no;
} JobCancel;

static const JsonField job_cancel_fields[] = {
    {"job_id", JSON_FIELD_NUMBER_ID, offsetof(JobCancel, job_no), .required = true},
    {0},
};

static Status job_cancel_one(Work *work, Message *message, int64_t job_no, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, job_no);
    db_param_time(&params, work->now_us);
    AUTO_RESULT *result = NULL;
    Status status = db_query(work->db, sql_job_cancel, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (db_rows(result) == 0) {
        Error unknown;
        error_set_field(&unknown, "job_id", "unknown_job",
                        "there is no such job: see `leadspool job ls`");
        message_reject(message, &unknown);
        return STATUS_OK;
    }
    const char *state = db_text(result, 0, 0);
    bool ended_now =
        strcmp(state, "cancelled") == 0 && !db_is_null(result, 0, 2) && db_bool(result, 0, 2);
    if (ended_now) {
        char cause[MESSAGE_CAUSE_SIZE];
        message_cause(message, cause);
        status = job_event(work->db, work->outbox, job_no, "job.cancelled", cause,
                           ++message->ordinal, "", err);
    }
    bool cancelling = ended_now || strcmp(state, "running") == 0;
    message_complete(message,
                     mem_sprintf("\"results\":[{\"job_id\":\"%" PRId64 "\",\"result\":\"%s\"}]",
                                 job_no, cancelling ? "cancelling" : "already_ended"));
    return status;
}

Status job_cancel_apply(Work *work, Error *err)
{
    for (int i = 0; i < work->count; i++) {
        JobCancel cancel = {0};
        Error bad;
        if (json_read_fields(work->messages[i]->data, job_cancel_fields, &cancel, &bad) !=
            STATUS_OK) {
            message_reject(work->messages[i], &bad);
            continue;
        }
        Status status = job_cancel_one(work, work->messages[i], cancel.job_no, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}
