/* zone_shim.h - Abseil's time zones behind a C face. Layer: domain; for the zone files alone.
 * Thread-safe. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Can the system's zone of this exact name be loaded? The answer is remembered by Abseil. */
bool zone_shim_loads(const char *name);

/* From at_s (Unix time) on the zone's clock is offset_s ahead of UTC. */
typedef struct ZoneShimOffset {
    int64_t at_s;
    int32_t offset_s;
} ZoneShimOffset;

/* The offset at from_s, and each that follows until until_s; at most max of them into ret. Their
 * number; 0 when the zone cannot be loaded. */
int zone_shim_offsets(
    const char *name, int64_t from_s, int64_t until_s, ZoneShimOffset ret[], int max);

#ifdef __cplusplus
}
#endif
