/* dialer_sim_mix.h - what calls come to, and in which shares. Layer: services/cli; pure. */
#pragma once

#include <stdint.h>

#include "base/error.h"

enum { SIM_CODE_SIZE = 65, SIM_MIX_MAX = 32 };

typedef struct SimAnswer {
    char code[SIM_CODE_SIZE]; /* as it is sent */
    int64_t weight;
} SimAnswer;

typedef struct SimMix {
    SimAnswer answers[SIM_MIX_MAX];
    int count;
    int64_t total;
} SimMix;

/* "NA=50,BUSY=10,SALE=8": codes and their weights, which need not make 100. Words for what the
 * default set calls otherwise become its codes: BUSY is B, VM, VOICEMAIL and MACHINE are A,
 * NOANSWER is NA, CALLBACK is CB; all else is sent as it is, so that unknown codes can be, too.
 * STATUS_BAD_INPUT with code usage. */
Status sim_mix_parse(const char *text, SimMix *ret, Error *err) MUST_CHECK;

/* One of them; random is any 64 bits. */
const SimAnswer *sim_mix_pick(const SimMix *mix, uint64_t random);
