/* dnc_tick.h - what time does to do-not-call entries. Layer: services/importer.
 *
 * Every second: numbers whose entries changed are looked at again once all transactions that ran at
 * that change's commit have ended, since those may have read the entries before it; and entries
 * whose time has passed are ended. The leads follow, with counters and events. */
#pragma once

#include "adapters/db.h"
#include "runtime/outbox.h"

/* For the Service table; the state is not used. */
Status dnc_tick(void *state, Db *db, Outbox *outbox, int64_t now_us, Error *err);
