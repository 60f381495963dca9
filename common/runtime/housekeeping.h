/* housekeeping.h - forgets what is past its time, and makes room for what comes. Layer: runtime.
 * Every worker does it; doing it twice does no harm. What fails is logged and tried again the next
 * time. Each opens transactions of its own. */
#pragma once

#include "adapters/db.h"
#include "base/config.h"

enum { HOUSEKEEPING_EVERY_MS = 3600 * 1000, COMMAND_MEMORY_DAYS = 35 };

/* Files beneath inbox and outbox after LEADSPOOL_RETENTION_DAYS; the ledger's months (ledger.h). */
void housekeeping_run(const Config *cfg, Db *db, int64_t now_us);

/* Answers to commands, calls that are known, what moves met, and which leads jobs were about, after
 * 35 days: a batch of each. Returns in how many milliseconds it wants to be called again. */
int64_t housekeeping_forget(Db *db, int64_t now_us);
