/* work.h - what a service gives its runtime: handlers for messages, and what a handler gets. Layer:
 * runtime.
 *
 * The runtime gathers messages of one handler into a batch and runs
 *
 *   prepare ─▶ BEGIN ─▶ [recall] ─▶ apply ─▶ [record] ─▶ replies ─▶ outbox ─▶ positions ─▶ COMMIT
 * ─▶ committed
 *
 * Lock order inside apply: number rows → leads (by lead_id) → list_stats (by list) → jobs; the rest
 * is the runtime's. A handler that returns STATUS_RETRY is tried again from prepare on;
 * STATUS_BAD_INPUT splits the batch until the one bad message stands alone, which goes to the dead
 * letters. */
#pragma once

#include "adapters/db.h"
#include "runtime/message.h"
#include "runtime/outbox.h"

typedef struct Work {
    void *service;      /* the service's own, from its open() */
    Db *db;             /* in apply: a transaction is open; in prepare: none is */
    Outbox *outbox;     /* in apply only */
    Message **messages; /* those still open, in order; apply gives each a fate */
    int count;
    int64_t now_us;
} Work;

typedef struct Handler {
    const char *type;
    const char *topic; /* the command topic that takes it; NULL: each of the service's */
    int most;          /* messages in one transaction, at most */
    bool recorded;     /* the command table knows it (then most is 1) */
    Status (*prepare)(Work *work, Error *err); /* may be NULL */
    Status (*apply)(Work *work, Error *err);
} Handler;
