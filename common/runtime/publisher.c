#include "runtime/publisher.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/guard.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metric_table.h"

enum { PUBLISHER_POLL_MS = 5, PUBLISHER_ALONE_MS = 5000, PUBLISHER_STUB_PART_BYTES = 1024 };

/* ---- the producer ---- */

static void publisher_fail(Publisher *publisher, PublisherRow *row, PublisherFate fate)
{
    row->fate = row->fate > fate ? row->fate : fate;
    publisher->failed = true;
}

static PublisherFate publisher_fate(const Publisher *publisher, Status status)
{
    if (status == STATUS_BAD_INPUT) {
        return PUBLISHER_REFUSED;
    }
    return publisher->taking_back || status == STATUS_FATAL ? PUBLISHER_LEFT : PUBLISHER_TROUBLED;
}

static void publisher_delivered(void *context, void *tag, const Error *err)
{
    Publisher *publisher = context;
    PublisherRow *row = tag;
    row->pending--;
    if (err != NULL) {
        publisher_fail(publisher, row, publisher_fate(publisher, err->status));
    } else {
        metric_add(&metric_outbox_published, 1, NULL, NULL);
    }
}

static const char publisher_stub[] = "stub";
static const char publisher_skipped[] = "skipped";
static const char publisher_damaged[] = "damaged";

/* What has not happened yet shows as 0. */
static void publisher_note_unpublishable(void)
{
    const char *const results[] = {publisher_stub, publisher_skipped, publisher_damaged};
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        metric_add(&metric_outbox_unpublishable, 0, results[i], NULL);
    }
}

Status publisher_open(
    Publisher *publisher, const Config *cfg, PublisherMaySend may_send, void *context, Error *err)
{
    *publisher = (Publisher){.cfg = cfg, .may_send = may_send, .context = context};
    publisher_note_unpublishable();
    return producer_open(cfg, publisher_delivered, publisher, &publisher->producer, err);
}

static void publisher_close_producer(Publisher *publisher)
{
    producer_close(publisher->producer);
    publisher->producer = NULL;
}

static void publisher_row_free(PublisherRow *row)
{
    free(row->copy);
    free(row);
}

void publisher_close(Publisher *publisher)
{
    publisher_close_producer(publisher);
    for (int i = 0; i < publisher->row_count; i++) {
        publisher_row_free(publisher->rows[i]);
    }
    publisher->row_count = 0;
}

static void publisher_rebuild(Publisher *publisher)
{
    Error err;
    publisher_close_producer(publisher);
    metric_add(&metric_producer_rebuilds, 1, NULL, NULL);
    if (producer_open(publisher->cfg, publisher_delivered, publisher, &publisher->producer, &err) !=
        STATUS_OK) {
        LOG_ERROR("outbox.producer_failed", "msg=%s", err.text);
    }
}

static bool publisher_is_usable(const Publisher *publisher)
{
    return publisher->producer != NULL && !producer_is_fatal(publisher->producer);
}

/* ---- waiting ---- */

static bool publisher_may_wait(Publisher *publisher)
{
    return !publisher->failed && publisher_is_usable(publisher) &&
           publisher->may_send(publisher->context);
}

static bool publisher_in_flight(const Publisher *publisher)
{
    for (int i = 0; i < publisher->row_count; i++) {
        if (publisher->rows[i]->pending > 0) {
            return true;
        }
    }
    return false;
}

/* Is anything on its way, or still to be sent, that was added for this call? */
static bool publisher_awaits(const Publisher *publisher)
{
    for (int i = 0; i < publisher->row_count; i++) {
        const PublisherRow *row = publisher->rows[i];
        if (row->fresh && (row->pending > 0 || row->unsent)) {
            return true;
        }
    }
    return false;
}

static bool publisher_is_overdue(const Publisher *publisher)
{
    for (int i = 0; i < publisher->row_count; i++) {
        const PublisherRow *row = publisher->rows[i];
        if (row->pending > 0 && clock_mono_ms() >= row->give_up_ms) {
            return true;
        }
    }
    return false;
}

static bool publisher_saw_refusal(const Publisher *publisher)
{
    for (int i = 0; i < publisher->row_count; i++) {
        if (publisher->rows[i]->fate == PUBLISHER_REFUSED) {
            return true;
        }
    }
    return false;
}

static void publisher_leave(PublisherRow *row)
{
    row->fate = row->fate > PUBLISHER_LEFT ? row->fate : PUBLISHER_LEFT;
    row->unsent = false;
}

