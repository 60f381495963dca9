/* Rights that the broker refused this process, and topics that it does not have, by what they are
 * to: told when they are missed and when they are there, and kept for whoever asks. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "adapters/bus_internal.h"
#include "base/clock.h"
#include "base/log.h"

enum { MISSED_MOST = 64, MISSED_NAME = 250, MISSED_TOLD_MS = 10000, MISSED_KEPT_MS = 60000 };

/* What is asked for again and again is missing until it was not refused; of the rest, nobody may
 * ask again who would see that it is there. */
static const struct RightKind {
    const char *operation;
    const char *resource;
    bool asked_again;
} right_kinds[] = {
    [BUS_READ_TOPIC] = {"Read", "topic", true},
    [BUS_READ_GROUP] = {"Read", "group", true},
    [BUS_WRITE_TOPIC] = {"Write", "topic", false},
    [BUS_WRITE_ANY] = {"Write", "any topic of namespace", false},
    [BUS_DESCRIBE_TOPIC] = {"Describe", "topic", false},
    [BUS_DESCRIBE_CONFIGS_TOPIC] = {"DescribeConfigs", "topic", false},
    [BUS_CREATE_TOPIC] = {"Create", "topic", false},
    [BUS_TOPIC] = {"", "topic", true},
};

typedef struct Missed {
    BusRight right;
    char name[MISSED_NAME];
    int64_t seen_ms;
    int64_t told_ms;
} Missed;

static struct {
    pthread_mutex_t lock;
    atomic_int count;
    Missed rows[MISSED_MOST];
} missed = {.lock = PTHREAD_MUTEX_INITIALIZER};

void bus_right_text(BusRight right, const char *name, char *ret, size_t size)
{
    if (right == BUS_TOPIC) {
        snprintf(ret, size,
                 "there is no topic %s, or nobody may see it: `leadspool migrate` makes it", name);
        return;
    }
    snprintf(ret, size,
             "a right is missing: %s of %s %s: `leadspool topics print --as kafka-acls` prints "
             "what gives it",
             right_kinds[right].operation, right_kinds[right].resource, name);
}

static void missed_tell(const Missed *row)
{
    char text[MISSED_NAME + 200];
    const struct RightKind *kind = &right_kinds[row->right];
    bool group = row->right == BUS_READ_GROUP;
    bus_right_text(row->right, row->name, text, sizeof text);
    if (row->right == BUS_TOPIC) {
        log_event(LOG_LEVEL_WARN, "kafka.topic_missing", " topic=%s msg=%s", row->name, text);
        return;
    }
    log_event(LOG_LEVEL_WARN, "kafka.right_missing",
              group ? " right=%s group=%s msg=%s" : " right=%s topic=%s msg=%s", kind->operation,
              row->name, text);
}

static Missed *missed_find(BusRight right, const char *name)
{
    for (int i = 0; i < missed.count; i++) {
        if (missed.rows[i].right == right && strcmp(missed.rows[i].name, name) == 0) {
            return &missed.rows[i];
        }
    }
    return NULL;
}

static Missed *missed_add(BusRight right, const char *name)
{
    if (missed.count == MISSED_MOST) {
        return NULL;
    }
    Missed *row = &missed.rows[missed.count++];
    *row = (Missed){.right = right, .told_ms = -MISSED_TOLD_MS};
    snprintf(row->name, sizeof row->name, "%s", name);
    return row;
}

static void missed_drop(Missed *row)
{
    *row = missed.rows[--missed.count];
}

void bus_right_missed(BusRight right, const char *name)
{
    int64_t now_ms = clock_mono_ms();
    pthread_mutex_lock(&missed.lock);
    Missed *row = missed_find(right, name);
    row = row != NULL ? row : missed_add(right, name);
    if (row != NULL) {
        row->seen_ms = now_ms;
    }
    if (row != NULL && now_ms >= row->told_ms + MISSED_TOLD_MS) {
        row->told_ms = now_ms;
        missed_tell(row);
    }
    pthread_mutex_unlock(&missed.lock);
}

static void there_tell(BusRight right, const char *name)
{
    if (right == BUS_TOPIC) {
        log_event(LOG_LEVEL_INFO, "kafka.topic_there", " topic=%s", name);
        return;
    }
    log_event(LOG_LEVEL_INFO, "kafka.right_there",
              right == BUS_READ_GROUP ? " right=%s group=%s" : " right=%s topic=%s",
              right_kinds[right].operation, name);
}

void bus_right_there(BusRight right, const char *name)
{
    if (missed.count == 0) {
        return;
    }
    pthread_mutex_lock(&missed.lock);
    Missed *row = missed_find(right, name);
    if (row != NULL) {
        missed_drop(row);
        there_tell(right, name);
    }
    pthread_mutex_unlock(&missed.lock);
}

bool bus_right_is_missed(BusRight right, const char *name)
{
    if (missed.count == 0) {
        return false;
    }
    pthread_mutex_lock(&missed.lock);
    bool found = missed_find(right, name) != NULL;
    pthread_mutex_unlock(&missed.lock);
    return found;
}

bool bus_rights_missed(StrBuf *out)
{
    if (missed.count == 0) {
        return false;
    }
    int64_t now_ms = clock_mono_ms();
    pthread_mutex_lock(&missed.lock);
    for (int i = 0; i < missed.count; i++) {
        Missed *row = &missed.rows[i];
        if (!right_kinds[row->right].asked_again && now_ms > row->seen_ms + MISSED_KEPT_MS) {
            missed_drop(row);
            i--;
            continue;
        }
        char text[MISSED_NAME + 200];
        bus_right_text(row->right, row->name, text, sizeof text);
        strbuf_addf(out, "Kafka: %s\n", text);
    }
    bool any = missed.count > 0;
    pthread_mutex_unlock(&missed.lock);
    return any;
}
