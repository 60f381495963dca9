/* zone.h - which time zones and states a lead may be in. Layer: domain; thread-safe.
 *
 * Evidence comes from the lead's own time_zone cell, or else from its number's area code and from
 * its state, of which each may name several zones: all of them must be open before it is called.
 * Names are IANA's; links are resolved ("US/Eastern" is "America/New_York"). The states, whose laws
 * may differ, are those of area code and state field alike, also beside a time_zone cell. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "domain/text.h"

/* Names by comma, sorted, static; "" where a source says nothing. When own is given, area and state
 * are "". Regions are postal codes (state.h), and none without a zone. */
typedef struct ZoneEvidence {
    const char *own;
    const char *area;
    const char *state;
    const char *area_regions;
    const char *state_regions;
} ZoneEvidence;

#define ZONE_EVIDENCE_NONE ((ZoneEvidence){"", "", "", "", ""})

/* e164: digits with country code; 0 when there is none. state: postal code or name. country: ISO
 * 3166 code or "" (state.h: where states mean anything). own_zone: the cell, cleaned; may be empty.
 * False when own_zone is not understood (the import problem "time_zone_unknown"); *ret is written
 * on true only. */
bool zone_candidates(
    uint64_t e164, TextSlice state, const char *country, TextSlice own_zone, ZoneEvidence *ret);

/* Zones of the number alone: all of its area code, whatever its exchange (numbers are taken along),
 * or by prefix abroad; "" when it says nothing, as of toll-free numbers. */
const char *zone_of_number(uint64_t e164);

/* The state of a number's area code, "" when there is none. */
const char *zone_regions_of_number(uint64_t e164);

/* A time_zone cell: an IANA name in any case, or American usage ("EST", "Pacific"), which may mean
 * two zones (Arizona's MST is not Denver's); usage is understood where country_has_states(country).
 * NULL when unknown. */
const char *zone_of_name(TextSlice name, const char *country);

/* The evidence as text, the same for the same evidence: "own=America/Chicago", or
 * "area=America/Chicago;state=America/Chicago,America/Denver;regions=LA,TX"; "" when there is none.
 * Returns its length. What follows from a key: zone_gate.h. */
#define ZONE_KEY_SIZE 768
size_t zone_key(const ZoneEvidence *evidence, char buf[ZONE_KEY_SIZE]);

/* Fatal when the system has no time zone data: to be called at start. Looks in $TZDIR, else
 * /usr/share/zoneinfo. */
MUST_CHECK Status zone_check(Error *err);

/* "2026a" or the like, "unknown" when the files do not say; static. */
const char *zone_tzdata_version(void);
/* The system has another version by now; this process keeps to what it read. */
bool zone_tzdata_changed(void);