static void publisher_leave_unsent(Publisher *publisher)
{
    for (int i = 0; i < publisher->row_count; i++) {
        if (publisher->rows[i]->unsent) {
            publisher_leave(publisher->rows[i]);
        }
    }
}

/* What is on its way is given up: it must not come out behind what somebody else sends. The cause
 * may come to light only now, among the reports that were still to be read. */
static void publisher_take_back(Publisher *publisher)
{
    bool taken[PUBLISHER_ROWS_MAX] = {false};
    bool known = publisher->failed;
    for (int i = 0; i < publisher->row_count; i++) {
        taken[i] = publisher->rows[i]->pending > 0;
    }
    publisher->taking_back = true;
    producer_purge(publisher->producer);
    publisher_rebuild(publisher);
    publisher->taking_back = false;
    known = known || publisher_saw_refusal(publisher);
    for (int i = 0; i < publisher->row_count; i++) {
        if (taken[i]) {
            publisher->rows[i]->pending = 0; /* nobody is left who could report it */
            publisher_fail(publisher, publisher->rows[i],
                           known ? PUBLISHER_LEFT : PUBLISHER_TROUBLED);
        }
    }
    publisher_leave_unsent(publisher);
}

/* What has failed, or may not be on its way any more, comes back. */
static void publisher_look_after(Publisher *publisher)
{
    bool may = publisher_may_wait(publisher) && !publisher_is_overdue(publisher);
    if (!may && publisher_in_flight(publisher)) {
        publisher_take_back(publisher);
    } else if (!publisher_is_usable(publisher)) {
        publisher_rebuild(publisher);
    }
}

/* Answers to what was sent by earlier calls. */
static void publisher_poll(Publisher *publisher)
{
    if (publisher_in_flight(publisher) && publisher_is_usable(publisher)) {
        producer_poll(publisher->producer, publisher_awaits(publisher) ? 0 : PUBLISHER_POLL_MS);
    }
}

/* One turn of waiting for answers; false when there is no more to wait for. */
static bool publisher_await(Publisher *publisher, int64_t until_ms)
{
    bool waits =
        publisher_awaits(publisher) && publisher_may_wait(publisher) && clock_mono_ms() < until_ms;
    if (waits) {
        producer_poll(publisher->producer, PUBLISHER_POLL_MS);
    }
    return waits;
}

/* ---- sending ---- */

static Status
publisher_send(Publisher *publisher, const BusMessage *message, PublisherRow *row, Error *err)
{
    for (;;) {
        Status status = producer_send(publisher->producer, message, row, err);
        if (status == STATUS_OK) {
            row->pending++;
        }
        if (status == STATUS_OK || strcmp(err->code, "queue_full") != 0 ||
            !publisher_may_wait(publisher) || publisher_is_overdue(publisher)) {
            return status;
        }
        producer_poll(publisher->producer, PUBLISHER_POLL_MS);
    }
}

/* The same, and nothing else is on its way: the answer is about this message. */
static Status
publisher_send_alone(Publisher *publisher, const BusMessage *message, PublisherRow *row, Error *err)
{
    if (!publisher_is_usable(publisher)) {
        return error_set(err, STATUS_RETRY, "kafka", "no producer");
    }
    publisher->failed = false;
    Status status = publisher_send(publisher, message, row, err);
    if (status != STATUS_OK) {
        return status;
    }
    int64_t until_ms = clock_mono_ms() + PUBLISHER_ALONE_MS;
    while (publisher_await(publisher, until_ms)) {
    }
    publisher_look_after(publisher);
    if (publisher_in_flight(publisher)) {
        publisher_take_back(publisher);
    }
    PublisherFate fate = row->fate;
    row->fate = PUBLISHER_DONE;
    if (fate == PUBLISHER_DONE) {
        return STATUS_OK;
    }
    return error_set(err, fate == PUBLISHER_REFUSED ? STATUS_BAD_INPUT : STATUS_RETRY, "kafka",
                     "not confirmed");
}

typedef Status (*PublisherSend)(Publisher *publisher,
                                const BusMessage *message,
                                PublisherRow *row,
                                Error *err);

/* Headers of ours are kept, those that others put on a message are not. */
static bool publisher_keeps(const BusHeader *header)
{
    static const char *const ours[] = {"ce_", "content-type", "leadspool_", "__connect.errors."};
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        if (strncmp(header->name, ours[i], strlen(ours[i])) == 0) {
            return strlen(header->name) + header->len <= PUBLISHER_STUB_PART_BYTES;
        }
    }
    return false;
}

