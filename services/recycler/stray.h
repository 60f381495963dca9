/* stray.h - offers of lists that are not dialed any more are revoked. Layer: services/recycler.
 *
 * A list or campaign that is paused, a list that is deleted or given to another campaign: the
 * command flips the gate, from then on no offer is made (topup.h looks at the gate last), and what
 * was offered before is found here within a second, whoever flipped it and however often. */
#pragma once

#include "adapters/db.h"
#include "runtime/outbox.h"

typedef struct Stray {
    Db *db;
    Outbox *outbox;
    DbArray *campaign_nos; /* int4 */
    int64_t now_us;
} Stray;

/* One transaction; *ret_more: there may be others. */
Status stray_run(const Stray *stray, bool *ret_more, Error *err) MUST_CHECK;
