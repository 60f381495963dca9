#include <criterion/criterion.h>
#include <string.h>

#include "base/clock.h"
#include "domain/calling.h"

#define DAILY      "\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\""
#define WEEKDAYS   "\"mon\",\"tue\",\"wed\",\"thu\",\"fri\""
#define W(d, f, t) "{\"days\":[" d "],\"from\":\"" f "\",\"to\":\"" t "\"}"
#define NEVER      "never"

static int64_t at(const char *text)
{
    int64_t time_us = 0;
    if (strcmp(text, NEVER) == 0) {
        return CALLING_NEVER;
    }
    cr_assert_eq(clock_parse_rfc3339(text, &time_us, NULL), STATUS_OK, "%s", text);
    return time_us;
}

static const char *text_of_time(int64_t time_us)
{
    static char text[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(time_us, text);
    return time_us == CALLING_NEVER ? NEVER : text;
}

typedef struct Case {
    const char *what;
    const char *zones;
    const char *regions;
    const char *law; /* "" none */
    const char *campaign;
    const char *rule;
    const char *at;
    bool open;
    const char *until;
    CallingWhy why;
} Case;

static void check(const Case *c, const char *assume)
{
    Hours hours[2];
    Error err;
    cr_assert_eq(hours_parse(c->campaign, &hours[0], &err), STATUS_OK, "%s: %s", c->what, err.text);
    cr_assert_eq(hours_parse(c->rule, &hours[1], &err), STATUS_OK, "%s: %s", c->what, err.text);
    CallingRules rules = {.hours = {&hours[0], &hours[1]},
                          .names = {"campaign", "rule"},
                          .hours_count = 2,
                          .laws = law_pack_find(c->law),
                          .assume_zones = assume};
    CallingPlace place = {c->zones, c->regions};
    CallingTime time;
    calling_time(&rules, &place, at(c->at), &time);
    cr_expect_eq(time.open, c->open, "%s: open", c->what);
    cr_expect_eq(time.until_us, at(c->until), "%s: until %s", c->what, text_of_time(time.until_us));
    cr_expect_eq(time.why, c->why, "%s: why %s", c->what, calling_why_name(time.why));
    int64_t next = calling_next(&rules, &place, at(c->at));
    cr_expect_eq(next, c->open ? at(c->at) : at(c->until), "%s: next %s", c->what,
                 text_of_time(next));
}

static const Case cases[] = {
    {"plain, open", "America/Chicago", "", "", "[" W(DAILY, "09:00", "20:00") "]", "[]",
     "2026-11-24T20:00:00Z", true, "2026-11-25T02:00:00Z", CALLING_HOURS},
    {"last microsecond", "America/Chicago", "", "", "[" W(DAILY, "09:00", "20:00") "]", "[]",
     "2026-11-25T01:59:59.999999Z", true, "2026-11-25T02:00:00Z", CALLING_HOURS},
    {"closed on the minute", "America/Chicago", "", "", "[" W(DAILY, "09:00", "20:00") "]", "[]",
     "2026-11-25T02:00:00Z", false, "2026-11-25T15:00:00Z", CALLING_HOURS},
    {"just before opening", "America/Chicago", "", "", "[" W(DAILY, "09:00", "20:00") "]", "[]",
     "2026-11-25T14:59:59.999999Z", false, "2026-11-25T15:00:00Z", CALLING_HOURS},
    {"no restriction", "America/Chicago", "", "", "[]", "[]", "2026-11-24T20:00:00Z", true, NEVER,
     CALLING_UNRESTRICTED},
    {"unknown zone", "", "", "us", "[]", "[]", "2026-11-24T20:00:00Z", false, NEVER,
     CALLING_ZONE_UNKNOWN},
    {"a zone that is none", "America/Chicago,Mars/Olympus", "", "", "[]", "[]",
     "2026-11-24T20:00:00Z", false, NEVER, CALLING_ZONE_UNKNOWN},
    /* 850 is Florida's panhandle: Central and Eastern. 8:00 in Chicago is 9:00 in New York. */
    {"850, one zone closed", "America/Chicago,America/New_York", "", "",
     "[" W(DAILY, "09:00", "20:00") "]", "[]", "2026-11-24T14:30:00Z", false,
     "2026-11-24T15:00:00Z", CALLING_HOURS},
    {"850, both open", "America/Chicago,America/New_York", "", "",
     "[" W(DAILY, "09:00", "20:00") "]", "[]", "2026-11-24T15:00:00Z", true, "2026-11-25T01:00:00Z",
     CALLING_HOURS},
    {"850 in law", "America/Chicago,America/New_York", "FL", "us", "[]", "[]",
     "2026-11-24T13:30:00Z", false, "2026-11-24T14:00:00Z", CALLING_LAW},
    /* half hours */
    {"Newfoundland", "America/St_Johns", "", "", "[" W(DAILY, "09:00", "20:00") "]", "[]",
     "2026-11-24T12:29:00Z", false, "2026-11-24T12:30:00Z", CALLING_HOURS},
    {"Kolkata", "Asia/Kolkata", "", "", "[" W(DAILY, "09:00", "20:00") "]", "[]",
     "2026-11-24T03:30:00Z", true, "2026-11-24T14:30:00Z", CALLING_HOURS},
    {"Kathmandu", "Asia/Kathmandu", "", "", "[" W(DAILY, "09:00", "20:00") "]", "[]",
     "2026-11-24T03:14:59Z", false, "2026-11-24T03:15:00Z", CALLING_HOURS},
    {"Lord Howe's half hour", "Australia/Lord_Howe", "", "", "[" W(DAILY, "02:10", "02:40") "]",
     "[]", "2026-10-03T15:00:00Z", false, "2026-10-03T15:30:00Z", CALLING_HOURS},
    /* over midnight */
    {"Friday night", "America/Chicago", "", "", "[" W("\"fri\"", "22:00", "02:00") "]", "[]",
     "2026-11-28T07:59:00Z", true, "2026-11-28T08:00:00Z", CALLING_HOURS},
    {"not Thursday night", "America/Chicago", "", "", "[" W("\"fri\"", "22:00", "02:00") "]", "[]",
     "2026-11-27T07:00:00Z", false, "2026-11-28T04:00:00Z", CALLING_HOURS},
    {"night of the fold", "America/Chicago", "", "", "[" W("\"sat\"", "22:00", "02:00") "]", "[]",
     "2026-11-01T03:00:00Z", true, "2026-11-01T08:00:00Z", CALLING_HOURS},
    {"night of the gap", "America/Chicago", "", "", "[" W("\"sat\"", "22:00", "03:00") "]", "[]",
     "2026-03-08T04:00:00Z", true, "2026-03-08T08:00:00Z", CALLING_HOURS},
    /* a window inside the gap 02:00 to 03:00 of 2026-03-08 does not come that day */
    {"inside a gap", "America/New_York", "", "", "[" W("\"sun\"", "02:10", "02:50") "]", "[]",
     "2026-03-08T06:00:00Z", false, "2026-03-15T06:10:00Z", CALLING_HOURS},
    {"begins in a gap", "America/New_York", "", "", "[" W(DAILY, "02:30", "04:00") "]", "[]",
     "2026-03-08T06:59:59Z", false, "2026-03-08T07:00:00Z", CALLING_HOURS},
    {"ends in a gap", "America/New_York", "", "", "[" W(DAILY, "01:00", "02:30") "]", "[]",
     "2026-03-08T06:30:00Z", true, "2026-03-08T07:00:00Z", CALLING_HOURS},
    /* an hour that comes twice is open twice */
    {"folded, first", "America/New_York", "", "", "[" W(DAILY, "01:15", "01:45") "]", "[]",
     "2026-11-01T05:30:00Z", true, "2026-11-01T05:45:00Z", CALLING_HOURS},
    {"folded, between", "America/New_York", "", "", "[" W(DAILY, "01:15", "01:45") "]", "[]",
     "2026-11-01T05:45:00Z", false, "2026-11-01T06:15:00Z", CALLING_HOURS},
    {"folded, second", "America/New_York", "", "", "[" W(DAILY, "01:15", "01:45") "]", "[]",
     "2026-11-01T06:15:00Z", true, "2026-11-01T06:45:00Z", CALLING_HOURS},
    {"open through the fold", "America/New_York", "", "", "[" W(DAILY, "00:30", "03:00") "]", "[]",
     "2026-11-01T04:30:00Z", true, "2026-11-01T08:00:00Z", CALLING_HOURS},
    /* closed days and sets that intersect */
    {"Saturday night, closed Sunday", "America/Chicago", "", "",
     "[" W(WEEKDAYS ",\"sat\"", "09:00", "20:00") "]", "[]", "2026-11-29T02:30:00Z", false,
     "2026-11-30T15:00:00Z", CALLING_HOURS},
    {"campaign and rule", "America/Chicago", "", "", "[" W(DAILY, "09:00", "20:00") "]",
     "[" W(DAILY, "18:00", "22:00") "]", "2026-11-24T20:00:00Z", false, "2026-11-25T00:00:00Z",
     CALLING_HOURS},
    {"campaign closes what the rule would", "America/Chicago", "", "",
     "[" W(DAILY, "09:00", "20:00") "]", "[" W(DAILY, "18:00", "22:00") "]", "2026-11-25T00:00:00Z",
     true, "2026-11-25T02:00:00Z", CALLING_HOURS},
    {"nothing in common", "America/Chicago", "", "", "[" W(DAILY, "09:00", "12:00") "]",
     "[" W(DAILY, "12:00", "13:00") "]", "2026-11-24T16:00:00Z", false, NEVER, CALLING_HOURS},
    {"zones that never meet", "America/Los_Angeles,Asia/Kolkata", "", "",
     "[" W(DAILY, "09:00", "18:00") "]", "[]", "2026-11-24T16:00:00Z", false, NEVER, CALLING_HOURS},
    {"a day in common", "America/Chicago", "", "", "[" W(WEEKDAYS, "09:00", "20:00") "]",
     "[" W("\"fri\",\"sat\",\"sun\"", "10:00", "11:00") "]", "2026-11-27T18:00:00Z", false,
     "2026-12-04T16:00:00Z", CALLING_HOURS},
    /* law */
    {"federal", "America/New_York", "NY", "us", "[]", "[]", "2026-11-24T13:00:00Z", true,
     "2026-11-25T02:00:00Z", CALLING_LAW},
    {"federal, late", "America/New_York", "", "us", "[]", "[]", "2026-11-25T02:00:00Z", false,
     "2026-11-25T13:00:00Z", CALLING_LAW},
    {"Florida", "America/New_York", "FL", "us", "[]", "[]", "2026-11-25T01:00:00Z", false,
     "2026-11-25T13:00:00Z", CALLING_LAW},
    {"Florida or Georgia", "America/New_York", "FL,GA", "us", "[]", "[]", "2026-11-25T01:00:00Z",
     false, "2026-11-25T13:00:00Z", CALLING_LAW},
    {"Florida before its law", "America/New_York", "FL", "us", "[]", "[]", "2021-07-01T00:30:00Z",
     true, "2021-07-01T01:00:00Z", CALLING_LAW},
    {"Florida's first day", "America/New_York", "FL", "us", "[]", "[]", "2021-07-02T00:30:00Z",
     false, "2021-07-02T12:00:00Z", CALLING_LAW},
    {"Mississippi on Sunday", "America/Chicago", "MS", "us", "[" W(DAILY, "09:00", "20:00") "]",
     "[]", "2026-11-29T18:00:00Z", false, "2026-11-30T15:00:00Z", CALLING_LAW},
    {"Mississippi on Saturday night", "America/Chicago", "MS", "us",
     "[" W(DAILY, "09:00", "20:00") "]", "[]", "2026-11-29T03:30:00Z", false,
     "2026-11-30T15:00:00Z", CALLING_LAW},
    {"Mississippi on Monday evening", "America/Chicago", "MS", "us", "[]", "[]",
     "2026-11-24T01:30:00Z", true, "2026-11-24T02:00:00Z", CALLING_LAW},
    {"Mississippi after eight", "America/Chicago", "MS", "us", "[]", "[]", "2026-11-24T02:00:00Z",
     false, "2026-11-24T14:00:00Z", CALLING_LAW},
    {"Louisiana at Thanksgiving", "America/Chicago", "LA", "us", "[]", "[]", "2026-11-26T18:00:00Z",
     false, "2026-11-27T14:00:00Z", CALLING_HOLIDAY},
    {"Louisiana, evening before", "America/Chicago", "LA", "us", "[]", "[]", "2026-11-26T01:59:00Z",
     true, "2026-11-26T02:00:00Z", CALLING_LAW},
    {"Alabama, Christmas on Friday and the week-end", "America/Chicago", "AL", "us", "[]", "[]",
     "2026-12-25T18:00:00Z", false, "2026-12-26T14:00:00Z", CALLING_HOLIDAY},
    {"Mardi Gras", "America/Chicago", "LA", "us", "[]", "[]", "2027-02-09T18:00:00Z", false,
     "2027-02-10T14:00:00Z", CALLING_HOLIDAY},
    {"Canada on Saturday", "America/Toronto", "ON", "ca", "[]", "[]", "2026-11-28T14:30:00Z", false,
     "2026-11-28T15:00:00Z", CALLING_LAW},
    {"a pack of nothing", "America/Toronto", "ON", "none", "[]", "[]", "2026-11-28T08:30:00Z", true,
     NEVER, CALLING_UNRESTRICTED},
};

Test(calling, vectors)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check(&cases[i], "");
    }
}

