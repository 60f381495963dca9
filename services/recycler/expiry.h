/* expiry.h - offers whose time is over end by themselves. Layer: services/recycler.
 *
 * A made or revoked offer ends when its reservation is over, a started one when it was never heard
 * of for four hours. Both go by what has been read of the dialers' outcomes, not by the clock:
 * while that lags, the answer may be on its way. The lead is free again, behind those that wait. */
#pragma once

#include "adapters/db.h"
#include "runtime/outbox.h"

typedef struct Expiry {
    Db *db;
    Outbox *outbox;
    int64_t complete_until_us; /* all outcomes up to then are read */
    int64_t now_us;
} Expiry;

/* One transaction; *ret_more: there may be others. */
Status expiry_run(const Expiry *expiry, bool *ret_more, Error *err) MUST_CHECK;
