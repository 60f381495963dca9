#include "recycler/clock_off.h"

#include <criterion/criterion.h>
#include <stddef.h>

#define S INT64_C(1000000)

Test(clock_off, an_answer_that_took_its_time_is_no_difference)
{
    static const struct {
        int64_t before_us;
        int64_t server_us;
        int64_t after_us;
        int64_t off_us;
        bool much;
    } cases[] = {
        {100 * S, 100 * S, 100 * S, 0, false},      {100 * S, 130 * S, 160 * S, 0, false},
        {100 * S, 95 * S, 101 * S, 5 * S, false},   {100 * S, 94 * S, 101 * S, 6 * S, true},
        {100 * S, 106 * S, 101 * S, -5 * S, false}, {100 * S, 107 * S, 101 * S, -6 * S, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t off_us = clock_off_us(cases[i].before_us, cases[i].server_us, cases[i].after_us);
        cr_assert_eq(off_us, cases[i].off_us, "case %zu", i);
        cr_assert_eq(clock_off_is_much(off_us, false), cases[i].much, "case %zu", i);
    }
}

Test(clock_off, one_that_was_off_has_to_come_near)
{
    cr_assert_not(clock_off_is_much(3 * S, false));
    cr_assert(clock_off_is_much(3 * S, true));
    cr_assert(clock_off_is_much(-3 * S, true));
    cr_assert_not(clock_off_is_much(2 * S, true));
}

Test(clock_off, what_the_clock_told_at_first_is_what_counts)
{
    static const struct {
        int64_t before_us;
        int64_t server_us;
        int64_t after_us;
        Status status;
    } cases[] = {
        {100 * S, 101 * S, 102 * S, STATUS_OK},    {100 * S, 90 * S, 102 * S, STATUS_RETRY},
        {100 * S, 110 * S, 102 * S, STATUS_RETRY}, {700 * S, 100 * S, 101 * S, STATUS_RETRY},
        {100 * S, 700 * S, 701 * S, STATUS_RETRY}, {100 * S, 130 * S, 160 * S, STATUS_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Error err;
        cr_assert_eq(
            clock_off_check(cases[i].before_us, cases[i].server_us, cases[i].after_us, &err),
            cases[i].status, "case %zu", i);
    }
}
