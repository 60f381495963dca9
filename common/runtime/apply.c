#include "runtime/apply.h"

#include <string.h>

#include "base/clock.h"
#include "base/guard.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metric_table.h"
#include "runtime/command.h"
#include "runtime/dead_letter.h"

static const char *const apply_results[] = {
    [MESSAGE_OPEN] = "applied",      [MESSAGE_COMPLETED] = "applied",
    [MESSAGE_REJECTED] = "rejected", [MESSAGE_ACCEPTED] = "accepted",
    [MESSAGE_DEAD] = "dead",
};

void apply_init(Apply *apply,
                Db *db,
                const char *ns,
                const char *service_name,
                const char *group,
                void *service)
{
    *apply = (Apply){.db = db, .service = service, .service_name = service_name, .group = group};
    outbox_init(&apply->outbox, ns);
}

void apply_show(const char *const topics[], int topic_count)
{
    for (int i = 0; i < topic_count; i++) {
        for (MessageFate fate = MESSAGE_COMPLETED; fate <= MESSAGE_DEAD; fate++) {
            metric_add(&metric_messages, 0, topics[i], apply_results[fate]);
        }
    }
}

void apply_done(Apply *apply)
{
    outbox_done(&apply->outbox);
    free(apply->open);
}

static void apply_note_moves(Apply *apply, const Batch *batch, int count)
{
    apply->move_count = 0;
    for (int i = 0; i < count; i++) {
        Position *position = &batch->from[i]->position;
        const BusRecord *record = batch->messages[i]->record;
        int at = 0;
        while (at < apply->move_count && apply->moves[at].position != position) {
            at++;
        }
        if (at == apply->move_count) {
            apply->move_count++;
        }
        apply->moves[at] =
            (PositionMove){position, record->offset + 1, message_fingerprint(record)};
    }
}

static int apply_gather_open(Apply *apply, const Batch *batch, int count)
{
    if (apply->open_cap < count) {
        apply->open_cap = count;
        apply->open = mem_realloc(apply->open, (size_t)count * sizeof *apply->open);
    }
    int open = 0;
    for (int i = 0; i < count; i++) {
        if (batch->messages[i]->fate == MESSAGE_OPEN) {
            apply->open[open++] = batch->messages[i];
        }
    }
    return open;
}

static Status apply_handler(Apply *apply, const Batch *batch, int count, int64_t now_us, Error *err)
{
    const Handler *handler = batch->handler;
    Status status = STATUS_OK;
    if (handler->recorded && count == 1 && batch->messages[0]->fate == MESSAGE_OPEN &&
        !BROKEN(COMMAND_RECALL)) {
        status = command_recall(apply->db, batch->messages[0], now_us, err);
    }
    Work work = {.service = apply->service,
                 .db = apply->db,
                 .outbox = &apply->outbox,
                 .count = apply_gather_open(apply, batch, count),
                 .now_us = now_us};
    work.messages = apply->open;
    if (status == STATUS_OK && work.count > 0) {
        status = handler->apply(&work, err);
    }
    if (status == STATUS_OK && handler->recorded && count == 1 && !batch->messages[0]->repeated &&
        !BROKEN(COMMAND_RECALL)) {
        status = command_record(apply->db, batch->messages[0], now_us, err);
    }
    return status;
}

/* What no handler is for is answered all the same, unless it was ended when it was read. */
static void apply_unknown(const Batch *batch, int count, int64_t now_us)
{
    for (int i = 0; i < count; i++) {
        Message *message = batch->messages[i];
        message->reply_n = now_us + 1 + i; /* as that of a recorded one, whose id it may have */
        if (message->fate == MESSAGE_OPEN && !message->event) {
            Error unknown;
            error_set_field(&unknown, "ce_type", "unknown_type",
                            "%s is no command of this service: see the list of messages",
                            message->type);
            message_reject(message, &unknown);
        }
    }
}

/* How often the message was tried, as far as marks tell. */
static int apply_attempts(const Batch *batch)
{
    int marked = batch->from[0]->position.marked_times;
    return batch->careful && marked > 0 ? marked : 1;
}

