#include "cli/send.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/interrupt.h"
#include "runtime/topics.h"

enum {
    SEND_TIMEOUT_S = 30,
    SEND_CONFIRM_MS = 15000,
    SEND_POLL_MS = 200,
    SEND_HEADERS = 6,
};

/* ---- a command and its reply ---- */

void command_done(Command *command)
{
    json_decref(command->data);
    json_decref(command->reply);
}

Status command_set(Command *command, const char *name, const char *text, Error *err)
{
    if (text == NULL) {
        return STATUS_OK;
    }
    if (command->data == NULL) {
        command->data = json_object();
    }
    return json_object_set_new(command->data, name, json_string(text)) == 0
               ? STATUS_OK
               : cli_usage(err, "%s is not valid UTF-8", name);
}

bool command_was_rejected(const Command *command)
{
    return strcmp(command->reply_type, "command.rejected") == 0;
}

const char *command_text(const json_t *result, const char *name)
{
    const char *text = json_string_value(json_object_get(result, name));
    return text != NULL ? text : "";
}

Status command_rejection(const Command *command, Error *err)
{
    error_set_field(err, command_text(command->reply, "field"),
                    command_text(command->reply, "code"), "%s",
                    command_text(command->reply, "message"));
    return STATUS_BAD_INPUT;
}

const json_t *command_result(const Command *command, size_t index)
{
    return json_array_get(json_object_get(command->reply, "results"), index);
}

/* ---- sending ---- */

static void sender_on_delivery(void *context, void *tag, const Error *err)
{
    (void)context;
    (void)tag;
    (void)err;
}

Status sender_open(Cli *cli, bool jobs, Sender *ret, Error *err)
{
    static const char *const topics_of[] = {TOPIC_COMMAND_EVENTS, TOPIC_LIST_EVENTS};
    int64_t timeout_s = SEND_TIMEOUT_S;
    *ret = (Sender){.cli = cli};
    Status status = cli_option_i64(cli, "timeout", 1, 86400, &timeout_s, err);
    const char *id = cli_option(cli, "command-id");
    if (status == STATUS_OK && id != NULL && !ids_is_ce_id(id, strlen(id))) {
        status = cli_usage(err, "--command-id must be 1 to 256 bytes of printable ASCII");
    }
    if (status == STATUS_OK) {
        status = follow_open(&cli->config, topics_of, jobs ? 2 : 1, &ret->follow, err);
    }
    if (status == STATUS_OK) {
        status = producer_open(&cli->config, sender_on_delivery, NULL, &ret->producer, err);
    }
    ret->timeout_ms = timeout_s * 1000;
    ret->source = mem_sprintf("/leadspool/%s/cli", cli->config.ns);
    return status;
}

void sender_close(Sender *sender)
{
    producer_close(sender->producer);
    follow_close(sender->follow);
    free(sender->source);
    *sender = (Sender){0};
}

Follow *sender_take_follow(Sender *sender)
{
    Follow *follow = sender->follow;
    sender->follow = NULL;
    return follow;
}

/* The first command goes by the id that was given, those after it by that and their number. */
static void sender_name(Sender *sender, Command *command)
{
    const char *given = cli_option(sender->cli, "command-id");
    sender->sent++;
    if (command->id[0] != '\0') {
        return;
    }
    if (given == NULL) {
        ids_uuid4(command->id);
    } else if (sender->sent == 1) {
        snprintf(command->id, sizeof command->id, "%s", given);
    } else {
        snprintf(command->id, sizeof command->id, "%s.%d", given, sender->sent);
    }
}

static Status sender_produce(Sender *sender, Command *command, Error *err)
{
    char now[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(clock_now_us(), now);
    const char *const texts[SEND_HEADERS][2] = {
        {"ce_specversion", "1.0"},  {"ce_id", command->id}, {"ce_source", sender->source},
        {"ce_type", command->type}, {"ce_time", now},       {"content-type", "application/json"},
    };
    BusHeader headers[SEND_HEADERS];
    for (int i = 0; i < SEND_HEADERS; i++) {
        headers[i] = (BusHeader){texts[i][0], texts[i][1], strlen(texts[i][1])};
    }
    AUTO_FREE char *value = json_dumps(command->data, JSON_COMPACT);
    BusMessage message = {.topic = command->topic,
                          .key = command->key,
                          .key_len = strlen(command->key),
                          .value = value,
                          .value_len = strlen(value),
                          .header_count = SEND_HEADERS,
                          .headers = headers};
    return producer_send_wait(sender->producer, &message, SEND_CONFIRM_MS, err);
}

/* ---- replies ---- */

static Command *sender_find(Command commands[], int count, const char *id)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(commands[i].id, id) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

/* True when the record is the first reply to one of the commands. */
static bool
sender_match(const Sender *sender, const BusRecord *record, Command commands[], int count)
{
    AUTO_FREE char *cause = follow_header(record, "ce_correlationid");
    AUTO_FREE char *type = follow_header(record, "ce_type");
    Command *command = cause != NULL && type != NULL ? sender_find(commands, count, cause) : NULL;
    if (command == NULL || command->reply != NULL || record->value == NULL ||
        strcmp(record->topic, TOPIC_COMMAND_EVENTS) != 0) {
        return false;
    }
    Error bad;
    AUTO_JSON json_t *reply = NULL;
    if (json_parse_object(record->value, record->value_len, &reply, &bad) != STATUS_OK ||
        strcmp(command_text(reply, "command_source"), sender->source) != 0) {
        return false;
    }
    command->reply = json_incref(reply);
    snprintf(command->reply_type, sizeof command->reply_type, "%s", type);
    return true;
}

static Status sender_no_reply(const Sender *sender, const Command commands[], int count, Error *err)
{
    const Command *open = commands;
    while (open < commands + count - 1 && open->reply != NULL) {
        open++;
    }
    if (interrupt_pending()) {
        return error_set(err, STATUS_RETRY, "interrupted",
                         "interrupted before the reply came; the command was sent all the same");
    }
    return error_set(err, STATUS_RETRY, "reply_timeout",
                     "no reply to %s within %" PRId64
                     " s: is leadspool-%s running? The command was "
                     "sent and will be carried out when it is (--command-id %s asks again)",
                     open->type, sender->timeout_ms / 1000, topic_taken_by(open->topic), open->id);
}

static Status sender_await(Sender *sender, Command commands[], int count, Error *err)
{
    int64_t deadline_ms = clock_mono_ms() + sender->timeout_ms;
    for (int missing = count; missing > 0;) {
        if (clock_mono_ms() >= deadline_ms || interrupt_pending()) {
            return sender_no_reply(sender, commands, count, err);
        }
        BusRecord *record = NULL;
        Status status = follow_next(sender->follow, SEND_POLL_MS, &record, err);
        if (status != STATUS_OK) {
            return status;
        }
        missing -= record != NULL && sender_match(sender, record, commands, count);
        bus_record_free(record);
    }
    return STATUS_OK;
}

Status sender_send(Sender *sender, Command commands[], int count, Error *err)
{
    for (int i = 0; i < count; i++) {
        sender_name(sender, &commands[i]);
        Status status = sender_produce(sender, &commands[i], err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return sender_await(sender, commands, count, err);
}

Status send_one(Cli *cli, Command *command, Error *err)
{
    AUTO_SENDER sender;
    Status status = sender_open(cli, false, &sender, err);
    if (status == STATUS_OK) {
        status = sender_send(&sender, command, 1, err);
    }
    return status == STATUS_OK && command_was_rejected(command) ? command_rejection(command, err)
                                                                : status;
}
