#include "importer/list_command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "importer/list_store.h"
#include "runtime/job.h"
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
    json_t *windows;
    Hours hours;         /* what windows say */
    StrBuf windows_text; /* and as they are stored */
    int32_t campaign_no; /* of campaign_id; 0: it is not given */
    int32_t rules_no;    /* the list's campaign, held since its rules may change; 0: it is not */
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
    {"campaign_id", JSON_FIELD_ID, offsetof(ListCommand, campaign_id)},
    {"windows", JSON_FIELD_ARRAY, offsetof(ListCommand, windows), .max = HOURS_WINDOWS_MAX},
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

/* ---- list.update ---- */

static bool list_changes_windows(const List *list, const ListCommand *command)
{
    return command->windows != NULL && !hours_equal(&command->hours, &list->hours);
}

static bool list_changes_priority(const List *list, const ListCommand *command)
{
    return command->priority >= 0 && command->priority != list->priority;
}

/* What the list will be; row borrows from both. False when nothing changes. */
static bool
list_plan_update(const List *list, const ListCommand *command, int64_t now_us, ListRow *ret_row)
{
    static const char *const lives[] = {
        [JSON_BOOL_ABSENT] = NULL, [JSON_BOOL_TRUE] = "active", [JSON_BOOL_FALSE] = "paused"};
    const char *life = lives[command->active];
    bool moves = command->campaign_no != 0 && command->campaign_no != list->campaign_no;
    bool windows = list_changes_windows(list, command);
    *ret_row = (ListRow){.list_id = command->list_id,
                         .name = command->name != NULL ? command->name : list->name,
                         .description = command->description != NULL ? command->description
                                                                     : list->description,
                         .priority = command->priority >= 0 ? command->priority : list->priority,
                         .life = life,
                         .windows = windows ? command->windows_text.data : NULL,
                         .campaign_no = moves ? command->campaign_no : 0,
                         .now_us = now_us};
    return strcmp(ret_row->name, list->name) != 0 ||
           strcmp(ret_row->description, list->description) != 0 ||
           ret_row->priority != list->priority || (life != NULL && strcmp(life, list->life) != 0) ||
           windows || moves;
}

/* By a job of the recycler's the leads follow the rules of their new campaign, and offers of the
 * old one are taken back; or they follow the list's new windows. */
static Status list_start_reapply(Work *work,
                                 Message *message,
                                 const List *list,
                                 const ListRow *row,
                                 int64_t *ret_job_no,
                                 Error *err)
{
    bool moves = row->campaign_no != 0;
    if (!moves && row->windows == NULL) {
        return STATUS_OK;
    }
    int32_t list_no = list->list_no;
    JobSpec spec = {.kind = moves ? "list.move" : "list.reapply",
                    .list_no = list_no,
                    .campaign_no = moves ? row->campaign_no : list->campaign_no,
                    .slot_count = 1,
                    .params = "{}",
                    .event_fields = "\"leads\":0,\"changed\":0"};
    snprintf(spec.slots[0], sizeof spec.slots[0], "list:%" PRId32 ":rules", list_no);
    return job_start(work->db, work->outbox, message, &spec, ret_job_no, err);
}

static Status
list_update_rows(Work *work, Message *message, const List *list, const ListRow *row, Error *err)
{
    Status status = STATUS_OK;
    if (row->campaign_no != 0) {
        status = list_move(work->db, list->list_no, row->campaign_no, err);
    }
    if (status == STATUS_OK) {
        status = list_change(work, message, "list.updated", list->list_no, row, err);
    }
    return status == STATUS_OK ? list_update(work->db, list->list_no, row, err) : status;
}

