/* hopper_hold.h - what keeps a hopper from offering anything at all. Layer: services/recycler.
 *
 * Where the record was set back, offers of the lost time may be live: none is made until they must
 * be over. And hours, caps and gaps are decided by this host's clock, which is compared with
 * PostgreSQL's at each look. */
#pragma once

#include <stdatomic.h>

#include "adapters/db.h"

typedef enum HopperClock {
    HOPPER_CLOCK_UNKNOWN, /* before the first look */
    HOPPER_CLOCK_RIGHT,
    HOPPER_CLOCK_OFF,
} HopperClock;

typedef struct HopperHold {
    bool set_back;    /* offers that the record does not know of may be live */
    atomic_int clock; /* HopperClock, for other threads, too */
} HopperHold;

/* In a transaction. */
Status hopper_hold_look(HopperHold *hold, Db *db, Error *err) MUST_CHECK;
/* The clock was found to be wrong. Any thread. */
bool hopper_hold_clock_off(const HopperHold *hold);
