/* dialer_sim_count.h - how many of each, while dialer-sim works and at its end. Layer:
 * services/cli. */
#pragma once

#include "cli/cli.h"
#include "cli/dialer_sim_calls.h"

typedef struct SimCount {
    int64_t acts[SIM_ACT_COUNT];
    int64_t answers[SIM_MIX_MAX]; /* in the order of the mix */
    int64_t late;
    int64_t reordered;
    int64_t unread;    /* records that were no offer's messages */
    const SimMix *mix; /* borrowed */
    int64_t began_ms;
    int64_t shown_ms;
    int64_t shown_calls; /* as of shown_ms, for the pace */
    bool drawn;
} SimCount;

void sim_count_init(SimCount *count, const SimMix *mix, int64_t mono_ms);
void sim_count_act(SimCount *count, SimAct act, const SimCall *call);

/* The line on a terminal, now and then. */
void sim_count_show(SimCount *count, const Cli *cli, const SimCalls *calls, int64_t mono_ms);
/* "offers 1200, calls 1100 (510/s), under way 40, waiting 60" */
void sim_count_text(
    const SimCount *count, int64_t talking, int64_t waiting, int64_t mono_ms, StrBuf *out);

/* All of it: one object. */
void sim_count_print(SimCount *count, Cli *cli, int64_t mono_ms);
