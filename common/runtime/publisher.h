/* publisher.h - outbox rows to Kafka, each lane in the order of its rows. Layer: runtime.
 *
 * The rows of a lane are on their way together, and nothing more of it is sent until all of them
 * have settled. A lane that takes long (a partition without a leader) stays on its way over many
 * calls, for PUBLISHER_PATIENCE_MS at most, while others come and go.
 *
 * At the first failure everything that is not yet confirmed, of all lanes, is taken back and the
 * producer replaced, so that nothing of a lane is ever written behind a hole: whoever sends the
 * lane again begins with the first row that was not confirmed. What is behind the first message of
 * a new producer to a partition waits for its confirmation (bus.h), and so does its lane.
 *
 * Which message of a batch is too large, a broker does not say. So a row that was refused for its
 * content is sent message by message the next time, and what is refused then gets a stub in its
 * place; a message that Kafka takes in no form is logged, counted and left out. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "adapters/bus.h"
#include "base/config.h"
#include "base/error.h"
#include "runtime/outbox.h"

enum {
    PUBLISHER_ROWS = 256, /* added before one call */
    PUBLISHER_ROWS_MAX = PUBLISHER_ROWS * OUTBOX_LANES,
    PUBLISHER_LANE_BYTES = 2 << 20, /* of a lane on their way: all lanes fit into the producer */
    PUBLISHER_ROUND_MS = 200,
    PUBLISHER_PATIENCE_MS = 30000,
};

/* Ordered: the worst that happened to a row stays. */
typedef enum PublisherFate {
    PUBLISHER_DONE = 0, /* every message is confirmed */
    PUBLISHER_LEFT,     /* not sent, or taken back because of another row */
    PUBLISHER_TROUBLED, /* Kafka did not confirm it */
    PUBLISHER_REFUSED,  /* Kafka will not take it as it is */
    PUBLISHER_FATES,
} PublisherFate;

typedef struct PublisherRow {
    int64_t id;
    int lane;
    const char *payload; /* borrowed for the first call; what is not sent by then is copied */
    char *copy;
    size_t len;
    size_t at; /* bytes of it that are behind us */
    int64_t give_up_ms;
    PublisherFate fate;
    bool fresh;   /* it was added for this call */
    bool unsent;  /* messages of it are still to be sent */
    int pending;  /* messages on their way */
    bool settled; /* its fate is final: also every earlier row of its lane is settled */
} PublisherRow;

/* A row that is sent message by message. */
typedef struct PublisherRefused {
    int64_t id; /* 0: none */
    size_t at;  /* bytes of it that are behind us */
} PublisherRefused;

/* Asked every few milliseconds while rows are on their way: may they still be? */
typedef bool (*PublisherMaySend)(void *context);

typedef struct Publisher {
    const Config *cfg;
    Producer *producer; /* NULL while none can be opened */
    PublisherMaySend may_send;
    void *context;
    PublisherRefused refused[OUTBOX_LANES];
    bool failed;                            /* since the last wait began */
    bool taking_back;                       /* failures are our own doing */
    PublisherRow *rows[PUBLISHER_ROWS_MAX]; /* those of a lane in the order of their ids */
    int row_count;
} Publisher;

/* cfg and context are borrowed for the publisher's life. publisher_close() is for any outcome. */
Status publisher_open(Publisher *publisher,
                      const Config *cfg,
                      PublisherMaySend may_send,
                      void *context,
                      Error *err) MUST_CHECK;
void publisher_close(Publisher *publisher);

/* Has it rows of the lane? Then no more may be added before they are forgotten. */
bool publisher_has_lane(const Publisher *publisher, int lane);
/* A row to be sent by the next call; in the order of their ids, at most PUBLISHER_ROWS, and of a
 * lane about PUBLISHER_LANE_BYTES. payload is borrowed for that call. */
void publisher_add(
    Publisher *publisher, int64_t id, int lane, const char *payload, size_t payload_len);
/* Sends what was added, looks after what is on its way, and settles what has its answer. Waits for
 * answers to what it sent, PUBLISHER_ROUND_MS long; a little longer when rows were refused. */
void publisher_publish(Publisher *publisher);
/* Takes back all that is on its way; it is settled then. */
void publisher_recall(Publisher *publisher);
/* Drops the rows that are settled. */
void publisher_forget(Publisher *publisher);
