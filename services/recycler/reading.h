/* reading.h - up to when all that dialers said is known to be applied. Layer: services/recycler.
 *
 * A thread of its own looks at PostgreSQL's clock, which all of them share, asks the broker for the
 * end of each partition of dialer.outcomes, and then watches the positions in the record: once each
 * has come to that end, all that was written before the look is applied, whoever did it. Under load
 * that is as late as the reading is; a partition that nobody reads, or that is halted, holds it
 * back. What one recycler finds out all know (outcome_reading). A busy broker takes its time to
 * answer, for which no offer should wait.
 *
 * Where a dialer writes in transactions, the end lies behind marks that are no records, and what
 * was taken back is none either: a position that stands still before the end is looked behind, and
 * when no record is there it has come to the end. An open transaction holds it back. */
#pragma once

#include "base/config.h"
#include "base/error.h"

typedef struct Reading Reading;

/* cfg: borrowed for its life. */
Status reading_start(const Config *cfg, Reading **ret, Error *err) MUST_CHECK;
/* Waits for the look under way, for a few seconds. NULL is allowed. */
void reading_stop(Reading *reading);

/* 0: not known. It goes back with the record only: then the epoch is another one, and what was
 * known in the one before is not told. epoch: of the caller's connection. Any thread. */
int64_t reading_complete_until_us(const Reading *reading, int64_t epoch);
