/* ledger.h - the months of the ledger of calls. Layer: runtime.
 *
 * Each month has a partition of its own, made some months before its first call. What is recorded
 * in a month that has none lies in the default partition, and stays there. */
#pragma once

#include "adapters/db.h"

/* Makes what is missing, each month in a transaction of its own. A month that cannot be had now
 * (its lock, or calls of it in the default partition) is left for the next time, and does not stop
 * the others: *ret_left counts them. */
Status
ledger_make_months(Db *db, int64_t now_us, int *ret_made, int *ret_left, Error *err) MUST_CHECK;
