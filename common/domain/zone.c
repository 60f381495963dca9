#include "domain/zone.h"

#include <string.h>

#include "domain/country.h"
#include "domain/state.h"
#include "domain/zone_names.h"
#include "domain/zone_tables.h"

/* How Americans write zones. These come before IANA's names, where EST is a zone without summer
 * time. Plain MST and Mountain are written in Arizona too, so both must be open. */
static const struct {
    const char *text;
    const char *zones;
} usage[] = {
    {"EST", "America/New_York"},
    {"EDT", "America/New_York"},
    {"ET", "America/New_York"},
    {"Eastern", "America/New_York"},
    {"CST", "America/Chicago"},
    {"CDT", "America/Chicago"},
    {"CT", "America/Chicago"},
    {"Central", "America/Chicago"},
    {"MST", "America/Denver,America/Phoenix"},
    {"MDT", "America/Denver"},
    {"MT", "America/Denver,America/Phoenix"},
    {"Mountain", "America/Denver,America/Phoenix"},
    {"PST", "America/Los_Angeles"},
    {"PDT", "America/Los_Angeles"},
    {"PT", "America/Los_Angeles"},
    {"Pacific", "America/Los_Angeles"},
    {"AKST", "America/Anchorage"},
    {"AKDT", "America/Anchorage"},
    {"AKT", "America/Anchorage"},
    {"Alaska", "America/Anchorage"},
    {"HST", "Pacific/Honolulu"},
    {"HT", "Pacific/Honolulu"},
    {"Hawaii", "Pacific/Honolulu"},
    {"AST", "America/Halifax,America/Puerto_Rico"},
    {"ADT", "America/Halifax"},
    {"AT", "America/Halifax,America/Puerto_Rico"},
    {"Atlantic", "America/Halifax,America/Puerto_Rico"},
    {"NST", "America/St_Johns"},
    {"NDT", "America/St_Johns"},
    {"Newfoundland", "America/St_Johns"},
    {"ChST", "Pacific/Guam"},
};

static TextSlice without_ending(TextSlice text, TextSlice ending)
{
    if (text.len > ending.len) {
        TextSlice tail = {text.data + text.len - ending.len, ending.len};
        if (text_equal_nocase(tail, ending)) {
            text.len -= ending.len;
        }
    }
    return text;
}

static const char *zone_of_usage(TextSlice name)
{
    name = without_ending(name, TEXT(" Time"));
    name = without_ending(name, TEXT(" Standard"));
    name = without_ending(name, TEXT(" Daylight"));
    for (size_t i = 0; i < sizeof usage / sizeof usage[0]; i++) {
        if (text_equal_nocase(name, text_of(usage[i].text))) {
            return usage[i].zones;
        }
    }
    return NULL;
}

const char *zone_of_name(TextSlice name, const char *country)
{
    bool may_be_usage = memchr(name.data, '/', name.len) == NULL;
    const char *zones = may_be_usage ? zone_of_usage(name) : NULL;
    if (zones != NULL) {
        return country_has_states(country) ? zones : NULL; /* CST is China's too */
    }
    return zone_names_find(name);
}

/* --- by number --- */

static const char *zone_of_nanp(unsigned area)
{
    return area >= 200 ? zone_sets[zone_nanp_areas[area - 200]] : "";
}

const char *zone_regions_of_number(uint64_t e164)
{
    uint64_t area = e164 / 10000000;
    return area >= 1200 && area < 2000 ? zone_regions[zone_nanp_regions[area - 1200]] : "";
}

static const ZonePrefix *find_prefix(uint64_t digits)
{
    size_t low = 0;
    size_t high = zone_prefix_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (zone_prefixes[middle].digits < digits) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < zone_prefix_count && zone_prefixes[low].digits == digits ? &zone_prefixes[low]
                                                                          : NULL;
}

const char *zone_of_number(uint64_t e164)
{
    if (e164 >= 10000000000ULL && e164 < 20000000000ULL) {
        return zone_of_nanp((unsigned)(e164 / 10000000 % 1000));
    }
    for (uint64_t digits = e164; digits > 0; digits /= 10) {
        const ZonePrefix *prefix = find_prefix(digits);
        if (prefix != NULL) {
            return zone_sets[prefix->set];
        }
    }
    return "";
}

/* --- evidence --- */

static void take_number(uint64_t e164, ZoneEvidence *ret)
{
    ret->area = zone_of_number(e164);
    ret->area_regions = ret->area[0] != '\0' ? zone_regions_of_number(e164) : "";
}

/* Military addresses have no zone, and are no place. */
static void take_state(TextSlice state, const char *country, ZoneEvidence *ret)
{
    const State *known = country_has_states(country) ? state_find(state) : NULL;
    if (known != NULL && known->zones[0] != '\0') {
        ret->state = known->zones;
        ret->state_regions = known->code;
    }
}

bool zone_candidates(
    uint64_t e164, TextSlice state, const char *country, TextSlice own_zone, ZoneEvidence *ret)
{
    const char *own = own_zone.len > 0 ? zone_of_name(own_zone, country) : "";
    if (own == NULL) {
        return false;
    }
    *ret = ZONE_EVIDENCE_NONE;
    take_number(e164, ret);
    take_state(state, country, ret);
    if (own[0] != '\0') {
        ret->own = own;
        ret->area = ret->state = "";
    }
    return true;
}

static char *add_source(char *at, const char *start, const char *name, const char *names)
{
    if (names[0] == '\0') {
        return at;
    }
    if (at > start) {
        *at++ = ';';
    }
    at = stpcpy(at, name);
    return stpcpy(at, names);
}

/* The regions of both facts, sorted, each once: area has a few, state one or none. */
static void merge_regions(const char *area, const char *state, char buf[ZONE_KEY_SIZE])
{
    char *to = buf;
    for (const char *at = area; *at != '\0';) {
        size_t len = strcspn(at, ",");
        int order = state[0] != '\0' ? strncmp(state, at, len) : 1;
        if (order < 0) {
            to = stpcpy(stpcpy(to, state), ",");
        }
        state = order <= 0 ? "" : state;
        to = stpcpy(mempcpy(to, at, len), ",");
        at += len + (at[len] == ',');
    }
    to = stpcpy(to, state);
    if (to > buf && to[-1] == ',') {
        to[-1] = '\0';
    }
}

size_t zone_key(const ZoneEvidence *evidence, char buf[ZONE_KEY_SIZE])
{
    char regions[ZONE_KEY_SIZE];
    char *at = buf;
    *at = '\0';
    merge_regions(evidence->area_regions, evidence->state_regions, regions);
    at = add_source(at, buf, "own=", evidence->own);
    at = add_source(at, buf, "area=", evidence->area);
    at = add_source(at, buf, "state=", evidence->state);
    at = add_source(at, buf, "regions=", regions);
    return (size_t)(at - buf);
}

Status zone_check(Error *err)
{
    if (zone_names_count() > 0 && zone_names_find(TEXT("America/New_York")) != NULL) {
        return STATUS_OK;
    }
    return error_set(err, STATUS_FATAL, "no_time_zones",
                     "The system has no time zone data: install tzdata, or point TZDIR to it.");
}

const char *zone_tzdata_version(void)
{
    return zone_names_version();
}

bool zone_tzdata_changed(void)
{
    return zone_names_changed();
}
