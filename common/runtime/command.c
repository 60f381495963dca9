#include "runtime/command.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "runtime/topics.h"
#include "sql_queries.h"

static const char *const command_reply_types[] = {
    [MESSAGE_COMPLETED] = "command.completed",
    [MESSAGE_REJECTED] = "command.rejected",
    [MESSAGE_ACCEPTED] = "command.accepted",
};

static void command_body_hash(const Message *message, uint8_t ret[HASH_SHA256_BYTES])
{
    AUTO_STRBUF body = STRBUF_INIT;
    strbuf_addf(&body, "%s\n", message->type);
    strbuf_add(&body, message->record->value, message->record->value_len);
    hash_sha256(body.data, body.len, ret);
}

static MessageFate command_fate(const char *reply_type)
{
    for (MessageFate fate = MESSAGE_COMPLETED; fate < MESSAGE_ACCEPTED; fate++) {
        if (strcmp(reply_type, command_reply_types[fate]) == 0) {
            return fate;
        }
    }
    return MESSAGE_ACCEPTED;
}

Status command_recall(Db *db, Message *message, int64_t now_us, Error *err)
{
    message->reply_n = now_us + 1;
    uint8_t hash[HASH_SHA256_BYTES];
    command_body_hash(message, hash);
    DbParams params = {0};
    db_param_text(&params, message->source);
    db_param_text(&params, message->id);
    db_param_bytes(&params, hash, sizeof hash);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_command_recall, &params, &result, err);
    if (status != STATUS_OK || db_rows(result) == 0) {
        return status;
    }
    if (db_bool(result, 0, 0)) {
        char *reply = mem_strdup(db_text(result, 0, 2));
        free(message->reply);
        message->reply = reply;
        message->fate = command_fate(db_text(result, 0, 1));
    } else {
        Error conflict;
        error_set_field(&conflict, "ce_id", "id_conflict",
                        "this ce_id was used for another command of the same source: give each "
                        "command its own");
        message_reject(message, &conflict);
    }
    message->repeated = true;
    message->reply_n = db_i64(result, 0, 3);
    return STATUS_OK;
}

Status command_record(Db *db, const Message *message, int64_t now_us, Error *err)
{
    uint8_t hash[HASH_SHA256_BYTES];
    command_body_hash(message, hash);
    DbParams params = {0};
    db_param_text(&params, message->source);
    db_param_text(&params, message->id);
    db_param_bytes(&params, hash, sizeof hash);
    db_param_text(&params, command_reply_types[message->fate]);
    db_param_text(&params, message->reply);
    db_param_time(&params, now_us);
    Status status = db_exec(db, sql_command_record, &params, 1, err);
    if (status == STATUS_BAD_INPUT && strcmp(db_sqlstate(db), "23505") == 0) {
        return error_set(err, STATUS_RETRY, "command_race",
                         "the same command is being handled elsewhere");
    }
    return status;
}

void command_reply(const Message *message, Outbox *outbox)
{
    AUTO_STRBUF data = STRBUF_INIT;
    strbuf_adds(&data, "{\"command_id\":");
    strbuf_add_json(&data, message->id, strlen(message->id));
    strbuf_adds(&data, ",\"command_source\":");
    strbuf_add_json(&data, message->source, strlen(message->source));
    strbuf_adds(&data, ",\"command_type\":");
    strbuf_add_json(&data, message->type, strlen(message->type));
    strbuf_addf(&data, ",%s}", message->reply);
    char cause[MESSAGE_CAUSE_SIZE];
    message_cause(message, cause);
    /* The command's own key, so that a list's answers stay in order; a lane needs one in any case.
     */
    bool keyed = message->record->key != NULL && message->record->key_len <= COMMAND_KEY_BYTES;
    Event event = {
        .topic = TOPIC_COMMAND_EVENTS,
        .key = keyed ? message->record->key : message->id,
        .key_len = keyed ? message->record->key_len : strlen(message->id),
        .type = command_reply_types[message->fate],
        .subject = message->subject,
        .correlation = message->id,
        .trace = message->trace,
        .cause = cause,
        .n = message->reply_n,
        .data = data.data,
        .data_len = data.len,
    };
    outbox_add(outbox, &event);
}
