/* zone_shim.h - Abseil's time zones behind a C face. Layer: domain; for the zone files alone.
 * Thread-safe. */
#pragma once

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Can the system's zone of this exact name be loaded? The answer is remembered by Abseil. */
bool zone_shim_loads(const char *name);

#ifdef __cplusplus
}
#endif
