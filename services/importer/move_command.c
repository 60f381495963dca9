/* The command of leads_move.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ids.h"
#include "base/json.h"
#include "base/mem.h"
#include "domain/filter.h"
#include "importer/leads_move.h"
#include "importer/list_store.h"
#include "importer/move_plan.h"
#include "runtime/job.h"

typedef struct LeadsMove {
    const char *list_id;
    const char *to_list_id;
    json_t *where;
    json_t *lead_ids;
    int on_duplicate;
    JsonBool lead_events;
} LeadsMove;

/* In the order of MovePolicy. */
static const char *const duplicate_words[] = {"skip", "update", "report", NULL};

static const JsonField move_fields[] = {
    {"list_id", JSON_FIELD_ID, offsetof(LeadsMove, list_id), .required = true},
    {"to_list_id", JSON_FIELD_ID, offsetof(LeadsMove, to_list_id), .required = true},
    {"where", JSON_FIELD_OBJECT, offsetof(LeadsMove, where)},
    {"lead_ids", JSON_FIELD_ARRAY, offsetof(LeadsMove, lead_ids), .min = 1, .max = MOVE_IDS_MAX},
    {"on_duplicate", JSON_FIELD_ENUM, offsetof(LeadsMove, on_duplicate), .words = duplicate_words},
    {"lead_events", JSON_FIELD_BOOL, offsetof(LeadsMove, lead_events)},
    {0},
};

static Status check_ids(const json_t *lead_ids, Error *err)
{
    size_t i;
    json_t *id;
    json_array_foreach((json_t *)lead_ids, i, id)
    {
        int64_t lead_id;
        const char *text = json_string_value(id);
        if (text == NULL || ids_parse_i64(text, &lead_id, err) != STATUS_OK || lead_id <= 0) {
            char field[48];
            snprintf(field, sizeof field, "lead_ids[%zu]", i);
            return error_set_field(err, field, "invalid_id", "a lead's id is a decimal string");
        }
    }
    return STATUS_OK;
}

static Status check_which(const LeadsMove *command, Error *err)
{
    if ((command->where != NULL) == (command->lead_ids != NULL)) {
        return error_set_field(err, "where", "missing_field", "give where or lead_ids");
    }
    if (command->lead_ids != NULL) {
        return check_ids(command->lead_ids, err);
    }
    AUTO_FILTER *filter = NULL;
    return filter_json(command->where, &filter, err) == STATUS_OK
               ? STATUS_OK
               : json_error_within(err, "where.");
}

static Status find_lists(Db *db, const LeadsMove *command, List *from, List *to, Error *err)
{
    if (strcmp(command->list_id, command->to_list_id) == 0) {
        return error_set_field(err, "to_list_id", "same_list", "the leads are there already");
    }
    Status status = list_find_open(db, command->list_id, from, err);
    if (status == STATUS_OK) {
        status = list_find_open(db, command->to_list_id, to, err);
        if (status == STATUS_BAD_INPUT) {
            snprintf(err->field, sizeof err->field, "to_list_id");
        }
    }
    return status;
}

static Status
make_job(Work *work, const LeadsMove *command, const List *from, const List *to, Error *err)
{
    AUTO_JSON json_t *params = json_object();
    json_object_set_new(params, "to", json_integer(to->list_no));
    json_object_set_new(params, "to_list_id", json_string(command->to_list_id));
    json_object_set_new(params, "on_duplicate",
                        json_string(move_policy_name((MovePolicy)command->on_duplicate)));
    if (command->lead_events == JSON_BOOL_TRUE) {
        json_object_set_new(params, "lead_events", json_true());
    }
    if (command->where != NULL) {
        json_object_set(params, "where", command->where);
    } else {
        json_object_set(params, "lead_ids", command->lead_ids);
    }
    AUTO_FREE char *text = json_dumps(params, JSON_COMPACT);
    AUTO_FREE char *fields =
        mem_sprintf("\"to_list_id\":\"%s\",\"leads\":0,\"moved\":0", command->to_list_id);
    JobSpec job = {.kind = LEADS_MOVE_KIND,
                   .list_no = from->list_no,
                   .campaign_no = from->campaign_no,
                   .slot_count = 2,
                   .params = text,
                   .event_fields = fields};
    snprintf(job.slots[0], JOB_SLOT_SIZE, "list:%" PRId32, from->list_no);
    snprintf(job.slots[1], JOB_SLOT_SIZE, "list:%" PRId32, to->list_no);
    return job_create(work->db, work->outbox, work->messages[0], &job, err);
}

Status leads_move_apply(Work *work, Error *err)
{
    LeadsMove command = {0};
    List from = {0};
    List to = {0};
    Status status = json_read_fields(work->messages[0]->data, move_fields, &command, err);
    if (status == STATUS_OK) {
        status = check_which(&command, err);
    }
    if (status == STATUS_OK) {
        status = find_lists(work->db, &command, &from, &to, err);
    }
    if (status == STATUS_BAD_INPUT) {
        message_reject(work->messages[0], err);
        status = STATUS_OK;
    } else if (status == STATUS_OK) {
        status = make_job(work, &command, &from, &to, err);
    }
    list_done(&from);
    list_done(&to);
    return status;
}
