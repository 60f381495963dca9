/* recycler_state.h - what the recycler's handlers keep between batches. Layer: services/recycler.
 *
 * The mutable parts belong to the loop's thread alone: jobs and the hopper run on other threads and
 * read cfg only. */
#pragma once

#include "base/config.h"
#include "recycler/gates.h"
#include "recycler/hopper.h"
#include "recycler/outcome.h"
#include "runtime/campaign_store.h"

typedef struct RecyclerState {
    const Config *cfg; /* borrowed */
    CampaignStore *campaigns;
    Gates *gates;
    Outcomes *outcomes;
    Hopper *hopper;
} RecyclerState;

Status recycler_state_open(const Config *cfg, void **ret, Error *err) MUST_CHECK;
void recycler_state_close(void *state);

/* hopper_unfit() */
const char *recycler_unfit(void *state);

/* The hopper's thread. */
Status recycler_begin(const ServiceParts *parts, Error *err) MUST_CHECK;
void recycler_end(void *state);
