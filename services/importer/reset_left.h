/* reset_left.h - resets that were asked to end after their recycler had died. Layer:
 * services/importer.
 *
 * A deletion waits for the list's slot. What holds it is asked to make way, and ends itself; a
 * reset whose recycler died within its lease does so only when another recycler claims it. Every
 * second, such ends here once the lease is over, with its event. */
#pragma once

#include "adapters/db.h"
#include "runtime/outbox.h"

/* With no transaction open. */
Status reset_left_end(Db *db, Outbox *outbox, int64_t now_us, Error *err) MUST_CHECK;
