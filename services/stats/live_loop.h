/* live_loop.h - a thread that shows something over and over while this process leads. Layer:
 * services/stats.
 *
 * It has connections of its own, so that however long it takes neither the lease nor what was lost
 * waits for it (stats_clock.h). What it writes says of which version it is: one that goes on for a
 * while after another process leads does no harm. */
#pragma once

#include <stdatomic.h>
#include <time.h>

#include "adapters/db.h"
#include "runtime/service.h"
#include "stats/rebuild.h"

/* Kept by the clock's thread for all loops. */
typedef struct LiveLead {
    atomic_bool shows; /* it leads, and Redis has all lists */
    atomic_bool stopping;
} LiveLead;

typedef struct LiveLoopKind {
    const char *name; /* of its connections */
    /* all: the loop's connections, the moment, and until when; what it counts is for the tick. */
    Status (*tick)(void *context, Rebuild *all, Error *err);
    void (*forget)(void *context); /* Redis may have lost what was written */
    void (*free)(void *context);
} LiveLoopKind;

typedef struct LiveLoop LiveLoop;
/* Five ticks a second at most, none while Redis is in trouble. context is taken over; the rest is
 * borrowed for its life. NULL: there is no thread for it; context is freed. */
LiveLoop *live_loop_start(const LiveLoopKind *kind,
                          void *context,
                          const ServiceParts *parts,
                          LiveHealth *health,
                          LiveLead *lead);
/* All is to be written again, from its next tick on. Any thread. */
void live_loop_forget(LiveLoop *loop);
/* Frees it once the tick under way has ended; false when that is not before the deadline
 * (clock_mono_in): its thread still uses all of it. After lead->stopping. NULL is allowed. */
bool live_loop_stop(LiveLoop *loop, const struct timespec *deadline);
