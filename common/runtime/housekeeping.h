/* housekeeping.h - forgets what is past its time: answers to commands after 35 days, files beneath
 * inbox and outbox after LEADSPOOL_RETENTION_DAYS. Layer: runtime. Every worker does it; doing it
 * twice does no harm. */
#pragma once

#include "adapters/db.h"
#include "base/config.h"

enum { HOUSEKEEPING_EVERY_MS = 3600 * 1000, COMMAND_MEMORY_DAYS = 35 };

/* Opens a transaction of its own. What fails is logged and tried again the next time. */
void housekeeping_run(const Config *cfg, Db *db, int64_t now_us);
