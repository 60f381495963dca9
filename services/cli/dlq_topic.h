/* dlq_topic.h - the letters of one dead-letter topic, oldest first, up to where it ended when it
 * was opened. Layer: services/cli. */
#pragma once

#include "adapters/bus.h"
#include "cli/cli.h"

typedef struct DlqTopic {
    Cli *cli;
    const char *topic; /* without .dlq; borrowed */
    char *letters;     /* with it */
    Consumer *consumer;
    int64_t low; /* offsets that the broker keeps */
    int64_t next;
    int64_t high;
    DbResult *marks; /* by offset */
    int mark;
} DlqTopic;

/* first: an offset, or where it is negative so many letters before the end. STATUS_BAD_INPUT with
 * code unknown_topic when leadspool has no such topic. Close it in any case. */
Status dlq_topic_open(DlqTopic *letters, Cli *cli, const char *topic, int64_t first, Error *err)
    MUST_CHECK;
void dlq_topic_close(DlqTopic *letters);

/* *ret NULL: that was all. To be freed by the caller. *ret_state: "open", or what was done about
 * it: "replayed", "dropped"; a constant. */
Status
dlq_topic_next(DlqTopic *letters, BusRecord **ret, const char **ret_state, Error *err) MUST_CHECK;

/* Remember what was done about a letter of the topic; forgets it of those that are gone. */
Status dlq_topic_mark(DlqTopic *letters, const BusRecord *letter, const char *state, Error *err)
    MUST_CHECK;
