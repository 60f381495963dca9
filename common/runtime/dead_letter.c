#include "runtime/dead_letter.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "runtime/topics.h"

enum { DEAD_LETTER_HEADERS = 14, DEAD_LETTER_SMALL_HEADER = 1024 };

/* What is left behind: key, headers, value. */
static const char *const dead_letter_left[2][2][2] = {
    {{NULL, "value"}, {"headers", "headers, value"}},
    {{"key", "key, value"}, {"key, headers", "key, headers, value"}},
};

typedef struct DeadLetterHeaders {
    BusHeader headers[BUS_HEADERS_MAX];
    int count;
} DeadLetterHeaders;

static void headers_add(DeadLetterHeaders *all, const char *name, const char *value)
{
    all->headers[all->count++] = (BusHeader){name, value, strlen(value)};
}

static size_t header_size(const BusHeader *header)
{
    return strlen(header->name) + header->len;
}

static size_t headers_size(const BusRecord *record)
{
    size_t size = 0;
    for (int i = 0; i < record->header_count; i++) {
        size += header_size(&record->headers[i]);
    }
    return size;
}

static bool headers_keep(DeadLetterHeaders *all, const BusRecord *record, size_t largest)
{
    int kept = 0;
    for (int i = 0; i < record->header_count; i++) {
        if (header_size(&record->headers[i]) <= largest &&
            all->count < BUS_HEADERS_MAX - DEAD_LETTER_HEADERS) {
            all->headers[all->count++] = record->headers[i];
            kept++;
        }
    }
    return kept == record->header_count;
}

/* The record's own key, headers and value, as far as they can be sent again; returns what cannot,
 * in words. */
static const char *
letter_fill(const BusRecord *record, DeadLetterHeaders *all, BusMessage *ret_letter)
{
    bool keep_key = record->key_len <= DEAD_LETTER_MAX_BYTES / 2;
    size_t used = (keep_key ? record->key_len : 0) + headers_size(record);
    bool keep_headers = used <= DEAD_LETTER_MAX_BYTES;
    bool keep_value = keep_headers && used + record->value_len <= DEAD_LETTER_MAX_BYTES;
    if (keep_key) {
        ret_letter->key = record->key;
        ret_letter->key_len = record->key_len;
    }
    if (keep_value) {
        ret_letter->value = record->value;
        ret_letter->value_len = record->value_len;
    }
    keep_headers = headers_keep(all, record, keep_headers ? SIZE_MAX : DEAD_LETTER_SMALL_HEADER);
    return dead_letter_left[!keep_key][!keep_headers][!keep_value];
}

void dead_letter_add(const Message *message, const char *service, int attempts, Outbox *outbox)
{
    const BusRecord *record = message->record;
    const Error *cause = &message->cause;
    char topic[128];
    char partition[16];
    char offset[24];
    char tries[16];
    char at[CLOCK_RFC3339_SIZE];
    snprintf(topic, sizeof topic, "%s" TOPIC_DEAD_LETTERS, record->topic);
    snprintf(partition, sizeof partition, "%" PRId32, record->partition);
    snprintf(offset, sizeof offset, "%" PRId64, record->offset);
    snprintf(tries, sizeof tries, "%d", attempts);
    clock_format_rfc3339(outbox->now_us, at);

    DeadLetterHeaders all = {.count = 0};
    BusMessage letter = {.topic = topic};
    const char *left = letter_fill(record, &all, &letter);
    headers_add(&all, "__connect.errors.topic", record->topic);
    headers_add(&all, "__connect.errors.partition", partition);
    headers_add(&all, "__connect.errors.offset", offset);
    headers_add(&all, "__connect.errors.stage", "TASK_PUT");
    headers_add(&all, "__connect.errors.exception.class.name", cause->code);
    headers_add(&all, "__connect.errors.exception.message", cause->text);
    headers_add(&all, "leadspool_error_code", cause->code);
    headers_add(&all, "leadspool_error_field", cause->field);
    headers_add(&all, "leadspool_error_service", service);
    headers_add(&all, "leadspool_error_version", LEADSPOOL_VERSION);
    headers_add(&all, "leadspool_error_attempts", tries);
    headers_add(&all, "leadspool_error_at", at);

    if (left != NULL) {
        headers_add(&all, "leadspool_error_left", left);
    }
    letter.header_count = all.count;
    letter.headers = all.headers;
    outbox_add_raw(outbox, &letter);
}
