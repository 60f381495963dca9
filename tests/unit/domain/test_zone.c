#include <criterion/criterion.h>
#include <string.h>

#include "domain/nanp_tables.h"
#include "domain/state.h"
#include "domain/zone.h"

static const char *key_of(uint64_t e164, const char *state, const char *country, const char *own)
{
    static char key[ZONE_KEY_SIZE];
    ZoneEvidence evidence;
    if (!zone_candidates(e164, text_of(state), country, text_of(own), &evidence)) {
        return "time_zone_unknown";
    }
    size_t len = zone_key(&evidence, key);
    cr_assert_eq(len, strlen(key));
    return key;
}

Test(zone, evidence_of_a_lead)
{
    static const struct {
        uint64_t e164;
        const char *state;
        const char *country;
        const char *own;
        const char *key;
    } cases[] = {
        {15046218927, "", "", "", "area=America/Chicago;regions=LA"},
        {15046218927, "LA", "US", "", "area=America/Chicago;state=America/Chicago;regions=LA"},
        {12124567890, "TX", "US", "",
         "area=America/New_York;state=America/Chicago,America/Denver;regions=NY,TX"},
        {12124567890, "Texas", "", "",
         "area=America/New_York;state=America/Chicago,America/Denver;regions=NY,TX"},
        {12124567890, "FL", "US", "",
         "area=America/New_York;state=America/Chicago,America/New_York;regions=FL,NY"},
        {18004117246, "CA", "US", "", "state=America/Los_Angeles;regions=CA"}, /* toll-free */
        {18004117246, "", "US", "", ""},
        {12082150000, "", "US", "",
         "area=America/Boise,America/Denver,America/Los_Angeles;regions=ID"},
        {18502210000, "", "US", "", "area=America/Chicago,America/New_York;regions=FL"},
        {18502240000, "", "US", "", "area=America/Chicago,America/New_York;regions=FL"},
        {14375550123, "ON", "CA", "",
         "area=America/Toronto;state=America/Atikokan,America/Toronto,"
         "America/Winnipeg;regions=ON"},
        {16862345678, "VA", "US", "",
         "area=America/New_York;state=America/New_York;regions=VA"}, /* newer code */
        {442079460958, "", "GB", "", "area=Europe/London"},
        {442079460958, "CA", "GB", "", "area=Europe/London"}, /* no state there */
        {442079460958, "CA", "US", "", "area=Europe/London;state=America/Los_Angeles;regions=CA"},
        {8613800138000, "", "CN", "", "area=Asia/Shanghai"},
        {15046218927, "AE", "US", "",
         "area=America/Chicago;regions=LA"}, /* a military address is anywhere */
        {15046218927, "ZZ", "US", "", "area=America/Chicago;regions=LA"},
        {0, "HI", "US", "", "state=Pacific/Honolulu;regions=HI"},
        {0, "", "", "", ""},
        {12014567890, "", "", "", "area=America/New_York;regions=NJ"},
        {17874567890, "", "PR", "", "area=America/Puerto_Rico;regions=PR"},
        {18674567890, "NU", "CA", "America/Iqaluit", "own=America/Iqaluit;regions=NT,NU,YT"},
        {18004117246, "", "US", "EST", "own=America/New_York"},
        {12124567890, "TX", "US", "America/Chicago", "own=America/Chicago;regions=NY,TX"},
        {12124567890, "TX", "US", "america/chicago", "own=America/Chicago;regions=NY,TX"},
        {12124567890, "TX", "US", "US/Eastern", "own=America/New_York;regions=NY,TX"},
        {12124567890, "TX", "GB", "Europe/Kiev", "own=Europe/Kyiv;regions=NY"},
        {12124567890, "TX", "US", "EST", "own=America/New_York;regions=NY,TX"},
        {12124567890, "TX", "", "pdt", "own=America/Los_Angeles;regions=NY,TX"},
        {12124567890, "TX", "CA", "Eastern Standard Time", "own=America/New_York;regions=NY,TX"},
        {12124567890, "TX", "US", "Central Time", "own=America/Chicago;regions=NY,TX"},
        {12124567890, "AZ", "US", "MST", "own=America/Denver,America/Phoenix;regions=AZ,NY"},
        {12124567890, "AZ", "US", "MDT", "own=America/Denver;regions=AZ,NY"},
        {12124567890, "", "US", "Hawaii", "own=Pacific/Honolulu;regions=NY"},
        {12124567890, "", "US", "Atlantic", "own=America/Halifax,America/Puerto_Rico;regions=NY"},
        {12124567890, "", "CN", "CST", "time_zone_unknown"}, /* China's, perhaps */
        {12124567890, "", "US", "Mars/Olympus", "time_zone_unknown"},
        {12124567890, "", "US", "America/../../etc/passwd", "time_zone_unknown"},
        {12124567890, "", "US", "posix/America/Chicago", "time_zone_unknown"},
        {12124567890, "", "US", "Factory", "time_zone_unknown"},
        {12124567890, "", "US", "Fixed/UTC-05:00:00", "time_zone_unknown"},
        {12124567890, "", "US", "-5", "time_zone_unknown"},
        {12124567890, "", "US", "Time", "time_zone_unknown"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *key = key_of(cases[i].e164, cases[i].state, cases[i].country, cases[i].own);
        cr_expect_str_eq(key, cases[i].key, "%lu %s %s %s: %s", (unsigned long)cases[i].e164,
                         cases[i].state, cases[i].country, cases[i].own, key);
    }
}

static void check_region(const char *regions)
{
    for (; *regions != '\0'; regions += strspn(regions, ",")) {
        const State *state = state_find((TextSlice){regions, 2});
        cr_assert_not_null(state, "%s", regions);
        cr_expect_arr_eq(state->code, regions, 2);
        regions += 2;
    }
}

/* Toll-free and personal numbers are nowhere; all others of the United States and Canada, and of
 * territories with states, are in a state. */
Test(zone, every_area_code_with_a_zone_there_has_its_state)
{
    static const char *const names[] = {"US", "CA", "PR", "VI", "GU", "MP", "AS"};
    for (uint64_t area = 200; area < 1000; area++) {
        uint64_t e164 = (1000 + area) * 10000000 + 2345678;
        const char *regions = zone_regions_of_number(e164);
        const char *country = nanp_regions[area - 200];
        bool stated = false;
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            stated = stated || strcmp(country, names[i]) == 0;
        }
        check_region(regions);
        if (stated && zone_of_number(e164)[0] != '\0') {
            cr_expect(regions[0] != '\0', "%lu", (unsigned long)area);
        }
        if (regions[0] != '\0') {
            cr_expect(zone_of_number(e164)[0] != '\0', "%lu", (unsigned long)area);
        }
    }
    cr_expect_str_eq(zone_regions_of_number(442079460958), "");
}