static Status list_update_one(
    Work *work, Message *message, const ListCommand *command, const List *list, Error *err)
{
    ListRow row;
    int64_t job_no = 0;
    bool changes = list_plan_update(list, command, work->now_us, &row);
    Status status = STATUS_OK;
    if (changes) {
        status = list_update_rows(work, message, list, &row, err);
    }
    if (status == STATUS_OK) {
        status = list_start_reapply(work, message, list, &row, &job_no, err);
    }
    if (status == STATUS_OK && job_no != 0) {
        message_complete(message, mem_sprintf("\"results\":[{\"list_id\":\"%s\",\"result\":"
                                              "\"updated\",\"job_id\":\"%" PRId64 "\"}]",
                                              command->list_id, job_no));
    } else if (status == STATUS_OK) {
        list_reply(message, command->list_id, changes ? "updated" : "unchanged");
    }
    return status;
}

static Status list_read_update(const json_t *data, ListCommand *command, Error *err)
{
    Status status = json_read_fields(data, list_update_fields, command, err);
    if (status == STATUS_OK && command->windows != NULL) {
        status = hours_read(command->windows, &command->hours, err);
    }
    if (status == STATUS_OK) {
        hours_write(&command->hours, &command->windows_text);
    }
    return status;
}

static Status list_find_campaign(Db *db, ListCommand *command, Error *err)
{
    if (command->campaign_id == NULL) {
        return STATUS_OK;
    }
    Status status = list_hold_campaign(db, command->campaign_id, &command->campaign_no, err);
    if (status == STATUS_OK && command->campaign_no == 0) {
        return error_set_field(err, "campaign_id", "unknown_campaign",
                               "there is no campaign %s: make it with campaign.put",
                               command->campaign_id);
    }
    return status;
}

/* While the campaign is held nobody else changes a list's windows or priority, so the gates are
 * stamped, in list order, before this list's own is held. */
static Status list_stamp(Work *work, const ListCommand *command, Error *err)
{
    List list;
    Status status = list_find_open(work->db, command->list_id, &list, err);
    if (status != STATUS_OK) {
        return status;
    }
    bool changes = list_changes_windows(&list, command) || list_changes_priority(&list, command);
    list_done(&list);
    return changes ? list_stamp_rules(work->db, command->rules_no, err) : STATUS_OK;
}

/* Whoever offers by the list's windows and priority as they were plans again. */
static Status list_change_rules(Work *work, ListCommand *command, Error *err)
{
    if (command->windows == NULL && command->priority < 0) {
        return STATUS_OK;
    }
    Status status =
        list_hold_rules(work->db, command->list_id, command->campaign_no, &command->rules_no, err);
    return status == STATUS_OK && command->rules_no != 0 ? list_stamp(work, command, err) : status;
}

/* Given to another campaign between look and lock. */
static Status list_check_rules(const ListCommand *command, List *list, Error *err)
{
    if (command->rules_no == 0 || command->rules_no == list->campaign_no) {
        return STATUS_OK;
    }
    list_done(list);
    return error_set(err, STATUS_RETRY, "list_moved", "the list was given to another campaign");
}

/* Campaign, then gate, held; *ret_list is to be list_done(). */
static Status list_begin_update(Work *work, ListCommand *command, List *ret_list, Error *err)
{
    Status status = list_read_update(work->messages[0]->data, command, err);
    if (status == STATUS_OK) {
        status = list_find_campaign(work->db, command, err);
    }
    if (status == STATUS_OK) {
        status = list_change_rules(work, command, err);
    }
    if (status == STATUS_OK) {
        status = list_lock(work->db, command->list_id, err);
    }
    if (status == STATUS_OK) {
        status = list_find_open(work->db, command->list_id, ret_list, err);
    }
    return status == STATUS_OK ? list_check_rules(command, ret_list, err) : status;
}

Status list_update_apply(Work *work, Error *err)
{
    Message *message = work->messages[0];
    ListCommand command = {.priority = -1, .windows_text = STRBUF_INIT};
    List list = {0};
    Error bad;
    Status status = list_begin_update(work, &command, &list, &bad);
    if (status == STATUS_OK) {
        status = list_update_one(work, message, &command, &list, err);
        list_done(&list);
    } else if (status == STATUS_BAD_INPUT) {
        message_reject(message, &bad);
        status = STATUS_OK;
    } else {
        *err = bad;
    }
    strbuf_done(&command.windows_text);
    return status;
}