static Status publisher_send_stub(Publisher *publisher,
                                  const BusMessage *message,
                                  PublisherRow *row,
                                  PublisherSend send,
                                  Error *err)
{
    BusHeader headers[BUS_HEADERS_MAX];
    AUTO_STRBUF value = STRBUF_INIT;
    strbuf_addf(&value, "{\"error\":\"message_too_large\",\"size_bytes\":%zu}", message->value_len);
    BusMessage stub = {
        .topic = message->topic, .value = value.data, .value_len = value.len, .headers = headers};
    if (message->key_len <= PUBLISHER_STUB_PART_BYTES) {
        stub.key = message->key;
        stub.key_len = message->key_len;
    }
    for (int i = 0; i < message->header_count; i++) {
        if (publisher_keeps(&message->headers[i])) {
            headers[stub.header_count++] = message->headers[i];
        }
    }
    return send(publisher, &stub, row, err);
}

/* A message that Kafka will never take must not stop its lane: what is said about it goes in its
 * place, or nothing when that is not taken either. */
static Status publisher_send_any(Publisher *publisher,
                                 const BusMessage *message,
                                 PublisherRow *row,
                                 PublisherSend send,
                                 Error *err)
{
    Status status = send(publisher, message, row, err);
    if (status != STATUS_BAD_INPUT) {
        return status;
    }
    const char *result = publisher_stub;
    status = publisher_send_stub(publisher, message, row, send, err);
    if (status == STATUS_BAD_INPUT) {
        result = publisher_skipped;
        status = STATUS_OK;
    }
    if (status == STATUS_OK) {
        metric_add(&metric_outbox_unpublishable, 1, result, NULL);
        LOG_ERROR("outbox.unpublishable",
                  "topic=%s row=%" PRId64 " result=%s key_bytes=%zu size_bytes=%zu", message->topic,
                  row->id, result, message->key_len, message->value_len);
    }
    return status;
}

/* The damaged rest of a payload can be sent by nobody. */
static void publisher_note_damage(const PublisherRow *row, size_t at)
{
    metric_add(&metric_outbox_unpublishable, 1, publisher_damaged, NULL);
    LOG_ERROR("outbox.damaged", "row=%" PRId64 " at_byte=%zu of=%zu", row->id, at, row->len);
}

/* Sends the messages from *at on, and moves it behind those that it got rid of. */
static Status publisher_send_row(
    Publisher *publisher, PublisherRow *row, size_t *at, PublisherSend send, Error *err)
{
    BusMessage message;
    BusHeader headers[BUS_HEADERS_MAX];
    size_t next = *at;
    while (row->fate == PUBLISHER_DONE &&
           outbox_next(row->payload, row->len, &next, &message, headers)) {
        Status status = publisher_send_any(publisher, &message, row, send, err);
        if (status != STATUS_OK) {
            return status;
        }
        *at = next;
    }
    if (row->fate == PUBLISHER_DONE && next < row->len) {
        publisher_note_damage(row, next);
    }
    return STATUS_OK;
}

/* ---- all rows ---- */

static bool publisher_is_refused(const Publisher *publisher, const PublisherRow *row)
{
    return publisher->refused[row->lane].id == row->id;
}

/* What is still to be sent of the row, as far as Kafka takes it now. */
static void publisher_send_rest(Publisher *publisher, PublisherRow *row)
{
    Error err;
    Status status = publisher_send_row(publisher, row, &row->at, publisher_send, &err);
    row->unsent = status != STATUS_OK && strcmp(err.code, "unknown_producer") == 0;
    if (status != STATUS_OK && !row->unsent) {
        publisher_fail(publisher, row, publisher_fate(publisher, status));
    }
}

static void publisher_send_rows(Publisher *publisher)
{
    bool stopped[OUTBOX_LANES] = {false};
    bool waits[OUTBOX_LANES] = {false};
    for (int i = 0; i < publisher->row_count; i++) {
        PublisherRow *row = publisher->rows[i];
        if (row->unsent && !waits[row->lane]) {
            if ((stopped[row->lane] && !BROKEN(RELAY_ORDER)) ||
                publisher_is_refused(publisher, row) || !publisher_may_wait(publisher)) {
                publisher_leave(row);
            } else {
                publisher_send_rest(publisher, row);
            }
        }
        waits[row->lane] = row->unsent;
        stopped[row->lane] = stopped[row->lane] || row->fate != PUBLISHER_DONE;
    }
}

