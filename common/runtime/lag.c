#include "runtime/lag.h"

#include <string.h>
#include <time.h>

#include "base/metric_table.h"

typedef struct TopicLag {
    int64_t records;
    int64_t oldest_ms; /* 0: none */
} TopicLag;

/* Kafka's times are of the real clock, also in a simulation. */
static int64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void lag_add(TopicLag *lag, const Held *held, const Consumer *consumer)
{
    const Position *position = &held->position;
    int64_t records =
        consumer_end(consumer, position->topic, position->partition) - position->next_offset;
    lag->records += records > held->count ? records : held->count;
    if (held->count > 0) {
        int64_t read_ms = held->queue[held->first]->record->timestamp_ms;
        lag->oldest_ms = lag->oldest_ms == 0 || read_ms < lag->oldest_ms ? read_ms : lag->oldest_ms;
    }
}

static void
lag_tell_topic(const Intake *intake, const Consumer *consumer, const char *topic, int64_t now_ms)
{
    TopicLag lag = {0};
    for (int i = 0; i < intake->held_count; i++) {
        if (strcmp(intake->held[i].position.topic, topic) == 0) {
            lag_add(&lag, &intake->held[i], consumer);
        }
    }
    bool waits = lag.oldest_ms > 0 && lag.oldest_ms < now_ms;
    metric_set(&metric_lag_records, (double)lag.records, topic, NULL);
    metric_set(&metric_lag_seconds, waits ? (double)(now_ms - lag.oldest_ms) / 1000.0 : 0, topic,
               NULL);
}

void lag_tell(const Holding *holding, const char *const topics[], int topic_count)
{
    const Intake *intake = holding->intake;
    int64_t now_ms = wall_ms();
    int halted = 0;
    for (int i = 0; i < topic_count; i++) {
        lag_tell_topic(intake, holding->consumer, topics[i], now_ms);
    }
    for (int i = 0; i < intake->held_count; i++) {
        halted += intake->held[i].position.halted;
    }
    metric_set(&metric_partitions, intake->held_count - halted, "read", NULL);
    metric_set(&metric_partitions, halted, "halted", NULL);
    metric_set(&metric_partitions, holding->left_out, "left_out", NULL);
}
