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
        cr_assert_eq(clock_off_is_much(off_us), cases[i].much, "case %zu", i);
    }
}
