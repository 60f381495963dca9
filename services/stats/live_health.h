/* live_health.h - does Redis take what we write? Layer: services/stats.
 *
 * Shared by the threads of the process, each with a connection of its own: the first that meets
 * trouble says so once in the log, and it lasts until the clock's thread got an answer again. While
 * there is trouble nobody else waits for Redis. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/strbuf.h"

/* Why all is written again: in the log and in metrics, and for people. */
typedef struct LiveWhy {
    const char *name;
    const char *text;
    bool unready; /* what Redis shows is not to be trusted until all is written */
} LiveWhy;

typedef struct LiveHealth {
    pthread_mutex_t lock; /* of cause and rebuilding */
    Error cause;
    const LiveWhy *rebuilding; /* NULL: what Redis shows is whole, as far as this process knows */
    atomic_bool troubled;
} LiveHealth;

void live_health_init(LiveHealth *health);
void live_health_done(LiveHealth *health);
void live_health_trouble(LiveHealth *health, const Error *cause);
void live_health_well(LiveHealth *health);
bool live_health_is_well(LiveHealth *health);
/* Redis may lack something until live_health_whole(); why is static. Said once in the log. */
void live_health_rebuilding(LiveHealth *health, const LiveWhy *why);
void live_health_whole(LiveHealth *health);
bool live_health_is_whole(LiveHealth *health);
/* For /readyz: there is no trouble, and nothing has to be written again. */
bool live_health_ready(LiveHealth *health, StrBuf *reasons);
