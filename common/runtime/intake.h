/* intake.h - the partitions that this worker holds, and their messages not yet handled. Layer:
 * runtime.
 *
 * One queue per partition, in offset order. A batch takes a prefix of one or several queues, all
 * for the same handler; they leave the queues when the batch has committed. */
#pragma once

#include <assert.h>
#include <stdbool.h>

#include "base/config.h"
#include "runtime/message.h"
#include "runtime/position.h"
#include "runtime/work.h"

/* Most that one worker holds. No service reads more than stats does: two topics of
 * LEADSPOOL_TOPIC_PARTITIONS each, and one of one. tests/unit/runtime/test_topics.c sums them up.
 */
enum { INTAKE_PARTITIONS_MAX = 256 };
static_assert((int)INTAKE_PARTITIONS_MAX >= 2 * (int)CONFIG_TOPIC_PARTITIONS_MAX + 1,
              "one worker is to hold all partitions of its topics");

typedef struct Held {
    Position position;
    int64_t next_seen; /* records below it are in the queue already, or done */
    int64_t mirrored;  /* the position that Kafka was told last */
    bool paused;       /* fetching is paused: resumed before the partition is let go */
    Message **queue;
    int first; /* index of the oldest message */
    int count;
    int cap;
} Held;

typedef struct Intake {
    Held held[INTAKE_PARTITIONS_MAX];
    int held_count;
    int64_t again_ms;     /* when Kafka is told all positions again; monotonic */
    int turn;             /* which partition begins the next batch */
    int queued;           /* messages in all queues */
    int64_t queued_bytes; /* of memory: keys, headers and what was read from values count too */
} Intake;

/* What one transaction takes. */
typedef struct Batch {
    const Handler *handler; /* NULL: messages that no handler sees (unreadable, of unknown type) */
    Message **messages;
    Held **from; /* the partition of each message */
    int count;
    int cap;
    int64_t bytes;
    bool careful; /* one message, to be marked before it is tried */
} Batch;

Held *intake_find(Intake *intake, const char *topic, int32_t partition);
/* A new empty queue for a claimed position. */
Held *intake_hold(Intake *intake, const Position *position);
/* Takes the message over. */
void intake_add(Intake *intake, Held *held, Message *message);
/* The positions that Kafka is to be told now, of those not halted, into ret, which has room for
 * INTAKE_PARTITIONS_MAX; the number of them. Those that have moved since they were told, and once a
 * minute all: whether Kafka took them is not waited for. They count as told. */
int intake_untold(Intake *intake, int64_t now_ms, BusPartition ret[]);
/* All of them at the next call. */
void intake_tell_again(Intake *intake);
/* Drops the messages of one partition. */
void intake_drop(Intake *intake, Held *held);
/* Drops all messages and partitions. */
void intake_clear(Intake *intake);

/* The handler for a message of this type, or NULL. */
typedef const Handler *(*IntakeHandlerOf)(void *context, const Message *message);
/* How much a batch may take: so many messages, and no more once they have so many bytes. */
typedef struct BatchLimit {
    int messages;
    int64_t bytes;
    bool alone; /* from one partition only */
} BatchLimit;
/* Whether the queues hold so much that no more is to be fetched: from `most` messages or bytes on,
 * and then until both are below half of it. */
bool intake_is_full(const Intake *intake, BatchLimit most, bool was_full);
/* Fills batch (memory is reused); false when nothing is queued. */
bool intake_pick(
    Intake *intake, IntakeHandlerOf handler_of, void *context, BatchLimit limit, Batch *batch);
/* The next batch begins with the partition that this one began with. */
void intake_again(Intake *intake, const Batch *batch);
/* The first `count` messages of the batch are done: they leave their queues and are freed. */
void intake_pop(Intake *intake, Batch *batch, int count);
void batch_done(Batch *batch);
