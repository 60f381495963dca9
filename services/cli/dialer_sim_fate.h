/* dialer_sim_fate.h - what becomes of an offer: decided by seed and offer_id alone, so that a run
 * can be had again whatever order things came in. Layer: services/cli; pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cli/dialer_sim_mix.h"
#include "cli/dialer_sim_range.h"

enum { SIM_SHARE_ALL = 100 };

/* Shares are percent, fractions allowed. */
typedef struct SimFates {
    uint64_t seed;
    SimMix mix;
    SimRange think;    /* length of a call */
    SimRange late;     /* how much later an outcome comes that is late */
    SimRange callback; /* from the end of a call to the time that was agreed on */
    double lose;       /* offers that are never answered, nor called */
    double release;    /* offers given back without a call */
    double announce;   /* calls with call.started */
    double duplicate;  /* outcomes sent twice */
    double late_share;
    double reorder; /* call.ended sent before call.started */
    int agents;
} SimFates;

typedef enum SimDoing { SIM_CALL, SIM_LOSE, SIM_RELEASE } SimDoing;

typedef struct SimFate {
    SimDoing doing;
    const char *code; /* borrowed from the mix */
    int64_t think_us;
    int64_t late_us;     /* 0: not late */
    int64_t callback_us; /* 0: the code asks for none */
    bool announced;
    bool reordered;
    bool repeated;       /* the outcome comes twice */
    bool repeated_anew;  /* the second under a ce_id of its own */
    int agent;           /* 1..agents; 0: none */
    bool callback_agent; /* the lead wants the same agent */
} SimFate;

void sim_fate_draw(const SimFates *fates, int64_t offer_id, SimFate *ret);
