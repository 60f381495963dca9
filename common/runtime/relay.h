/* relay.h - publishes the outbox to Kafka, on threads of its own. Layer: runtime.
 *
 * Every worker runs one; the lanes are spread over the running workers. The counters of lists have
 * a line of their own (OUTBOX_LIVE_LANE), so that dashboards do not wait behind what is published
 * in bulk: another thread, another producer. */
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
/* Publishes what is there, for two seconds at most, and gives the lanes back. False: threads go on,
 * up to the end of the process. NULL is allowed. */
bool relay_stop(Relay *relay);
/* Of one that was stopped, and that nobody kicks any more. NULL is allowed. */
void relay_free(Relay *relay);
