/* lane_lease.h - which lanes of the outbox a line of a relay may publish, and until when. Layer:
 * runtime.
 *
 * One transaction gives back what is beyond a fair share, renews the rest, and claims free lanes.
 * Its COMMIT may fail, or its answer be lost: so a lane is held from the COMMIT of its claim on,
 * and not any more as soon as it is to be given back. Where the record has another lane as this
 * worker's, the next renewal takes it up. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "adapters/db.h"
#include "base/config.h"
#include "base/error.h"
#include "runtime/outbox.h"

/* The lanes of a line, of which it has those that it holds a lease for. */
typedef struct RelayLanes {
    const char *name; /* label of metrics */
    int first;
    int count;
    bool shared; /* evenly among the workers that live; else one line has them all */
    bool whole;  /* its line also looks at all of the outbox (backlog.h), and at open jobs */
} RelayLanes;

typedef struct LaneLease {
    const Config *cfg; /* borrowed, all four */
    const char *worker_id;
    const char *service;
    const RelayLanes *of;
    int lanes[OUTBOX_LANES]; /* held */
    int count;
    int64_t end_ms;   /* nothing may be on its way after it; monotonic */
    int64_t renew_ms; /* when to renew */
} LaneLease;

bool lane_lease_holds(const LaneLease *lease, int lane);
/* busy, by lane: its rows are on their way, so it is not given back. ret_grown: a lane came. */
Status lane_lease_renew(LaneLease *lease,
                        Db *db,
                        const bool busy[OUTBOX_LANES],
                        bool *ret_grown,
                        Error *err) MUST_CHECK;
/* Gives all lanes back. */
Status lane_lease_leave(LaneLease *lease, Db *db, Error *err) MUST_CHECK;
