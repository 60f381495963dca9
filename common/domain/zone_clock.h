/* zone_clock.h - what a clock in a time zone shows. Layer: domain; thread-safe.
 *
 * A zone's offsets from 1970 to 2200 are read from the system once, when it is first asked for, and
 * kept for the life of the process. */
#pragma once

#include <stdint.h>

#include "domain/text.h"

typedef struct ZoneClock ZoneClock;

/* NULL when this system has no zone of this IANA name; kept for ever. */
const ZoneClock *zone_clock_find(TextSlice name);

const char *zone_clock_name(const ZoneClock *clock);

/* Seconds that the zone's clock is ahead of UTC at a Unix time; *ret_until_s: the time from which
 * on another offset may hold, INT64_MAX when none follows. */
int32_t zone_clock_offset(const ZoneClock *clock, int64_t at_s, int64_t *ret_until_s);
