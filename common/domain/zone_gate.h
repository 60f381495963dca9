/* zone_gate.h - what of a lead's time zone evidence decides when it may be called. Layer: domain;
 * thread-safe. */
#pragma once

#include "domain/zone.h"

/* zones: those of all facts of a key (zone.h), "" when there is none. regions: those of its facts,
 * whether a law pack names them or not: one that comes later may. Names by comma, sorted. A key in
 * which no fact tells the region (a toll-free number with a time zone) has all regions that some
 * law pack names and that keep one of its zones: the lead may be in any of them. */
typedef struct ZoneGate {
    char zones[ZONE_KEY_SIZE];
    char regions[ZONE_KEY_SIZE];
} ZoneGate;

void zone_gate(const char *key, ZoneGate *ret);

/* Which facts of a key name this zone, for people: "area code and state", "time_zone"; "" when none
 * does; static. */
const char *zone_gate_fact(const char *key, const char *zone);
