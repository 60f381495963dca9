#include "cli/dialer_sim_calls.h"

#include <uthash.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/dialer_sim_seen.h"

typedef struct Line Line;
struct Line {
    int64_t offer_id;
    SimCall call;
    Line *prev; /* among those that wait */
    Line *next;
    int64_t due_us; /* in the heap: the call ends, or its late outcome goes out */
    int64_t number; /* of two that are due together the first comes first */
    UT_hash_handle hh;
};

struct SimCalls {
    const SimFates *fates;
    SimLimits limits;
    SimSink sink;
    SimSeen *seen;
    Line *lines;   /* all, by offer_id */
    Line *waiting; /* in their order */
    int64_t waiting_count;
    Line **heap; /* by due_us */
    size_t heap_count;
    size_t heap_room;
    int64_t heap_number;
    int64_t talking;
    int64_t begun;
    int64_t may_begin_us; /* by per_second */
};

SimCalls *sim_calls_new(const SimFates *fates, const SimLimits *limits, SimSink sink)
{
    SimCalls *calls = mem_alloc(sizeof *calls);
    *calls = (SimCalls){.fates = fates, .limits = *limits, .sink = sink, .seen = sim_seen_new()};
    return calls;
}

void sim_calls_free(SimCalls *calls)
{
    Line *line;
    Line *next;
    if (calls == NULL) {
        return;
    }
    HASH_ITER(hh, calls->lines, line, next)
    {
        HASH_DEL(calls->lines, line);
        free(line);
    }
    sim_seen_free(calls->seen);
    free(calls->heap);
    free(calls);
}

static void calls_act(SimCalls *calls, SimAct act, const SimCall *call, int64_t now_us)
{
    calls->sink.act(calls->sink.context, act, call, now_us);
}

/* ---- what is due, as a binary heap ---- */

static bool heap_before(const Line *a, const Line *b)
{
    return a->due_us != b->due_us ? a->due_us < b->due_us : a->number < b->number;
}

static void heap_swap(Line **heap, size_t a, size_t b)
{
    Line *line = heap[a];
    heap[a] = heap[b];
    heap[b] = line;
}

static void heap_push(SimCalls *calls, Line *line, int64_t due_us)
{
    if (calls->heap_count == calls->heap_room) {
        calls->heap_room = calls->heap_room > 0 ? calls->heap_room * 2 : 64;
        calls->heap = mem_realloc(calls->heap, calls->heap_room * sizeof(Line *));
    }
    line->due_us = due_us;
    line->number = calls->heap_number++;
    size_t at = calls->heap_count++;
    calls->heap[at] = line;
    for (; at > 0 && heap_before(calls->heap[at], calls->heap[(at - 1) / 2]); at = (at - 1) / 2) {
        heap_swap(calls->heap, at, (at - 1) / 2);
    }
}

static Line *heap_pop(SimCalls *calls)
{
    Line **heap = calls->heap;
    Line *first = heap[0];
    heap[0] = heap[--calls->heap_count];
    for (size_t at = 0;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < calls->heap_count; child++) {
            least = heap_before(heap[child], heap[least]) ? child : least;
        }
        if (least == at) {
            return first;
        }
        heap_swap(heap, at, least);
        at = least;
    }
}

/* ---- lines ---- */

static Line *line_find(const SimCalls *calls, int64_t offer_id)
{
    Line *line = NULL;
    HASH_FIND(hh, calls->lines, &offer_id, sizeof offer_id, line);
    return line;
}

static void line_drop(SimCalls *calls, Line *line)
{
    /* The analyzer does not see that whatever has a line has a table. */
    HASH_DEL(calls->lines, line); /* NOLINT(clang-analyzer-core.NullDereference) */
    free(line);
}

static void line_leave_queue(SimCalls *calls, Line *line)
{
    DL_DELETE(calls->waiting, line);
    calls->waiting_count--;
}

static void line_release(SimCalls *calls, Line *line, const char *reason, int64_t now_us)
{
    line->call.reason = reason;
    calls_act(calls, SIM_RELEASED, &line->call, now_us);
    line_drop(calls, line);
}

static void line_tell_started(SimCalls *calls, Line *line, int64_t now_us)
{
    if (!line->call.told_started) {
        line->call.told_started = true;
        calls_act(calls, SIM_STARTED, &line->call, now_us);
    }
}

static void line_tell_ended(SimCalls *calls, Line *line, int64_t now_us)
{
    const SimFate *fate = &line->call.fate;
    calls_act(calls, SIM_ENDED, &line->call, now_us);
    if (fate->reordered) {
        line_tell_started(calls, line, now_us);
    }
    if (fate->repeated) {
        calls_act(calls, SIM_AGAIN, &line->call, now_us);
    }
    line_drop(calls, line);
}

static void line_begin(SimCalls *calls, Line *line, int64_t now_us)
{
    const SimFate *fate = &line->call.fate;
    line->call.started_us = now_us;
    calls->begun++;
    calls->talking++;
    calls_act(calls, SIM_DIALED, &line->call, now_us);
    if (fate->announced && !fate->reordered) {
        line_tell_started(calls, line, now_us);
    }
    heap_push(calls, line, now_us + fate->think_us);
}

/* The call is over, or its late outcome is due. */
static void line_come_due(SimCalls *calls, Line *line, int64_t now_us)
{
    SimCall *call = &line->call;
    if (call->ended_us != 0) {
        line_tell_ended(calls, line, now_us);
        return;
    }
    call->ended_us = line->due_us;
    calls->talking--;
    if (call->fate.late_us > 0) {
        heap_push(calls, line, call->ended_us + call->fate.late_us);
    } else {
        line_tell_ended(calls, line, now_us);
    }
}

