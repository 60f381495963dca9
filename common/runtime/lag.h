/* lag.h - how far a worker is behind on the partitions that it holds, as metrics. Layer: runtime.
 */
#pragma once

#include "adapters/bus.h"
#include "runtime/intake.h"

/* Asks nobody: ends of partitions are as the last fetch told them, so what came while fetching
 * pauses is not seen, nor what a halted partition has. */
void lag_tell(const Intake *intake,
              const Consumer *consumer,
              const char *const topics[],
              int topic_count);