Test(calling, zones_assumed_for_leads_without_one)
{
    Case c = {
        "assumed",  "", "", "us", "[]", "[]", "2026-11-24T13:30:00Z", false, "2026-11-24T16:00:00Z",
        CALLING_LAW};
    check(&c, "America/Los_Angeles,America/New_York");
    c.zones = "America/New_York"; /* known: nothing is assumed */
    c.open = true;
    c.until = "2026-11-25T02:00:00Z";
    check(&c, "America/Los_Angeles,America/New_York");
    c.zones = "";
    c.open = false;
    c.until = NEVER;
    c.why = CALLING_ZONE_UNKNOWN;
    check(&c, "");
    check(&c, "Mars/Olympus");
}

Test(calling, distance_from_the_clock_time_of_earlier_calls)
{
    static const struct {
        const char *at;
        int32_t min_s;
        bool open;
        const char *until;
    } distances[] = {
        /* calls began at 10:00 and 15:00 in Chicago, before the fold of 2026-11-01 */
        {"2026-11-24T16:00:00Z", 3600, false, "2026-11-24T17:00:00Z"}, /* 10:00 */
        {"2026-11-24T17:00:00Z", 3600, true, "2026-11-24T20:00:01Z"},  /* 11:00 to 14:00 */
        {"2026-11-24T20:00:01Z", 3600, false, "2026-11-24T22:00:00Z"}, /* to 16:00 */
        {"2026-11-24T15:00:00Z", 3600, true, "2026-11-24T15:00:01Z"},  /* 9:00 */
        {"2026-11-24T15:00:01Z", 3600, false, "2026-11-24T17:00:00Z"},
        {"2026-11-24T16:00:00Z", 9000, false, "2026-11-24T18:30:00Z"}, /* 12:30 alone */
        {"2026-11-24T18:30:00Z", 9000, true, "2026-11-24T18:30:01Z"},
        {"2026-11-24T18:30:01Z", 9000, false, "2026-11-24T23:30:00Z"},
        {"2026-11-24T16:00:00Z", 43200, false, NEVER},
        {"2026-11-24T16:00:00Z", 0, true, NEVER},
    };
    int64_t starts[] = {at("2026-10-20T15:00:00Z"), at("2026-10-21T20:00:00Z")};
    for (size_t i = 0; i < sizeof distances / sizeof distances[0]; i++) {
        CallingRules rules = {.distance = {distances[i].min_s, 2, starts}};
        CallingPlace place = {"America/Chicago", ""};
        CallingTime time;
        calling_time(&rules, &place, at(distances[i].at), &time);
        cr_expect_eq(time.open, distances[i].open, "%zu", i);
        cr_expect_eq(time.until_us, at(distances[i].until), "%zu: %s", i,
                     text_of_time(time.until_us));
        if (!time.open) {
            cr_expect_eq(time.why, CALLING_DISTANCE);
        }
    }
}

