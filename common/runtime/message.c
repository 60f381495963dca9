#include "runtime/message.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "runtime/topics.h"

static Status message_attribute(
    char *out, size_t size, const char *name, const char *value, size_t len, Error *err)
{
    if (value == NULL || len >= size || !ids_is_ce_id(value, len)) {
        return error_set_field(err, name, "no_identity", "the message has no usable %s", name);
    }
    memcpy(out, value, len);
    out[len] = '\0';
    return STATUS_OK;
}

typedef struct MessageAttribute {
    const char *name; /* in the envelope; as a header with ce_ in front */
    size_t offset;
    size_t size;
} MessageAttribute;

static const MessageAttribute message_attributes[] = {
    {"id", offsetof(Message, id), sizeof((Message *)0)->id},
    {"source", offsetof(Message, source), sizeof((Message *)0)->source},
    {"type", offsetof(Message, type), sizeof((Message *)0)->type},
};
enum { MESSAGE_ATTRIBUTES = sizeof message_attributes / sizeof message_attributes[0] };

static void message_end_unread(Message *message, const Error *bad)
{
    (message->event ? message_bury : message_reject)(message, bad);
}

/* The first that is valid stands. */
static void message_take_trace(
    Message *message, const char *parent, size_t parent_len, const char *state, size_t state_len)
{
    Trace trace;
    if (message->trace == NULL && parent != NULL &&
        trace_read(parent, parent_len, state, state_len, &trace)) {
        message->trace = mem_alloc(sizeof *message->trace);
        *message->trace = trace;
    }
}

/* Of the transport, else of the event's own. */
static void message_read_trace(Message *message)
{
    static const char *const names[][2] = {{"traceparent", "tracestate"},
                                           {"ce_traceparent", "ce_tracestate"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t len = 0;
        size_t state_len = 0;
        const char *parent = bus_record_header(message->record, names[i][0], &len);
        const char *state = bus_record_header(message->record, names[i][1], &state_len);
        message_take_trace(message, parent, len, state, state_len);
    }
}

static Status message_read_binary(Message *message, Error *err)
{
    for (size_t i = 0; i < MESSAGE_ATTRIBUTES; i++) {
        const MessageAttribute *attribute = &message_attributes[i];
        char header[16] = "ce_";
        strcat(header, attribute->name);
        size_t len = 0;
        const char *value = bus_record_header(message->record, header, &len);
        Status status = message_attribute((char *)message + attribute->offset, attribute->size,
                                          header, value, len, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    Error bad;
    message->tombstone = message->event && message->record->value == NULL;
    if (!message->tombstone && json_parse_object(message->record->value, message->record->value_len,
                                                 &message->data, &bad) != STATUS_OK) {
        message_end_unread(message, &bad);
    }
    return STATUS_OK;
}

static Status message_read_structured(Message *message, Error *err)
{
    AUTO_JSON json_t *envelope = NULL;
    Status status =
        json_parse_object(message->record->value, message->record->value_len, &envelope, err);
    for (size_t i = 0; status == STATUS_OK && i < MESSAGE_ATTRIBUTES; i++) {
        const MessageAttribute *attribute = &message_attributes[i];
        const json_t *value = json_object_get(envelope, attribute->name);
        status =
            message_attribute((char *)message + attribute->offset, attribute->size, attribute->name,
                              json_string_value(value), json_string_length(value), err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    const json_t *parent = json_object_get(envelope, "traceparent");
    const json_t *state = json_object_get(envelope, "tracestate");
    message_take_trace(message, json_string_value(parent), json_string_length(parent),
                       json_string_value(state), json_string_length(state));
    json_t *data = json_object_get(envelope, "data");
    if (json_is_object(data)) {
        message->data = json_incref(data);
    } else {
        Error bad;
        error_set_field(&bad, "data", "wrong_type", "data must be a JSON object");
        message_end_unread(message, &bad);
    }
    return STATUS_OK;
}

static bool message_is_structured(const BusRecord *record)
{
    static const char prefix[] = "application/cloudevents";
    size_t len = 0;
    const char *value = bus_record_header(record, "content-type", &len);
    return value != NULL && len >= sizeof prefix - 1 &&
           strncasecmp(value, prefix, sizeof prefix - 1) == 0;
}

Message *message_new(BusRecord *record, int generation)
{
    Message *message = mem_alloc(sizeof *message);
    message->record = record;
    message->generation = generation;
    message->reply_n = 1;
    message->event = topic_is_events(record->topic);
    message_read_trace(message);
    Error err;
    Status status = message_is_structured(record) ? message_read_structured(message, &err)
                                                  : message_read_binary(message, &err);
    if (status != STATUS_OK) {
        message_bury(message, &err);
    }
    message->unreadable = message->fate != MESSAGE_OPEN;
    message->subject = mem_sprintf("%s/%s", message->source, message->id);
    return message;
}

void message_free(Message *message)
{
    if (message != NULL) {
        bus_record_free(message->record);
        json_decref(message->data);
        free(message->subject);
        free(message->trace);
        free(message->reply);
        free(message);
    }
}

static void message_end(Message *message, MessageFate fate, char *fields)
{
    free(message->reply);
    message->reply = fields;
    message->fate = fate;
}

void message_complete(Message *message, char *fields)
{
    message_end(message, MESSAGE_COMPLETED, fields);
}

void message_accept(Message *message, char *fields)
{
    message_end(message, MESSAGE_ACCEPTED, fields);
}

void message_reject(Message *message, const Error *err)
{
    AUTO_STRBUF fields = STRBUF_INIT;
    strbuf_adds(&fields, "\"code\":");
    strbuf_add_json(&fields, err->code, strlen(err->code));
    strbuf_adds(&fields, ",\"field\":");
    strbuf_add_json(&fields, err->field, strlen(err->field));
    strbuf_adds(&fields, ",\"message\":");
    strbuf_add_json(&fields, err->text, strlen(err->text));
    message->cause = *err;
    message_end(message, MESSAGE_REJECTED, strbuf_detach(&fields));
}

void message_bury(Message *message, const Error *err)
{
    message->cause = *err;
    message_end(message, MESSAGE_DEAD, NULL);
}

void message_reopen(Message *message)
{
    message->ordinal = 0;
    message->repeated = false;
    message->reply_n = 1;
    if (!message->unreadable) {
        message_end(message, MESSAGE_OPEN, NULL);
    }
}

void message_cause(const Message *message, char ret[MESSAGE_CAUSE_SIZE])
{
    const BusRecord *record = message->record;
    snprintf(ret, MESSAGE_CAUSE_SIZE, "%s/%" PRId32 "/%d/%" PRId64, record->topic,
             record->partition, message->generation, record->offset);
}

bool message_sequence(const Message *message, int64_t *ret_epoch, int64_t *ret_n)
{
    char text[96];
    int used = 0;
    size_t len = 0;
    const char *value = bus_record_header(message->record, "ce_sequence", &len);
    if (value == NULL || len >= sizeof text) {
        return false;
    }
    memcpy(text, value, len);
    text[len] = '\0';
    return sscanf(text, "%" SCNd64 ".%" SCNd64 "%n", ret_epoch, ret_n, &used) == 2 && used > 0 &&
           *ret_epoch >= 0 && *ret_n >= 0;
}

int64_t message_fingerprint(const BusRecord *record)
{
    uint64_t sum = hash_u64(&record->timestamp_ms, sizeof record->timestamp_ms, 0);
    sum = hash_u64(record->key, record->key_len, sum);
    return (int64_t)hash_u64(record->value, record->value_len, sum);
}
