#include "runtime/intake.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

enum { TOLD_AGAIN_MS = 60000 };

Held *intake_find(Intake *intake, const char *topic, int32_t partition)
{
    for (int i = 0; i < intake->held_count; i++) {
        Held *held = &intake->held[i];
        if (held->position.partition == partition && strcmp(held->position.topic, topic) == 0) {
            return held;
        }
    }
    return NULL;
}

Held *intake_hold(Intake *intake, const Position *position)
{
    assert(intake->held_count < INTAKE_PARTITIONS_MAX);
    Held *held = &intake->held[intake->held_count++];
    *held = (Held){.position = *position, .next_seen = position->next_offset, .mirrored = -1};
    return held;
}

/* A value of a Jansson tree: the node, and its place in an array or an object. */
enum { NODE_BYTES = 64 };

/* Commas count the values of a tree, which takes up many times its text when they are small. */
static int64_t message_weight(const Message *message)
{
    const BusRecord *record = message->record;
    size_t bytes = record->key_len + record->value_len;
    for (int i = 0; i < record->header_count; i++) {
        bytes += record->headers[i].len;
    }
    size_t nodes = 0;
    for (size_t i = 0; record->value != NULL && i < record->value_len; i++) {
        nodes += record->value[i] == ',';
    }
    return (int64_t)(bytes + nodes * NODE_BYTES);
}

void intake_add(Intake *intake, Held *held, Message *message)
{
    if (held->first + held->count == held->cap) {
        if (held->first > 0) {
            memmove(held->queue, held->queue + held->first,
                    (size_t)held->count * sizeof *held->queue);
            held->first = 0;
        } else {
            held->cap = held->cap > 0 ? held->cap * 2 : 64;
            held->queue = mem_realloc(held->queue, (size_t)held->cap * sizeof *held->queue);
        }
    }
    held->queue[held->first + held->count++] = message;
    held->next_seen = message->record->offset + 1;
    intake->queued++;
    message->weight = message_weight(message);
    intake->queued_bytes += message->weight;
}

int intake_untold(Intake *intake, int64_t now_ms, BusPartition ret[])
{
    int count = 0;
    bool again = now_ms >= intake->again_ms;
    if (again) {
        intake->again_ms = now_ms + TOLD_AGAIN_MS;
    }
    for (int i = 0; i < intake->held_count; i++) {
        Held *held = &intake->held[i];
        const Position *position = &held->position;
        if (!position->halted && (again || position->next_offset != held->mirrored)) {
            held->mirrored = position->next_offset;
            ret[count++] =
                (BusPartition){position->topic, position->partition, position->next_offset};
        }
    }
    return count;
}

void intake_tell_again(Intake *intake)
{
    intake->again_ms = 0;
}

void intake_drop(Intake *intake, Held *held)
{
    for (int i = 0; i < held->count; i++) {
        intake->queued--;
        intake->queued_bytes -= held->queue[held->first + i]->weight;
        message_free(held->queue[held->first + i]);
    }
    held->first = 0;
    held->count = 0;
}

void intake_clear(Intake *intake)
{
    for (int i = 0; i < intake->held_count; i++) {
        intake_drop(intake, &intake->held[i]);
        free(intake->held[i].queue);
    }
    intake->held_count = 0;
}

void intake_again(Intake *intake, const Batch *batch)
{
    intake->turn = (int)(batch->from[0] - intake->held);
}

bool intake_is_full(const Intake *intake, BatchLimit most, bool was_full)
{
    if (was_full) {
        return intake->queued >= most.messages / 2 || intake->queued_bytes >= most.bytes / 2;
    }
    return intake->queued >= most.messages || intake->queued_bytes >= most.bytes;
}

/* ---- batches ---- */

static void batch_add(Batch *batch, Message *message, Held *held)
{
    if (batch->count == batch->cap) {
        batch->cap = batch->cap > 0 ? batch->cap * 2 : 64;
        batch->messages =
            mem_realloc(batch->messages, (size_t)batch->cap * sizeof *batch->messages);
        batch->from = mem_realloc(batch->from, (size_t)batch->cap * sizeof *batch->from);
    }
    batch->messages[batch->count] = message;
    batch->bytes += (int64_t)message->record->value_len;
    batch->from[batch->count++] = held;
}

static bool held_is_careful(const Held *held)
{
    return held->position.next_offset < held->position.careful_until;
}

static bool batch_is_full(const Batch *batch, BatchLimit limit)
{
    return batch->count >= limit.messages || (batch->count > 0 && batch->bytes >= limit.bytes);
}

static void batch_take_prefix(
    Batch *batch, Held *held, IntakeHandlerOf handler_of, void *context, BatchLimit limit)
{
    for (int i = 0; i < held->count && !batch_is_full(batch, limit); i++) {
        Message *message = held->queue[held->first + i];
        if (handler_of(context, message) != batch->handler) {
            return;
        }
        batch_add(batch, message, held);
    }
}

/* The partition whose turn it is, among those with messages. */
static Held *intake_next(Intake *intake)
{
    for (int i = 0; i < intake->held_count; i++) {
        Held *held = &intake->held[(intake->turn + i) % intake->held_count];
        if (held->count > 0) {
            intake->turn = (intake->turn + i + 1) % intake->held_count;
            return held;
        }
    }
    return NULL;
}

bool intake_pick(
    Intake *intake, IntakeHandlerOf handler_of, void *context, BatchLimit limit, Batch *batch)
{
    batch->count = 0;
    batch->bytes = 0;
    batch->careful = false;
    Held *first = intake_next(intake);
    if (first == NULL) {
        return false;
    }
    batch->handler = handler_of(context, first->queue[first->first]);
    if (held_is_careful(first)) {
        batch->careful = true;
        batch_add(batch, first->queue[first->first], first);
        return true;
    }
    if (batch->handler != NULL && batch->handler->most < limit.messages) {
        limit.messages = batch->handler->most;
    }
    batch_take_prefix(batch, first, handler_of, context, limit);
    for (int i = 0; i < intake->held_count && !limit.alone && !batch_is_full(batch, limit); i++) {
        Held *held = &intake->held[i];
        if (held != first && !held_is_careful(held)) {
            batch_take_prefix(batch, held, handler_of, context, limit);
        }
    }
    return true;
}

void intake_pop(Intake *intake, Batch *batch, int count)
{
    for (int i = 0; i < count; i++) {
        Held *held = batch->from[i];
        assert(held->queue[held->first] == batch->messages[i]);
        intake->queued_bytes -= batch->messages[i]->weight;
        message_free(batch->messages[i]);
        held->first++;
        held->count--;
        intake->queued--;
    }
    batch->count -= count;
    memmove(batch->messages, batch->messages + count,
            (size_t)batch->count * sizeof *batch->messages);
    memmove(batch->from, batch->from + count, (size_t)batch->count * sizeof *batch->from);
}

void batch_done(Batch *batch)
{
    free(batch->messages);
    free(batch->from);
}
