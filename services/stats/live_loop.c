#include "stats/live_loop.h"

#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

enum { LOOP_MS = 200 };

struct LiveLoop {
    const LiveLoopKind *kind;
    void *context;
    LiveHealth *health;
    LiveLead *lead;
    Db *db;
    LiveStore *store;
    pthread_t thread;
    atomic_bool forgets;
    int64_t connects; /* of the store, as of the tick before; 0: none yet */
};

static bool loop_goes_on(void *context)
{
    const LiveLoop *loop = context;
    return !atomic_load(&loop->lead->stopping) && atomic_load(&loop->lead->shows);
}

/* What the connection before took may lie on a server that was replaced. */
static bool loop_connected_anew(LiveLoop *loop)
{
    int64_t before = loop->connects;
    loop->connects = live_store_connects(loop->store);
    return before != 0 && before != loop->connects;
}

static void loop_tick(LiveLoop *loop)
{
    static LogRate rate = LOG_RATE_INIT(3, 60000);
    Error err;
    Rebuild all = {.db = loop->db,
                   .store = loop->store,
                   .now_us = clock_now_us(),
                   .goes_on = loop_goes_on,
                   .context = loop};
    if (atomic_exchange(&loop->forgets, false) || loop_connected_anew(loop)) {
        loop->kind->forget(loop->context);
    }
    Status status = loop->kind->tick(loop->context, &all, &err);
    if (status != STATUS_OK && strncmp(err.code, "redis_", 6) != 0) { /* LiveHealth told those */
        log_rate_limited(&rate, LOG_LEVEL_WARN, "stats.trouble", " loop=%s code=%s msg=%s",
                         loop->kind->name, err.code, err.text);
    }
}

static void *loop_main(void *opaque)
{
    LiveLoop *loop = opaque;
    while (!atomic_load(&loop->lead->stopping)) {
        if (loop_goes_on(loop) && live_health_is_well(loop->health)) {
            loop_tick(loop);
        }
        clock_nap(LOOP_MS);
    }
    return NULL;
}

static void loop_free(LiveLoop *loop)
{
    loop->kind->free(loop->context);
    live_store_free(loop->store);
    db_close(loop->db);
    free(loop);
}

LiveLoop *live_loop_start(const LiveLoopKind *kind,
                          void *context,
                          const ServiceParts *parts,
                          LiveHealth *health,
                          LiveLead *lead)
{
    LiveLoop *loop = mem_alloc(sizeof *loop);
    *loop = (LiveLoop){.kind = kind, .context = context, .health = health, .lead = lead};
    AUTO_FREE char *db_name = mem_sprintf("leadspool stats %s", kind->name);
    AUTO_FREE char *store_name = mem_sprintf("leadspool-stats-%s", kind->name);
    loop->db = db_new(parts->cfg->database_url, parts->cfg->ns, db_name);
    loop->store = live_store_new(parts->cfg, health, store_name);
    if (pthread_create(&loop->thread, NULL, loop_main, loop) != 0) {
        loop_free(loop);
        return NULL;
    }
    return loop;
}

void live_loop_forget(LiveLoop *loop)
{
    atomic_store(&loop->forgets, true);
}

bool live_loop_stop(LiveLoop *loop, const struct timespec *deadline)
{
    if (loop == NULL) {
        return true;
    }
    if (!clock_join(loop->thread, deadline)) {
        return false;
    }
    loop_free(loop);
    return true;
}
