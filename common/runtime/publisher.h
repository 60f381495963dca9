/* publisher.h - outbox rows to Kafka, each lane in the order of its rows. Layer: runtime.
 *
 * All rows of a call are on their way together. At the first failure everything that is not yet
 * confirmed is taken back and the producer replaced, so that nothing of a lane is ever written
 * behind a hole: whoever sends the lane again begins with the first row that was not confirmed.
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

enum { PUBLISHER_ROWS = 256, PUBLISHER_PATIENCE_MS = 30000 };

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
    const char *payload; /* borrowed for the call */
    size_t len;
    PublisherFate fate;
    int pending; /* messages on their way */
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
    int64_t give_up_ms;
    bool failed;      /* since the last wait began */
    bool taking_back; /* failures are our own doing */
    PublisherRow rows[PUBLISHER_ROWS];
    int row_count;
} Publisher;

/* cfg and context are borrowed for the publisher's life. publisher_close() is for any outcome. */
Status publisher_open(Publisher *publisher,
                      const Config *cfg,
                      PublisherMaySend may_send,
                      void *context,
                      Error *err) MUST_CHECK;
void publisher_close(Publisher *publisher);

/* Sends publisher->rows, which come in the order of their ids, and sets the fate of each; returns
 * when nothing is on its way any more, after PUBLISHER_PATIENCE_MS and a little at the latest. */
void publisher_publish(Publisher *publisher);
