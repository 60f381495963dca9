/* lag.h - how far a worker is behind on the partitions that it holds, as metrics. Layer: runtime.
 */
#pragma once

#include "runtime/holding.h"

/* Asks nobody: ends of partitions are as the last fetch told them, so what came while fetching
 * pauses is not seen, nor what a partition has that is halted or not held: those are counted. */
void lag_tell(const Holding *holding, const char *const topics[], int topic_count);
