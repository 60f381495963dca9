#include "stats/stats_command.h"

#include <stdio.h>

#include "base/json.h"
#include "runtime/job.h"
#include "sql_queries.h"

typedef struct StatsCommand {
    const char *list_id;
    JsonBool repair;
} StatsCommand;

static const JsonField rebuild_fields[] = {
    {"list_id", JSON_FIELD_ID, offsetof(StatsCommand, list_id)},
    {0},
};

static const JsonField reconcile_fields[] = {
    {"list_id", JSON_FIELD_ID, offsetof(StatsCommand, list_id)},
    {"repair", JSON_FIELD_BOOL, offsetof(StatsCommand, repair)},
    {0},
};

static Status
find_list(Work *work, Message *message, const char *list_id, JobSpec *spec, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    db_param_text(&params, list_id);
    Status status = db_query(work->db, sql_live_list_find, &params, &rows, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (db_rows(rows) == 0) {
        Error unknown;
        error_set_field(&unknown, "list_id", "unknown_list", "there is no list \"%s\"", list_id);
        message_reject(message, &unknown);
        return STATUS_OK;
    }
    spec->list_no = (int32_t)db_i64(rows, 0, 0);
    spec->campaign_no = (int32_t)db_i64(rows, 0, 1);
    return STATUS_OK;
}

/* One of a kind at a time. */
static Status command_start(Work *work, const char *kind, const JsonField fields[], Error *err)
{
    Message *message = work->messages[0];
    StatsCommand command = {0};
    Error bad;
    if (json_read_fields(message->data, fields, &command, &bad) != STATUS_OK) {
        message_reject(message, &bad);
        return STATUS_OK;
    }
    bool repair = command.repair == JSON_BOOL_TRUE;
    JobSpec spec = {.kind = kind,
                    .slot_count = 1,
                    .params = repair ? "{\"repair\":true}" : "{\"repair\":false}",
                    .event_fields = ""};
    snprintf(spec.slots[0], sizeof spec.slots[0], "%s", kind);
    Status status =
        command.list_id != NULL ? find_list(work, message, command.list_id, &spec, err) : STATUS_OK;
    return status == STATUS_OK && message->fate == MESSAGE_OPEN
               ? job_create(work->db, work->outbox, message, &spec, err)
               : status;
}

Status stats_rebuild_apply(Work *work, Error *err)
{
    return command_start(work, STATS_REBUILD_KIND, rebuild_fields, err);
}

Status stats_reconcile_apply(Work *work, Error *err)
{
    return command_start(work, STATS_RECONCILE_KIND, reconcile_fields, err);
}