Test(calling, evidence_names_rule_zone_and_source)
{
    Hours hours;
    Error err;
    cr_assert_eq(hours_parse("[" W(DAILY, "09:00", "20:00") "]", &hours, &err), STATUS_OK);
    CallingRules rules = {
        .hours = {&hours}, .names = {"campaign"}, .hours_count = 1, .laws = law_pack_find("us")};
    CallingPlace place = {"America/Chicago,America/New_York", "FL"};
    CallingEvidence found[CALLING_EVIDENCE_MAX];
    int count = calling_evidence(
        &rules, &place,
        "area=America/New_York;state=America/Chicago,America/New_York;regions=FL,NY",
        at("2026-11-24T14:30:00Z"), found);
    static const struct {
        const char *rule;
        const char *value;
        const char *source;
    } expected[] = {
        {"outside_hours", "America/Chicago: daily 09:00-20:00", "campaign"},
        {"zone", "America/Chicago: Tue 2026-11-24 08:30 (UTC-06:00)", "state"},
        {"zone", "America/New_York: Tue 2026-11-24 09:30 (UTC-05:00)", "area code and state"},
        {"region", "FL", "area code and state"},
        {"windows", "daily 09:00-20:00: closed", "campaign"},
        {"law", "everywhere daily 08:00-21:00: open", "47 CFR 64.1200(c)(1); 16 CFR 310.4(c) http"},
        {"law", "FL daily 08:00-20:00: open", "Fla. Stat. 501.616(6) http"},
        {"cap", "FL: 3 calls in 86400 s", "Fla. Stat. 501.616(6) http"},
        {"tzdata", "20", "system"},
    };
    cr_assert_eq(count, (int)(sizeof expected / sizeof expected[0]));
    for (int i = 0; i < count; i++) {
        cr_expect_str_eq(found[i].rule, expected[i].rule, "%d", i);
        cr_expect(strncmp(found[i].value, expected[i].value, strlen(expected[i].value)) == 0,
                  "%d: %s", i, found[i].value);
        cr_expect(strncmp(found[i].source, expected[i].source, strlen(expected[i].source)) == 0,
                  "%d: %s", i, found[i].source);
    }
    count =
        calling_evidence(&rules, &(CallingPlace){"", ""}, "", at("2026-11-24T14:30:00Z"), found);
    cr_expect_eq(count, 4);
    cr_expect_str_eq(found[0].value, "unknown");
}