/* ---- messages ---- */

static void calls_take_made(SimCalls *calls, const SimCall *call, int64_t now_us)
{
    calls_act(calls, SIM_MADE, call, now_us);
    if (call->fate.doing == SIM_LOSE) {
        calls_act(calls, SIM_LOST, call, now_us);
        return;
    }
    Line *line = mem_alloc(sizeof *line);
    line->offer_id = call->offer.offer_id;
    line->call = *call;
    HASH_ADD(hh, calls->lines, offer_id, sizeof line->offer_id, line);
    if (call->fate.doing == SIM_RELEASE) {
        line_release(calls, line, "no_agent", now_us);
        return;
    }
    DL_APPEND(calls->waiting, line);
    calls->waiting_count++;
}

/* An offer that is not known is another dialer's, or has been answered. */
static void calls_take_revoked(SimCalls *calls, const SimCall *call, int64_t now_us)
{
    Line *line = line_find(calls, call->offer.offer_id);
    calls_act(calls, SIM_REVOKED, call, now_us);
    if (line == NULL) {
        return;
    }
    if (line->call.started_us != 0) {
        line_tell_started(calls, line, now_us);
        return;
    }
    line_leave_queue(calls, line);
    line_release(calls, line, "revoked", now_us);
}

static void calls_take_expired(SimCalls *calls, const SimCall *call, int64_t now_us)
{
    Line *line = line_find(calls, call->offer.offer_id);
    calls_act(calls, SIM_EXPIRED, call, now_us);
    if (line != NULL && line->call.started_us == 0) {
        line_leave_queue(calls, line);
        line_drop(calls, line);
    }
}

void sim_calls_take(SimCalls *calls, const SimOffer *offer, int64_t now_us)
{
    static void (*const takes[])(SimCalls *, const SimCall *, int64_t) = {
        [SIM_OFFER_MADE] = calls_take_made,
        [SIM_OFFER_REVOKED] = calls_take_revoked,
        [SIM_OFFER_EXPIRED] = calls_take_expired,
    };
    SimCall call = {.offer = *offer};
    sim_fate_draw(calls->fates, offer->offer_id, &call.fate);
    bool newer = sim_seen_newer(calls->seen, offer->lead_id, &offer->sequence);
    bool again = offer->kind == SIM_OFFER_MADE && line_find(calls, offer->offer_id) != NULL;
    if (!newer || again) {
        calls_act(calls, SIM_STALE, &call, now_us);
        return;
    }
    takes[offer->kind](calls, &call, now_us);
}

/* ---- time ---- */

static bool calls_may_begin(const SimCalls *calls, int64_t now_us)
{
    return calls->waiting != NULL && calls->talking < calls->limits.channels &&
           !sim_calls_used_up(calls) && calls->may_begin_us <= now_us;
}

/* Behind its rate it does not catch up by a burst of more than a second. */
static void calls_pace(SimCalls *calls, int64_t now_us)
{
    if (calls->limits.per_second > 0) {
        int64_t least_us = now_us - CLOCK_US_PER_SECOND;
        int64_t from_us = calls->may_begin_us > least_us ? calls->may_begin_us : least_us;
        calls->may_begin_us = from_us + CLOCK_US_PER_SECOND / calls->limits.per_second;
    }
}

static void calls_end_due(SimCalls *calls, int64_t now_us)
{
    while (calls->heap_count > 0 && calls->heap[0]->due_us <= now_us) {
        line_come_due(calls, heap_pop(calls), now_us);
    }
}

void sim_calls_advance(SimCalls *calls, int64_t now_us)
{
    calls_end_due(calls, now_us);
    while (calls_may_begin(calls, now_us)) {
        Line *line = calls->waiting;
        line_leave_queue(calls, line);
        if (now_us > line->call.offer.not_after_us) {
            calls_act(calls, SIM_TOO_LATE, &line->call, now_us);
            line_drop(calls, line);
            continue;
        }
        calls_pace(calls, now_us);
        line_begin(calls, line, now_us);
        calls_end_due(calls, now_us);
    }
}

void sim_calls_stop(SimCalls *calls, int64_t now_us)
{
    while (calls->waiting != NULL) {
        Line *line = calls->waiting;
        line_leave_queue(calls, line);
        line_release(calls, line, "shutdown", now_us);
    }
    while (calls->heap_count > 0) {
        Line *line = heap_pop(calls);
        if (line->call.ended_us == 0) {
            line->call.ended_us = now_us > line->call.started_us ? now_us : line->call.started_us;
            calls->talking--;
        }
        line_tell_ended(calls, line, now_us);
    }
}

int64_t sim_calls_due_us(const SimCalls *calls)
{
    int64_t due_us = calls->heap_count > 0 ? calls->heap[0]->due_us : INT64_MAX;
    bool waits_for_rate = calls->waiting != NULL && calls->talking < calls->limits.channels &&
                          !sim_calls_used_up(calls);
    return waits_for_rate && calls->may_begin_us < due_us ? calls->may_begin_us : due_us;
}

bool sim_calls_used_up(const SimCalls *calls)
{
    return calls->limits.most_calls > 0 && calls->begun >= calls->limits.most_calls;
}

int64_t sim_calls_waiting(const SimCalls *calls)
{
    return calls->waiting_count;
}

int64_t sim_calls_talking(const SimCalls *calls)
{
    return calls->talking;
}
