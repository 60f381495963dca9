/* dialer_sim_seen.h - what was seen last of each lead, so that nothing older is acted on (DESIGN
 * I4). Layer: services/cli. */
#pragma once

#include <stdbool.h>

#include "cli/dialer_sim_offer.h"

typedef struct SimSeen SimSeen;

SimSeen *sim_seen_new(void);
void sim_seen_free(SimSeen *seen);

/* Is it newer than all that was seen of this lead? Then it is what was seen last. */
bool sim_seen_newer(SimSeen *seen, int64_t lead_id, const SimSequence *sequence);
