/* zone.h - which time zones a lead may be in. Layer: domain; thread-safe.
 *
 * Evidence comes from the lead's own time_zone cell, or else from its number's area code and from
 * its state, of which each may name several zones: all of them must be open before it is called.
 * Names are IANA's; links are resolved ("US/Eastern" is "America/New_York"). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "domain/text.h"

/* Zones by comma, sorted, static; "" where a source says nothing. When own is given, the others are
 * "". */
typedef struct ZoneEvidence {
    const char *own;
    const char *area;
    const char *state;
} ZoneEvidence;

/* e164: digits with country code; 0 when there is none. state: postal code or name. country: ISO
 * 3166 code or "" (state.h: where states mean anything). own_zone: the cell, cleaned; may be empty.
 * False when own_zone is not understood (the import problem "time_zone_unknown"); *ret is written
 * on true only. */
bool zone_candidates(
    uint64_t e164, TextSlice state, const char *country, TextSlice own_zone, ZoneEvidence *ret);

/* Zones of the number alone: by area code and exchange, or by prefix abroad; "" when it says
 * nothing, as of toll-free numbers. */
const char *zone_of_number(uint64_t e164);

/* A time_zone cell: an IANA name in any case, or American usage ("EST", "Pacific"), which may mean
 * two zones (Arizona's MST is not Denver's); usage is understood where country_has_states(country).
 * NULL when unknown. */
const char *zone_of_name(TextSlice name, const char *country);

/* The evidence as text, the same for the same evidence: "own=America/Chicago", or
 * "area=America/Chicago;state=America/Chicago,America/Denver"; "" when there is none. Returns its
 * length. */
#define ZONE_KEY_SIZE 768
size_t zone_key(const ZoneEvidence *evidence, char buf[ZONE_KEY_SIZE]);

/* What of a key decides when a lead may be called: the zones of all its facts, and the regions that
 * some law pack names (law_pack.h). Names by comma, sorted; zones "" when there is none. A key of
 * which no fact tells the region (a toll-free number with a time zone; a key of older times) has
 * all such regions that keep one of its zones. */
typedef struct ZoneGate {
    char zones[ZONE_KEY_SIZE];
    char regions[ZONE_KEY_SIZE];
} ZoneGate;

void zone_gate(const char *key, ZoneGate *ret);

/* Fatal when the system has no time zone data: to be called at start. Looks in $TZDIR, else
 * /usr/share/zoneinfo. */
MUST_CHECK Status zone_check(Error *err);

/* "2026a" or the like, "unknown" when the files do not say; static. */
const char *zone_tzdata_version(void);
