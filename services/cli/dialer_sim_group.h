/* dialer_sim_group.h - leads.dialable, read in a consumer group whose offsets Kafka keeps. Layer:
 * services/cli.
 *
 * Good enough for a simulator: after a kill it reads what it did not commit again. */
#pragma once

#include <stdbool.h>

#include "adapters/bus.h"
#include "base/config.h"

typedef struct SimGroup SimGroup;

/* group: without the namespace. latest: a partition without a committed offset begins at its end,
 * else at the oldest record. */
Status sim_group_open(const Config *cfg, const char *group, bool latest, SimGroup **ret, Error *err)
    MUST_CHECK;
/* Commits, leaves the group. NULL is allowed. */
void sim_group_close(SimGroup *group);

/* The next record, the caller's to free, or NULL. */
Status sim_group_next(SimGroup *group, int wait_ms, BusRecord **ret, Error *err) MUST_CHECK;
/* Tells Kafka how far it has read, once a second or at once. */
void sim_group_commit(SimGroup *group, bool at_once);
