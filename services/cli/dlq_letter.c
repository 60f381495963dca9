#include "cli/dlq_letter.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ids.h"
#include "cli/cli.h"
#include "runtime/topics.h"

static const char *const added_prefixes[] = {"__connect.errors.", "leadspool_error_"};
static const char left_header[] = "leadspool_error_left";

Status dlq_id_parse(const char *text, DlqId *ret, Error *err)
{
    const char *slash = strrchr(text, '/');
    size_t len = slash != NULL ? (size_t)(slash - text) : 0;
    Error bad;
    if (len == 0 || len >= sizeof ret->topic ||
        ids_parse_i64(slash + 1, &ret->offset, &bad) != STATUS_OK) {
        return cli_usage(
            err, "\"%s\" is no dead letter: `leadspool dlq ls` shows them, as TOPIC/OFFSET", text);
    }
    snprintf(ret->topic, sizeof ret->topic, "%.*s", (int)len, text);
    return STATUS_OK;
}

bool dlq_header_added(const BusHeader *header)
{
    for (size_t i = 0; i < sizeof added_prefixes / sizeof added_prefixes[0]; i++) {
        if (strncmp(header->name, added_prefixes[i], strlen(added_prefixes[i])) == 0) {
            return true;
        }
    }
    return false;
}

Status dlq_letter_original(
    const BusRecord *letter, const char *topic, BusHeader headers[], BusMessage *ret, Error *err)
{
    size_t left_len = 0;
    const char *left = bus_record_header(letter, left_header, &left_len);
    if (left != NULL) {
        return error_set(err, STATUS_BAD_INPUT, "incomplete_letter",
                         "%s/%" PRId64
                         " was too large to be kept whole (left behind: %.*s): it has "
                         "to be sent again by whoever sent it",
                         topic, letter->offset, (int)left_len, left);
    }
    if (topic_is_events(topic)) {
        return error_set(err, STATUS_BAD_INPUT, "outdated_letter",
                         "%s/%" PRId64 " tells what was, and would come behind what is newer: "
                         "`leadspool stats rebuild` writes what is, `leadspool dlq drop` sets it "
                         "aside",
                         topic, letter->offset);
    }
    *ret = (BusMessage){.topic = topic,
                        .key = letter->key,
                        .key_len = letter->key_len,
                        .value = letter->value,
                        .value_len = letter->value_len,
                        .headers = headers};
    for (int i = 0; i < letter->header_count; i++) {
        if (!dlq_header_added(&letter->headers[i])) {
            headers[ret->header_count++] = letter->headers[i];
        }
    }
    return STATUS_OK;
}
