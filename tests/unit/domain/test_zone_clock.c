#include <criterion/criterion.h>

#include "base/clock.h"
#include "domain/zone_clock.h"

static int64_t at(const char *text)
{
    int64_t time_us = 0;
    cr_assert_eq(clock_parse_rfc3339(text, &time_us, NULL), STATUS_OK);
    return time_us / CLOCK_US_PER_SECOND;
}

Test(zone_clock, offsets_and_when_they_change)
{
    static const struct {
        const char *zone;
        const char *at;
        int32_t offset_s;
        const char *until; /* NULL: for ever */
    } cases[] = {
        {"America/New_York", "2026-03-08T06:59:59Z", -18000, "2026-03-08T07:00:00Z"},
        {"America/New_York", "2026-03-08T07:00:00Z", -14400, "2026-11-01T06:00:00Z"},
        {"US/Eastern", "2026-11-01T06:00:00Z", -18000, "2027-03-14T07:00:00Z"},
        {"america/new_york", "2150-01-01T00:00:00Z", -18000, "2150-03-08T07:00:00Z"},
        {"America/Phoenix", "2026-11-01T06:00:00Z", -25200, NULL},
        {"Asia/Kolkata", "2026-11-01T06:00:00Z", 19800, NULL},
        {"America/St_Johns", "2026-11-01T06:00:00Z", -12600, "2027-03-14T05:30:00Z"},
        {"Australia/Lord_Howe", "2026-10-03T15:30:00Z", 39600, "2027-04-03T15:00:00Z"},
        {"Europe/London", "1970-01-01T00:00:00Z", 3600, "1971-10-31T02:00:00Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const ZoneClock *clock = zone_clock_find(text_of(cases[i].zone));
        cr_assert_not_null(clock, "%s", cases[i].zone);
        int64_t until_s;
        cr_expect_eq(zone_clock_offset(clock, at(cases[i].at), &until_s), cases[i].offset_s, "%zu",
                     i);
        cr_expect_eq(until_s, cases[i].until != NULL ? at(cases[i].until) : INT64_MAX, "%zu: %ld",
                     i, (long)until_s);
        cr_expect_eq(zone_clock_find(text_of(cases[i].zone)), clock);
    }
}

Test(zone_clock, no_such_zone)
{
    cr_expect_null(zone_clock_find(TEXT("Mars/Olympus")));
    cr_expect_null(zone_clock_find(TEXT("")));
    cr_expect_null(zone_clock_find(TEXT("Fixed/UTC-05:00:00")));
    cr_expect_str_eq(zone_clock_name(zone_clock_find(TEXT("US/Eastern"))), "America/New_York");
}
