/* zone_tables.h - what gen/area_zones.py makes out of libphonenumber's time zone data and
 * place names at build time. Layer: domain; for zone.c alone. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Sets of zones as sorted text by comma; number 0 is the empty one. */
extern const char *const zone_sets[];

/* Number of the set of area code 200 + i. */
extern const uint8_t zone_nanp_areas[800];

/* Sets of states as sorted text by comma, number 0 the empty one; and that of area code 200 + i. */
extern const char *const zone_regions[];
extern const uint8_t zone_nanp_regions[800];

typedef struct ZonePrefix {
    uint32_t digits; /* with the country code */
    uint16_t set;
} ZonePrefix;

/* Outside North America, rising; the longest that fits is the one. */
extern const ZonePrefix zone_prefixes[];
extern const size_t zone_prefix_count;
