/* dialer_sim_range.h - lengths of time from the command line of dialer-sim. Layer: services/cli;
 * pure. */
#pragma once

#include <stdint.h>

#include "base/error.h"

typedef struct SimRange {
    int64_t least_us;
    int64_t most_us;
} SimRange;

/* "20", "20s", "1m-5m", "250ms-2s": one length, or the least and the most; units ms, s, m, h, d,
 * seconds where none is said; up to 366 days. STATUS_BAD_INPUT with code usage otherwise. option:
 * for the text. */
Status sim_range_parse(const char *option, const char *text, SimRange *ret, Error *err) MUST_CHECK;

/* Where in the range: random is any 64 bits. */
int64_t sim_range_at(const SimRange *range, uint64_t random);
