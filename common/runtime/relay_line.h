/* relay_line.h - a part of a relay: the thread that publishes some lanes (relay.h). Layer: runtime.
 *
 *   lease lanes ─▶ select rows of my lanes by id ─▶ produce ─▶ all confirmed? ─▶ delete the rows
 *        ▲                                             │ failed: that lane's rest stays, and is
 * replayed └──────── every third of the lease ◀──────────┘
 *
 * A row is deleted only when all its messages are confirmed, and no high-water mark is kept, so a
 * lower id that commits later is not lost (publisher.h, outbox_floor.h). A crash in between
 * publishes again: the same ce_id, and a ce_sequence that consumers have seen. A lane that fails
 * has a pause, in which the others go on. */
#pragma once

#include <stdbool.h>
#include <time.h>

#include "base/config.h"
#include "base/error.h"
#include "runtime/backlog.h"
#include "runtime/lane_lease.h"

/* All borrowed for the line's life. */
typedef struct RelayLineParts {
    const Config *cfg;
    const char *worker_id; /* unique for this process */
    const char *service;
    const RelayLanes *lanes;
    Backlog *backlog; /* to be looked at from its thread; NULL: by nobody here */
} RelayLineParts;

typedef struct RelayLine RelayLine;

Status relay_line_start(const RelayLineParts *parts, RelayLine **ret, Error *err) MUST_CHECK;
/* Publish now. Any thread. */
void relay_line_kick(RelayLine *line);
/* Did its last look into PostgreSQL fail? It looks every few milliseconds. Any thread. */
bool relay_line_is_cut_off(const RelayLine *line);
/* It publishes what is there, for two seconds at most, and gives the lanes back. */
void relay_line_ask_to_stop(RelayLine *line);
/* Waits for that; false when it has not ended by then (clock_mono_in): its thread still uses all
 * of it. */
bool relay_line_await(RelayLine *line, const struct timespec *deadline) MUST_CHECK;
/* Once it has ended. */
void relay_line_free(RelayLine *line);
