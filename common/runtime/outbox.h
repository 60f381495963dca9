/* outbox.h - the events of one transaction, gathered and written with it. Layer: runtime.
 *
 * An Outbox belongs to one transaction at a time: outbox_reset(), add events while rows are locked,
 * outbox_write() after all other rows are locked and just before the positions. The relay publishes
 * what committed (relay.h).
 *
 * A topic's key always maps to the same lane: that of the counters of lists is OUTBOX_LIVE_LANE, so
 * that they overtake what is published in bulk. Row ids are drawn by outbox_store(), so that for
 * any one subject the order of ids is the order of commits. */
#pragma once

#include <stdint.h>

#include "adapters/bus.h"
#include "adapters/db.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/strbuf.h"
#include "base/trace.h"

enum { OUTBOX_LANES = 17, OUTBOX_LIVE_LANE = 16, OUTBOX_ROW_BYTES = 512 * 1024 };

/* One event. All text is borrowed for the call. cause names what made it happen, without the
 * ordinal: "topic/partition/generation/offset", "job/lane/chunk", or the subject where a timer did;
 * with ordinal it gives ce_id. n is the number that rises for this subject in commit order. */
typedef struct Event {
    const char *topic;
    const char *key;
    size_t key_len;
    const char *type;
    const char *subject;
    const char *correlation; /* ce_id of the command that caused it, or NULL */
    const Trace *trace;      /* of that command; NULL: the transaction's */
    const char *campaign;    /* header of what goes to dialers; NULL: none */
    const char *cause;
    int ordinal; /* among the events of the same cause */
    int64_t n;
    int n_ordinal;    /* among the events of this subject and n */
    const char *data; /* a JSON object; NULL: a tombstone */
    size_t data_len;
} Event;

typedef struct Outbox {
    char *source; /* ce_source of our events */
    int64_t now_us;
    char time[CLOCK_RFC3339_SIZE]; /* now_us, as the events say it */
    int64_t epoch;
    const Trace *trace; /* of the only command or job at work; borrowed; NULL: none, or several */
    StrBuf lanes[OUTBOX_LANES];
    int counts[OUTBOX_LANES];
    /* Rows already cut, when a lane grew beyond OUTBOX_ROW_BYTES. */
    DbArray row_lanes;
    DbArray row_counts;
    DbArray row_payloads;
} Outbox;

void outbox_init(Outbox *outbox, const char *ns);
void outbox_done(Outbox *outbox);
/* Begin for a new transaction, or a new try of one. */
void outbox_reset(Outbox *outbox, int64_t epoch, int64_t now_us);

void outbox_add(Outbox *outbox, const Event *event);
/* Any message at all, with its headers as given (dead letters). */
void outbox_add_raw(Outbox *outbox, const BusMessage *message);
/* Writes the rows in the open transaction; nothing when there are no events. */
Status outbox_store(Outbox *outbox, Db *db, Error *err) MUST_CHECK;

/* Takes the message at *at out of a row's payload and moves *at on; headers: BUS_HEADERS_MAX
 * entries of the caller's. False at the end, or when the payload is damaged (then *at is not at its
 * end). */
bool outbox_next(const char *payload, size_t len, size_t *at, BusMessage *ret, BusHeader headers[]);
