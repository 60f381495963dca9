/* follow.h - reads topics from where they end now. Layer: services/cli.
 *
 * Opened before a command is sent, it misses nothing of what the command causes. */
#pragma once

#include "adapters/bus.h"
#include "base/config.h"
#include "base/error.h"

typedef struct Follow Follow;

/* topics: without the namespace; borrowed. STATUS_FATAL with code topics_missing when one of them
 * does not exist. */
Status follow_open(
    const Config *cfg, const char *const topics[], int count, Follow **ret, Error *err) MUST_CHECK;
void follow_close(Follow *follow);

/* The next record, to be freed by the caller, or NULL when none came within wait_ms. */
Status follow_next(Follow *follow, int wait_ms, BusRecord **ret, Error *err) MUST_CHECK;

/* The header's value as a string of the caller's own, or NULL. */
char *follow_header(const BusRecord *record, const char *name);

/* consumer_watermarks() with patience: a topic that was made a moment ago may have no leader yet.
 */
Status follow_watermarks(Consumer *consumer,
                         const char *topic,
                         int partition,
                         int64_t *ret_low,
                         int64_t *ret_high,
                         Error *err) MUST_CHECK;