Test(zone, area_codes_of_states_whose_law_differs)
{
    static const struct {
        const char *region;
        const char *areas; /* all that there are, by blank */
    } cases[] = {
        {"AL", "205 251 256 334 659 938"},
        {"FL", "239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 850 863 "
               "904 941 954"},
        {"LA", "225 318 337 504 985"},
        {"MD", "227 240 301 410 443 667"},
        {"MS", "228 601 662 769"},
        {"OK", "405 539 572 580 918"},
        {"WA", "206 253 360 425 509 564"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_STRBUF areas = STRBUF_INIT;
        for (uint64_t area = 200; area < 1000; area++) {
            if (strcmp(zone_regions_of_number((1000 + area) * 10000000), cases[i].region) == 0) {
                strbuf_addf(&areas, "%s%lu", areas.len > 0 ? " " : "", (unsigned long)area);
            }
        }
        cr_expect_str_eq(areas.data, cases[i].areas, "%s: %s", cases[i].region, areas.data);
    }
}

/* Each name exists on this system, and a set is sorted without doubles. */
static void check_set(const char *zones)
{
    TextSlice last = TEXT("");
    while (zones[0] != '\0') {
        TextSlice zone = {zones, strcspn(zones, ",")};
        cr_assert_not_null(zone_of_name(zone, "US"), "%.*s", (int)zone.len, zone.data);
        if (last.len > 0) {
            cr_assert_lt(strncmp(last.data, zone.data, last.len), 1);
            cr_assert_neq(last.len == zone.len && memcmp(last.data, zone.data, zone.len) == 0,
                          true);
        }
        last = zone;
        zones += zone.len + (zones[zone.len] == ',');
    }
}

Test(zone, every_zone_named_in_the_tables_exists)
{
    for (uint64_t area = 1200; area < 2000; area++) {
        check_set(zone_of_number(area * 10000000));
    }
    for (uint64_t prefix = 20000; prefix < 100000; prefix++) {
        check_set(zone_of_number(prefix * 10000000));
    }
}

Test(zone, every_state_but_the_military_has_zones)
{
    static const char codes[] =
        "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS "
        "MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI "
        "WY AS GU MP PR VI AB BC MB NB NL NS NT NU ON PE QC SK YT ";
    for (const char *at = codes; *at != '\0'; at += 3) {
        const State *state = state_find((TextSlice){at, 2});
        cr_assert_not_null(state, "%.2s", at);
        cr_expect_arr_eq(state->code, at, 2);
        cr_expect_gt(strlen(state->zones), 0, "%.2s", at);
        check_set(state->zones);
        cr_expect_eq(state_find(text_of(state->name)), state, "%s", state->name);
    }
}

Test(zone, the_system_has_time_zones)
{
    Error err;
    cr_expect_eq(zone_check(&err), STATUS_OK);
    cr_expect_eq(strlen(zone_tzdata_version()), 5, "%s", zone_tzdata_version()); /* 2026a */
}

Test(zone, without_tzdata_the_check_is_fatal)
{
    setenv("TZDIR", "/nowhere", 1);
    Error err;
    cr_expect_eq(zone_check(&err), STATUS_FATAL);
    cr_expect_str_eq(err.code, "no_time_zones");
    cr_expect_null(zone_of_name(TEXT("America/Chicago"), "US"));
    cr_expect_str_eq(zone_tzdata_version(), "unknown");
}