/* A row that was refused before. Nothing else may be on its way; what is, is not to blame. */
static void publisher_send_refused(Publisher *publisher, PublisherRow *row)
{
    PublisherRefused *refused = &publisher->refused[row->lane];
    Error err;
    if (publisher_in_flight(publisher)) {
        publisher->failed = true;
        publisher_take_back(publisher);
    }
    publisher_leave_unsent(publisher);
    if (publisher_is_usable(publisher)) {
        row->fate = PUBLISHER_DONE;
        Status status =
            publisher_send_row(publisher, row, &refused->at, publisher_send_alone, &err);
        if (status != STATUS_OK) {
            publisher_fail(publisher, row, publisher_fate(publisher, status));
        }
    }
    if (row->fate == PUBLISHER_DONE) {
        *refused = (PublisherRefused){0};
    }
}

static void publisher_send_all_refused(Publisher *publisher)
{
    for (int i = 0; i < publisher->row_count; i++) {
        PublisherRow *row = publisher->rows[i];
        if (row->fresh && publisher_is_refused(publisher, row) && row->fate == PUBLISHER_LEFT) {
            publisher_send_refused(publisher, row);
        }
    }
}

/* Between two calls. */
static void publisher_keep(PublisherRow *row)
{
    if (row->unsent && row->copy == NULL) {
        row->copy = mem_alloc(row->len);
        memcpy(row->copy, row->payload, row->len);
    }
    row->payload = row->copy;
    row->fresh = false;
}

/* Behind the first row of a lane that failed, none counts as done, whatever Kafka took of it;
 * behind one that is on its way, none is settled. */
static void publisher_settle(Publisher *publisher)
{
    bool stopped[OUTBOX_LANES] = {false};
    bool waits[OUTBOX_LANES] = {false};
    for (int i = 0; i < publisher->row_count; i++) {
        PublisherRow *row = publisher->rows[i];
        if (row->fate == PUBLISHER_REFUSED && !stopped[row->lane]) {
            publisher->refused[row->lane] = (PublisherRefused){.id = row->id};
        }
        if (row->fate == PUBLISHER_DONE && stopped[row->lane]) {
            row->fate = PUBLISHER_LEFT;
        }
        stopped[row->lane] = stopped[row->lane] || row->fate != PUBLISHER_DONE;
        row->unsent = row->unsent && !stopped[row->lane];
        waits[row->lane] = waits[row->lane] || row->pending > 0 || row->unsent;
        row->settled = !waits[row->lane];
        publisher_keep(row);
    }
}

void publisher_publish(Publisher *publisher)
{
    publisher->failed = false;
    publisher_look_after(publisher);
    publisher->failed = false;
    publisher_send_rows(publisher);
    publisher_poll(publisher);
    int64_t until_ms = clock_mono_ms() + PUBLISHER_ROUND_MS;
    while (publisher_await(publisher, until_ms)) {
        publisher_send_rows(publisher);
    }
    publisher_look_after(publisher);
    publisher_send_all_refused(publisher);
    publisher_settle(publisher);
}

void publisher_recall(Publisher *publisher)
{
    if (publisher_in_flight(publisher)) {
        publisher_take_back(publisher);
    }
    publisher_leave_unsent(publisher);
    publisher_settle(publisher);
}

/* ---- the table of rows ---- */

bool publisher_has_lane(const Publisher *publisher, int lane)
{
    for (int i = 0; i < publisher->row_count; i++) {
        if (publisher->rows[i]->lane == lane) {
            return true;
        }
    }
    return false;
}

void publisher_add(
    Publisher *publisher, int64_t id, int lane, const char *payload, size_t payload_len)
{
    assert(publisher->row_count < PUBLISHER_ROWS_MAX);
    PublisherRow *row = mem_alloc(sizeof *row);
    *row = (PublisherRow){.id = id,
                          .lane = lane,
                          .payload = payload,
                          .len = payload_len,
                          .fresh = true,
                          .unsent = true,
                          .give_up_ms = clock_mono_ms() + PUBLISHER_PATIENCE_MS};
    publisher->rows[publisher->row_count++] = row;
}

void publisher_forget(Publisher *publisher)
{
    int kept = 0;
    for (int i = 0; i < publisher->row_count; i++) {
        if (publisher->rows[i]->settled) {
            publisher_row_free(publisher->rows[i]);
        } else {
            publisher->rows[kept++] = publisher->rows[i];
        }
    }
    publisher->row_count = kept;
}
