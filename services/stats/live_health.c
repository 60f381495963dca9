#include "stats/live_health.h"

#include "base/log.h"
#include "base/metric_table.h"

void live_health_init(LiveHealth *health)
{
    pthread_mutex_init(&health->lock, NULL);
    atomic_init(&health->troubled, false);
    metric_set(&metric_redis_up, 1, NULL, NULL);
}

void live_health_done(LiveHealth *health)
{
    pthread_mutex_destroy(&health->lock);
}

void live_health_trouble(LiveHealth *health, const Error *cause)
{
    pthread_mutex_lock(&health->lock);
    bool was = atomic_exchange(&health->troubled, true);
    health->cause = *cause;
    pthread_mutex_unlock(&health->lock);
    if (!was) {
        metric_set(&metric_redis_up, 0, NULL, NULL);
        LOG_WARN("redis.trouble", "code=%s msg=%s", cause->code, cause->text);
    }
}

void live_health_well(LiveHealth *health)
{
    pthread_mutex_lock(&health->lock);
    bool was = atomic_exchange(&health->troubled, false);
    pthread_mutex_unlock(&health->lock);
    if (was) {
        metric_set(&metric_redis_up, 1, NULL, NULL);
        LOG_INFO("redis.well");
    }
}

bool live_health_is_well(LiveHealth *health)
{
    return !atomic_load(&health->troubled);
}

void live_health_rebuilding(LiveHealth *health, const LiveWhy *why)
{
    pthread_mutex_lock(&health->lock);
    bool told = health->rebuilding == why;
    health->rebuilding = why;
    pthread_mutex_unlock(&health->lock);
    if (!told) {
        LOG_INFO("redis.rebuilding", "why=%s msg=%s", why->name, why->text);
    }
}

void live_health_whole(LiveHealth *health)
{
    pthread_mutex_lock(&health->lock);
    health->rebuilding = NULL;
    pthread_mutex_unlock(&health->lock);
}

bool live_health_is_whole(LiveHealth *health)
{
    pthread_mutex_lock(&health->lock);
    bool whole = health->rebuilding == NULL;
    pthread_mutex_unlock(&health->lock);
    return whole;
}

bool live_health_ready(LiveHealth *health, StrBuf *reasons)
{
    pthread_mutex_lock(&health->lock);
    bool troubled = atomic_load(&health->troubled);
    const LiveWhy *why = health->rebuilding;
    if (troubled) {
        strbuf_addf(reasons, "%s: %s\n", health->cause.code, health->cause.text);
    }
    pthread_mutex_unlock(&health->lock);
    if (why != NULL) {
        strbuf_addf(reasons, "redis_rebuilding: %s\n", why->text);
    }
    return !troubled && why == NULL;
}
