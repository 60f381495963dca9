#include "importer/list_command.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "importer/list_store.h"
#include "runtime/list_stats.h"
#include "runtime/topics.h"

enum { LIST_PRIORITY_DEFAULT = 50 };

/* Both commands; what is absent stays NULL, -1 or JSON_BOOL_ABSENT. */
typedef struct ListCommand {
    const char *list_id;
    const char *campaign_id;
    const char *name;
    const char *description;
    int64_t priority;
    JsonBool active;
} ListCommand;

static const JsonField list_create_fields[] = {
    {"list_id", JSON_FIELD_ID, offsetof(ListCommand, list_id), .required = true},
    {"campaign_id", JSON_FIELD_ID, offsetof(ListCommand, campaign_id), .required = true},
    {"name", JSON_FIELD_STRING, offsetof(ListCommand, name), .max = 200},
    {"description", JSON_FIELD_STRING, offsetof(ListCommand, description), .max = 2000},
    {"active", JSON_FIELD_BOOL, offsetof(ListCommand, active)},
    {"priority", JSON_FIELD_INT, offsetof(ListCommand, priority), .min = 0, .max = 99},
    {0},
};

static const JsonField list_update_fields[] = {
    {"list_id", JSON_FIELD_ID, offsetof(ListCommand, list_id), .required = true},
    {"name", JSON_FIELD_STRING, offsetof(ListCommand, name), .max = 200},
    {"description", JSON_FIELD_STRING, offsetof(ListCommand, description), .max = 2000},
    {"active", JSON_FIELD_BOOL, offsetof(ListCommand, active)},
    {"priority", JSON_FIELD_INT, offsetof(ListCommand, priority), .min = 0, .max = 99},
    {0},
};

static void list_event(
    const Work *work, Message *message, const char *type, const ListRow *row, const ListGate *gate)
{
    AUTO_STRBUF data = STRBUF_INIT;
    strbuf_addf(&data, "{\"list_id\":\"%s\",\"campaign_id\":\"%s\",\"name\":", gate->list_id,
                gate->campaign_id);
    strbuf_add_json(&data, row->name, strlen(row->name));
    strbuf_adds(&data, ",\"description\":");
    strbuf_add_json(&data, row->description, strlen(row->description));
    strbuf_addf(&data, ",\"active\":%s,\"priority\":%" PRId64 ",\"version\":%" PRId64 "}",
                strcmp(gate->life, "active") == 0 ? "true" : "false", row->priority, gate->version);
    char cause[MESSAGE_CAUSE_SIZE];
    message_cause(message, cause);
    Event event = {.topic = TOPIC_LIST_EVENTS,
                   .key = gate->list_id,
                   .key_len = strlen(gate->list_id),
                   .type = type,
                   .subject = gate->list_id,
                   .correlation = message->id,
                   .cause = cause,
                   .ordinal = ++message->ordinal,
                   .n = gate->version,
                   .data = data.data,
                   .data_len = data.len};
    outbox_add(work->outbox, &event);
}

static Status list_change(
    Work *work, Message *message, const char *type, int32_t list_no, const ListRow *row, Error *err)
{
    ListDelta delta = {.list_no = list_no, .life = row->life};
    ListGate gate;
    Status status = list_stats_apply(work->db, work->outbox, &delta, 1, &gate, err);
    if (status == STATUS_OK) {
        list_event(work, message, type, row, &gate);
    }
    return status;
}

static void list_reply(Message *message, const char *list_id, const char *result)
{
    message_complete(message, mem_sprintf("\"results\":[{\"list_id\":\"%s\",\"result\":\"%s\"}]",
                                          list_id, result));
}

Status list_create_apply(Work *work, Error *err)
{
    Message *message = work->messages[0];
    ListCommand command = {.priority = LIST_PRIORITY_DEFAULT, .description = ""};
    Error bad;
    if (json_read_fields(message->data, list_create_fields, &command, &bad) != STATUS_OK) {
        message_reject(message, &bad);
        return STATUS_OK;
    }
    ListRow row = {.list_id = command.list_id,
                   .campaign_id = command.campaign_id,
                   .name = command.name != NULL ? command.name : command.list_id,
                   .description = command.description,
                   .priority = command.priority,
                   .life = command.active == JSON_BOOL_FALSE ? "paused" : "active",
                   .now_us = work->now_us};
    int32_t list_no = 0;
    Status status = list_insert(work->db, &row, &list_no, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (list_no == 0) {
        error_set_field(&bad, "list_id", "list_exists",
                        "the list %s exists already: choose another id", row.list_id);
        message_reject(message, &bad);
        return STATUS_OK;
    }
    list_reply(message, row.list_id, "created");
    return list_change(work, message, "list.created", list_no, &row, err);
}

/* What the list will be; row borrows from both. False when nothing changes. */
static bool
list_plan_update(const List *list, const ListCommand *command, int64_t now_us, ListRow *ret_row)
{
    static const char *const lives[] = {
        [JSON_BOOL_ABSENT] = NULL, [JSON_BOOL_TRUE] = "active", [JSON_BOOL_FALSE] = "paused"};
    const char *life = lives[command->active];
    *ret_row = (ListRow){.list_id = command->list_id,
                         .name = command->name != NULL ? command->name : list->name,
                         .description = command->description != NULL ? command->description
                                                                     : list->description,
                         .priority = command->priority >= 0 ? command->priority : list->priority,
                         .life = life,
                         .now_us = now_us};
    return strcmp(ret_row->name, list->name) != 0 ||
           strcmp(ret_row->description, list->description) != 0 ||
           ret_row->priority != list->priority || (life != NULL && strcmp(life, list->life) != 0);
}

static Status list_update_one(
    Work *work, Message *message, const ListCommand *command, const List *list, Error *err)
{
    ListRow row;
    bool changes = list_plan_update(list, command, work->now_us, &row);
    list_reply(message, command->list_id, changes ? "updated" : "unchanged");
    if (!changes) {
        return STATUS_OK;
    }
    Status status = list_change(work, message, "list.updated", list->list_no, &row, err);
    return status == STATUS_OK ? list_update(work->db, list->list_no, &row, err) : status;
}

Status list_update_apply(Work *work, Error *err)
{
    Message *message = work->messages[0];
    ListCommand command = {.priority = -1};
    List list = {0};
    Error bad;
    Status status = json_read_fields(message->data, list_update_fields, &command, &bad);
    if (status == STATUS_OK) {
        status = list_lock(work->db, command.list_id, &bad);
    }
    if (status == STATUS_OK) {
        status = list_find_open(work->db, command.list_id, &list, &bad);
    }
    if (status == STATUS_BAD_INPUT) {
        message_reject(message, &bad);
        return STATUS_OK;
    }
    if (status != STATUS_OK) {
        *err = bad;
        return status;
    }
    status = list_update_one(work, message, &command, &list, err);
    list_done(&list);
    return status;
}
