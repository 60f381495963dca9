#include "cli/dialer_sim_range.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
    const char *text;
    int64_t least_us;
    int64_t most_us; /* -1: refused */
} cases[] = {
    {"0", 0, 0},
    {"20", 20000000, 20000000},
    {"20s", 20000000, 20000000},
    {"250ms-2s", 250000, 2000000},
    {"1m-5m", 60000000, 300000000},
    {"30d", INT64_C(2592000000000), INT64_C(2592000000000)},
    {"366d", INT64_C(31622400000000), INT64_C(31622400000000)},
    {"2h-2h", INT64_C(7200000000), INT64_C(7200000000)},
    {"", 0, -1},
    {"s", 0, -1},
    {"5x", 0, -1},
    {"5-", 0, -1},
    {"-5", 0, -1},
    {"5m-1m", 0, -1},
    {"5 s", 0, -1},
    {"1-2-3", 0, -1},
    {"367d", 0, -1},
    {"99999999999", 0, -1},
};

Test(dialer_sim_range, lengths_of_time)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        SimRange range = {-7, -7};
        Error err = {0};
        Status status = sim_range_parse("think", cases[i].text, &range, &err);
        cr_expect_eq(status == STATUS_OK, cases[i].most_us >= 0, "%s", cases[i].text);
        if (cases[i].most_us >= 0) {
            cr_expect_eq(range.least_us, cases[i].least_us, "%s", cases[i].text);
            cr_expect_eq(range.most_us, cases[i].most_us, "%s", cases[i].text);
        } else {
            cr_expect_str_eq(err.code, "usage");
            cr_expect_eq(range.least_us, -7);
        }
    }
}

Test(dialer_sim_range, a_place_in_it)
{
    SimRange range = {10, 12};
    bool seen[3] = {0};
    for (uint64_t random = 0; random < 9; random++) {
        int64_t at = sim_range_at(&range, random);
        cr_assert(at >= 10 && at <= 12);
        seen[at - 10] = true;
    }
    cr_expect(seen[0] && seen[1] && seen[2]);
    range.most_us = 10;
    cr_expect_eq(sim_range_at(&range, UINT64_MAX), 10);
}