static void apply_answer(Apply *apply, const Batch *batch, int count)
{
    for (int i = 0; i < count; i++) {
        Message *message = batch->messages[i];
        if (message->fate == MESSAGE_DEAD) {
            dead_letter_add(message, apply->service_name, apply_attempts(batch), &apply->outbox);
        } else if (message->fate != MESSAGE_OPEN) {
            command_reply(message, &apply->outbox);
        }
    }
}

/* What has become of them, now that it has. */
static void apply_count(const Batch *batch, int count)
{
    for (int i = 0; i < count; i++) {
        const Message *message = batch->messages[i];
        metric_add(&metric_messages, 1, message->record->topic, apply_results[message->fate]);
        if (message->fate == MESSAGE_DEAD) {
            metric_add(&metric_dlq, 1, message->cause.code, NULL);
            LOG_WARN("message.dead", "code=%s msg=%s", message->cause.code, message->cause.text);
        }
    }
}

/* After a lost reply to COMMIT: did it happen? The positions say so. */
static Status apply_find_out(Apply *apply, Error *err)
{
    bool moved = false;
    Status status =
        position_look(apply->db, apply->group, apply->moves, apply->move_count, &moved, err);
    if (status == STATUS_OK && !moved) {
        return error_set(err, STATUS_RETRY, "not_committed", "the transaction did not happen");
    }
    return status;
}

static Status
apply_transaction(Apply *apply, const Batch *batch, int count, int64_t now_us, Error *err)
{
    AUTO_TX Db *tx = apply->db;
    Status status = db_begin(tx, err);
    if (status != STATUS_OK) {
        return status;
    }
    outbox_reset(&apply->outbox, db_epoch(tx), now_us);
    if (batch->handler != NULL) {
        status = apply_handler(apply, batch, count, now_us, err);
    } else {
        apply_unknown(batch, count, now_us);
    }
    if (status == STATUS_OK) {
        apply_answer(apply, batch, count);
        status = outbox_store(&apply->outbox, tx, err);
    }
    if (status == STATUS_OK) {
        status = position_move(tx, apply->group, apply->moves, apply->move_count, err);
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, err);
    }
    if (status != STATUS_OK && strcmp(err->code, "commit_unknown") == 0) {
        status = apply_find_out(apply, err);
    }
    if (status == STATUS_OK) {
        position_moved(apply->moves, apply->move_count);
        apply_count(batch, count);
    }
    return status;
}

/* What several caused together is of no trace. */
static Status apply_traced(Apply *apply, const Batch *batch, int count, int64_t now_us, Error *err)
{
    apply->outbox.trace = count == 1 ? batch->messages[0]->trace : NULL;
    Status status = apply_transaction(apply, batch, count, now_us, err);
    apply->outbox.trace = NULL; /* it ends with the message */
    return status;
}

static Status apply_prepare(Apply *apply, const Batch *batch, int count, int64_t now_us, Error *err)
{
    if (batch->handler == NULL || batch->handler->prepare == NULL) {
        return STATUS_OK;
    }
    Work work = {.service = apply->service,
                 .db = apply->db,
                 .count = apply_gather_open(apply, batch, count),
                 .now_us = now_us};
    work.messages = apply->open;
    return work.count > 0 ? batch->handler->prepare(&work, err) : STATUS_OK;
}

Status apply_batch(Apply *apply, Batch *batch, int count, Error *err)
{
    int64_t begun_ms = clock_mono_ms();
    int64_t now_us = clock_now_us();
    for (int i = 0; i < count; i++) {
        message_reopen(batch->messages[i]);
    }
    apply_note_moves(apply, batch, count);
    Status status = apply_prepare(apply, batch, count, now_us, err);
    if (status == STATUS_OK) {
        status = apply_traced(apply, batch, count, now_us, err);
    }
    metric_observe(&metric_handle_seconds, (double)(clock_mono_ms() - begun_ms) / 1000.0, NULL,
                   NULL);
    return status;
}

Status apply_bury(Apply *apply, Batch *batch, const Error *cause, Error *err)
{
    const Handler *handler = batch->handler;
    batch->handler = NULL;
    message_reopen(batch->messages[0]);
    message_bury(batch->messages[0], cause);
    apply_note_moves(apply, batch, 1);
    Status status = apply_traced(apply, batch, 1, clock_now_us(), err);
    batch->handler = handler;
    return status;
}
