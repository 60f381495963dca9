#include <criterion/criterion.h>

#include "importer/phone_set.h"

static const uint64_t base = UINT64_C(15042000000);
enum { MANY = 200000 };

Test(phone_set, an_empty_set_has_nothing)
{
    PhoneSet set = {0};
    cr_assert_eq(phone_set_find(&set, base), PHONE_ABSENT);
    phone_set_done(&set);
}

Test(phone_set, remembers_where_a_phone_came_from)
{
    PhoneSet set = {0};
    phone_set_add(&set, base, PHONE_IN_LIST);
    phone_set_add(&set, base + 1, PHONE_IN_FILE);
    cr_assert_eq(phone_set_find(&set, base), PHONE_IN_LIST);
    cr_assert_eq(phone_set_find(&set, base + 1), PHONE_IN_FILE);
    cr_assert_eq(phone_set_find(&set, base + 2), PHONE_ABSENT);
    cr_assert_eq(set.count, 2);
    phone_set_done(&set);
}

Test(phone_set, keeps_all_while_it_grows)
{
    PhoneSet set = {0};
    for (uint64_t i = 0; i < MANY; i++) {
        phone_set_add(&set, base + i * 7, i % 3 == 0 ? PHONE_IN_FILE : PHONE_IN_LIST);
    }
    cr_assert_eq(set.count, MANY);
    for (uint64_t i = 0; i < MANY; i++) {
        PhoneOrigin wanted = i % 3 == 0 ? PHONE_IN_FILE : PHONE_IN_LIST;
        cr_assert_eq(phone_set_find(&set, base + i * 7), wanted, "phone %llu",
                     (unsigned long long)i);
        cr_assert_eq(phone_set_find(&set, base + i * 7 + 1), PHONE_ABSENT);
    }
    phone_set_done(&set);
}

Test(phone_set, takes_numbers_of_any_length)
{
    static const uint64_t phones[] = {1, 49, UINT64_C(999999999999999), (UINT64_C(1) << 62) - 1};
    PhoneSet set = {0};
    for (size_t i = 0; i < sizeof phones / sizeof phones[0]; i++) {
        phone_set_add(&set, phones[i], PHONE_IN_LIST);
    }
    for (size_t i = 0; i < sizeof phones / sizeof phones[0]; i++) {
        cr_assert_eq(phone_set_find(&set, phones[i]), PHONE_IN_LIST);
    }
    phone_set_done(&set);
}

/* Both arrays live while one is copied into the other. */
Test(phone_set, tells_the_peak_of_the_next_growth)
{
    PhoneSet set = {0};
    size_t peak = 0;
    for (uint64_t i = 0; i < MANY; i++) {
        size_t told = phone_set_bytes_after_add(&set);
        size_t cap = set.cap;
        phone_set_add(&set, base + i, PHONE_IN_LIST);
        size_t held = set.cap * sizeof *set.slots;
        size_t copied = set.cap != cap ? cap * sizeof *set.slots : 0;
        if (cap > 0) {
            cr_assert_eq(told, held + copied, "at %llu", (unsigned long long)i);
        }
        peak = held + copied > peak ? held + copied : peak;
        cr_assert_eq(phone_set_bytes_of(i + 1), peak, "at %llu", (unsigned long long)i);
    }
    cr_assert_lt((double)(set.cap * sizeof *set.slots) / MANY, 22.0);
    phone_set_done(&set);
}

Test(phone_set, neighbours_spread_over_lanes)
{
    size_t lanes[8] = {0};
    for (uint64_t i = 0; i < 80000; i++) {
        lanes[phone_hash(base + i) % 8]++;
    }
    for (int lane = 0; lane < 8; lane++) {
        cr_assert(lanes[lane] > 9500 && lanes[lane] < 10500, "lane %d has %zu", lane, lanes[lane]);
    }
}
