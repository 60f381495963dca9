/* dialer_sim_calls.h - offers that wait, calls under way, outcomes to be told: the dialer's life
 * without its messages. Layer: services/cli; no I/O, time is a parameter.
 *
 *   made ─▶ waiting ──channel free, not_after not over──▶ talking ─▶ (late) ─▶ gone
 *              ├─ revoked ─▶ released, gone                 └─ revoked ─▶ goes on, started if
 * untold └─ expired, or not_after over ─▶ gone, untold
 *
 * The calls live under their offer's id; one that is seen again while it is known is dropped. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cli/dialer_sim_fate.h"
#include "cli/dialer_sim_offer.h"

/* What happened, for log, counters and messages. */
typedef enum SimAct {
    SIM_MADE,     /* an offer came */
    SIM_REVOKED,  /* offer.revoked came */
    SIM_EXPIRED,  /* offer.expired came */
    SIM_STALE,    /* a message came that is not newer than the last of its lead */
    SIM_LOST,     /* the offer is not going to be answered */
    SIM_TOO_LATE, /* not_after was over before a channel was free: not called, not answered */
    SIM_DIALED,   /* a call begins */
    SIM_STARTED,  /* call.started goes out */
    SIM_ENDED,    /* call.ended goes out */
    SIM_AGAIN,    /* call.ended goes out once more */
    SIM_RELEASED, /* offer.released goes out */
    SIM_ACT_COUNT,
} SimAct;

typedef struct SimCall {
    SimOffer offer;
    SimFate fate;
    int64_t started_us; /* 0: not called */
    int64_t ended_us;
    bool told_started;
    const char *reason; /* SIM_RELEASED */
} SimCall;

typedef struct SimSink {
    void (*act)(void *context, SimAct act, const SimCall *call, int64_t now_us);
    void *context;
} SimSink;

typedef struct SimLimits {
    int64_t channels;   /* calls at the same time */
    int64_t per_second; /* calls begun; 0: any */
    int64_t most_calls; /* calls in all; 0: any */
} SimLimits;

typedef struct SimCalls SimCalls;

/* fates is borrowed. */
SimCalls *sim_calls_new(const SimFates *fates, const SimLimits *limits, SimSink sink);
void sim_calls_free(SimCalls *calls);

/* A message of leads.dialable. */
void sim_calls_take(SimCalls *calls, const SimOffer *offer, int64_t now_us);
/* Ends what is over, then begins what may begin. */
void sim_calls_advance(SimCalls *calls, int64_t now_us);
/* Nothing begins any more: waiting offers are released, calls hung up, and what was to come late
 * is told now. */
void sim_calls_stop(SimCalls *calls, int64_t now_us);

/* When the next of it is due; INT64_MAX: only a message moves it. */
int64_t sim_calls_due_us(const SimCalls *calls);
/* most_calls have begun. */
bool sim_calls_used_up(const SimCalls *calls);
int64_t sim_calls_waiting(const SimCalls *calls);
int64_t sim_calls_talking(const SimCalls *calls);
