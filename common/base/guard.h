/* guard.h - guards that a build can take out, one at a time, to prove that a test sees it. Layer:
 * base.
 *
 * BROKEN(NAME) is false, and the compiler drops it. Configured with
 * -DLEADSPOOL_BREAK=NAME it is true for that name: the guard whose condition it stands in does not
 * hold any more. In schemas/sql/queries a line "AND condition -- guard NAME" is a guard too: its
 * condition is then always true (embed_script.cmake, which also knows the one of a migration).
 * Never for use: such a build loses data.
 *
 * tests/guards/guard_tests.py says which test goes red for which guard. */
#pragma once

#include <stdbool.h>

typedef enum Guard {
    GUARD_NONE,
    GUARD_POSITION_EPOCH,  /* I1: a move needs the claim's epoch */
    GUARD_POSITION_OFFSET, /* I1: a move needs the place where the last one ended */
    GUARD_POSITION_DOUBT,  /* I6: a commit whose answer was lost is looked up */
    GUARD_REDELIVERY,      /* I1: records below the position are dropped */
    GUARD_FINGERPRINT,     /* I1: another record at the old place halts the partition */
    GUARD_COMMAND_RECALL,  /* I1: a repeated command gets the answer of the first */
    GUARD_LANE_TOKEN,      /* I1: a chunk needs the claim's token */
    GUARD_LANE_CHUNK,      /* I1: a chunk needs the checkpoint before it */
    GUARD_LANE_DOUBT,      /* I5: a chunk whose commit is in doubt is looked up */
    GUARD_LANES_CLOSED,    /* I5: nothing is added behind the accounting of an import */
    GUARD_REJECT_CUT,      /* I5: rejects of a try that failed are cut off */
    GUARD_DNC_FILTER,      /* I2: an entry opened behind an import's reading of the list counts */
    GUARD_DNC_STAGE,       /* I2: a lead whose number is on a do-not-call list has the stage dnc */
    GUARD_DNC_HORIZON,     /* I2: leads follow an entry also when they were committed beside it */
    GUARD_DNC_COUNTERS,    /* I3: counters move with the leads that follow an entry */
    GUARD_OFFER_DNC,       /* I2: an entry holds at the moment an offer is made */
    GUARD_OFFER_CAP,       /* I2: so do caps on calls to one number */
    GUARD_OFFER_WINDOW,    /* I2: so do calling windows */
    GUARD_OFFER_ATTEMPTS,  /* I2: so do limits of attempts */
    GUARD_OFFER_OPEN,      /* I2: at most one open offer of a number: plan and unique indexes */
    GUARD_OFFER_ACTIVE,    /* I2: so do pauses of the list and its campaign */
    GUARD_OFFER_GATE,  /* I2: rules, hours and the clock are still those that it was decided by */
    GUARD_OFFER_LAPSE, /* I2: one whose time is over is looked at again once it is held */
    GUARD_RELAY_LEASE, /* I4: nothing is sent once the lease may have ended */
    GUARD_RELAY_ORDER, /* I4: nothing of a lane is sent before its row that failed */
    GUARD_PRODUCER_FIRST, /* I4: a producer's first message to a partition travels alone */
    GUARD_OUTBOX_FLOOR,   /* I4, I6: the scan begins below every id that may still commit */
    GUARD_REDIS_NEWER,    /* I3: Redis takes only a higher (epoch, version) */
    GUARD_REDIS_MARKER,   /* I3: a Redis that was emptied is seen, and filled again */
    GUARD_BLOCKERS,       /* I6: what a frozen process holds locked is taken from it */
    GUARD_CRASH_MARKS,    /* I6: a message that kills the process is buried at the third death */
} Guard;

#ifndef GUARD_BROKEN
#define GUARD_BROKEN GUARD_NONE
#endif

static inline bool guard_is_broken(Guard guard)
{
    return guard == GUARD_BROKEN;
}

#define BROKEN(name) guard_is_broken(GUARD_##name)
