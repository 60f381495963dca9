/* dlq_letter.h - a dead letter as it can be sent again. Layer: services/cli; pure.
 *
 * What a dead letter says of itself is told in runtime/dead_letter.h. */
#pragma once

#include <stdbool.h>

#include "adapters/bus.h"

/* "importer.commands/12": the 13th letter of importer.commands.dlq. */
typedef struct DlqId {
    char topic[128]; /* the one that could not be read, without .dlq */
    int64_t offset;
} DlqId;
/* STATUS_BAD_INPUT with code usage. */
Status dlq_id_parse(const char *text, DlqId *ret, Error *err) MUST_CHECK;

/* Is the header one that was added when the message became a dead letter? */
bool dlq_header_added(const BusHeader *header);

/* The message as it was, for the topic that it came from; headers: room for BUS_HEADERS_MAX. It
 * borrows from the letter. STATUS_BAD_INPUT with code incomplete_letter when a part of it had to
 * stay behind, with outdated_letter when it is of a topic of events, where the newest counts. */
Status dlq_letter_original(const BusRecord *letter,
                           const char *topic,
                           BusHeader headers[],
                           BusMessage *ret,
                           Error *err) MUST_CHECK;
