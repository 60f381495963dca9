#include <criterion/criterion.h>
#include <time.h>

#include "domain/day.h"

Test(day, every_day_of_six_centuries_as_the_c_library_has_it)
{
    for (int32_t day = -100000; day < 120000; day++) {
        time_t seconds = (time_t)day * 86400;
        struct tm utc;
        gmtime_r(&seconds, &utc);
        Civil civil = day_civil(day);
        cr_assert_eq(civil.year, utc.tm_year + 1900, "%d", day);
        cr_assert_eq(civil.month, utc.tm_mon + 1, "%d", day);
        cr_assert_eq(civil.day, utc.tm_mday, "%d", day);
        cr_assert_eq(day_of_civil(civil.year, civil.month, civil.day), day);
        cr_assert_eq(day_weekday(day), (utc.tm_wday + 6) % 7);
    }
}

Test(day, easter)
{
    static const Civil easters[] = {
        {1961, 4, 2},  {1981, 4, 19}, {1954, 4, 18}, {2000, 4, 23}, {2008, 3, 23}, {2011, 4, 24},
        {2024, 3, 31}, {2025, 4, 20}, {2026, 4, 5},  {2027, 3, 28}, {2028, 4, 16}, {2029, 4, 1},
        {2030, 4, 21}, {2038, 4, 25}, {2049, 4, 18}, {2076, 4, 19}, {2285, 3, 22},
    };
    for (size_t i = 0; i < sizeof easters / sizeof easters[0]; i++) {
        Civil got = day_civil(day_easter(easters[i].year));
        cr_expect_eq(got.month, easters[i].month, "%d", easters[i].year);
        cr_expect_eq(got.day, easters[i].day, "%d: %d-%d", easters[i].year, got.month, got.day);
    }
}

Test(day, parse)
{
    int32_t day = 0;
    cr_expect(day_parse("1970-01-02", &day));
    cr_expect_eq(day, 1);
    cr_expect(day_parse("2024-02-29", &day));
    static const char *const bad[] = {"",           "2023-02-29", "2026-13-01",  "2026-00-01",
                                      "2026-04-31", "2026-4-1",   "2026-04-011", "2026/04/01"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_expect_not(day_parse(bad[i], &day), "%s", bad[i]);
    }
}
