/* relay.h - publishes the outbox to Kafka, on a thread of its own. Layer: runtime.
 *
 *   lease lanes ─▶ select rows of my lanes by id ─▶ produce ─▶ all confirmed? ─▶ delete the rows
 *        ▲                                             │ failed: that lane's rest stays, and is
 * replayed └──────── every third of the lease ◀──────────┘
 *
 * Every worker runs one; the lanes are spread over the running workers. A row is deleted only when
 * all its messages are confirmed, and no high-water mark is kept, so a lower id that commits later
 * is not lost (publisher.h, outbox_floor.h). A crash in between publishes again: the same ce_id,
 * and a ce_sequence that consumers have seen. A lane that fails has a pause, in which the others go
 * on. */
#pragma once

#include <stdbool.h>

#include "base/config.h"
#include "base/error.h"

typedef struct Relay Relay;

/* worker_id: unique for this process. cfg is borrowed for the relay's life. */
Status relay_start(const Config *cfg,
                   const char *worker_id,
                   const char *service,
                   Relay **ret,
                   Error *err) MUST_CHECK;
/* After a commit with events: publish now. Any thread. */
void relay_kick(Relay *relay);
/* Did its last look into PostgreSQL fail? It looks every few milliseconds. Any thread. */
bool relay_is_cut_off(const Relay *relay);
/* Is the outbox larger than it may be (backlog.h)? Then nothing is begun that adds to it. Any
 * thread. */
bool relay_is_backed_up(const Relay *relay);
/* Publishes what is there, for two seconds at most, gives the lanes back and ends. NULL is
 * allowed. */
void relay_stop(Relay *relay);
