/* reading.h - up to when the partitions of a topic are known to be read and applied. Layer:
 * runtime.
 *
 * The owner of a partition looks at the clock, then asks the broker for the partition's end. When
 * all before that end is applied, all that was written before the look is: read_until is that time.
 * Otherwise it stays where it was. A partition that nobody reads falls behind by itself, since
 * nobody moves its time on. */
#pragma once

#include "adapters/bus.h"
#include "adapters/db.h"
#include "runtime/intake.h"

/* In a transaction of its own; a failure is logged, and the times stay where they were. */
void reading_tell(
    Db *db, Consumer *consumer, const char *group, const char *topic, const Intake *intake);
