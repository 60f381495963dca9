/* recycler_state.h - what the recycler's handlers keep between batches. Layer: services/recycler.
 *
 * The mutable parts belong to the loop's thread alone: jobs run on other threads and read cfg only.
 */
#pragma once

#include "base/config.h"

typedef struct RecyclerState {
    const Config *cfg; /* borrowed */
} RecyclerState;

Status recycler_state_open(const Config *cfg, void **ret, Error *err) MUST_CHECK;
void recycler_state_close(void *state);
