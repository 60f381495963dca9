#include <criterion/criterion.h>
#include <stdio.h>

#include "runtime/list_stats.h"

Test(list_stats, a_list_may_have_the_statuses_of_many_campaigns)
{
    enum { CODES = 1000 };
    AUTO_DELTA delta = {.list_no = 1};
    char code[LIST_STATUS_SIZE];
    for (int i = 0; i < 2 * CODES; i++) {
        snprintf(code, sizeof code, "S%d", i % CODES);
        list_delta_status(&delta, code, i + 1);
    }
    cr_assert_eq(delta.status_count, CODES);
    for (int i = 0; i < CODES; i++) {
        snprintf(code, sizeof code, "S%d", i);
        cr_assert_str_eq(delta.statuses[i].status, code);
        cr_assert_eq(delta.statuses[i].leads, 2 * i + 2 + CODES);
    }
}
