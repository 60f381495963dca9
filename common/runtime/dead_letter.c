#include "runtime/dead_letter.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum { DEAD_LETTER_HEADERS = 14, DEAD_LETTER_MAX_BYTES = 900 * 1024 };

typedef struct DeadLetterHeaders {
    BusHeader headers[BUS_HEADERS_MAX];
    int count;
} DeadLetterHeaders;

static void headers_add(DeadLetterHeaders *all, const char *name, const char *value)
{
    all->headers[all->count++] = (BusHeader){name, value, strlen(value)};
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
    snprintf(topic, sizeof topic, "%s.dlq", record->topic);
    snprintf(partition, sizeof partition, "%" PRId32, record->partition);
    snprintf(offset, sizeof offset, "%" PRId64, record->offset);
    snprintf(tries, sizeof tries, "%d", attempts);
    clock_format_rfc3339(outbox->now_us, at);

    DeadLetterHeaders all = {.count = 0};
    for (int i = 0; i < record->header_count && all.count < BUS_HEADERS_MAX - DEAD_LETTER_HEADERS;
         i++) {
        all.headers[all.count++] = record->headers[i];
    }
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

    BusMessage letter = {.topic = topic,
                         .key = record->key,
                         .key_len = record->key_len,
                         .value = record->value,
                         .value_len = record->value_len,
                         .header_count = all.count,
                         .headers = all.headers};
    if (record->value_len > DEAD_LETTER_MAX_BYTES) {
        /* Too large to be sent again with more headers: where it lies says enough. */
        headers_add(&all, "leadspool_error_value", "left where it was, too large to copy");
        letter.header_count = all.count;
        letter.value = NULL;
        letter.value_len = 0;
    }
    outbox_add_raw(outbox, &letter);
}
