#include "runtime/live_hash.h"

#include <criterion/criterion.h>

Test(live_hash, gives_back_what_was_put_in)
{
    AUTO_HASH hash;
    live_hash_init(&hash);
    live_hash_add(&hash, "held", "");
    live_hash_add_i64(&hash, "total", INT64_C(9007199254740993));
    const char *name;
    const char *value;
    size_t at = 0;
    cr_assert(live_hash_next(&hash, &at, &name, &value));
    cr_assert_str_eq(name, "held");
    cr_assert_str_eq(value, "");
    cr_assert(live_hash_next(&hash, &at, &name, &value));
    cr_assert_str_eq(value, "9007199254740993");
    cr_assert_not(live_hash_next(&hash, &at, &name, &value));
    cr_assert_str_eq(live_hash_get(&hash, "total"), "9007199254740993");
    cr_assert_null(live_hash_get(&hash, "other"));
}

Test(live_hash, rounds_ratios_half_up)
{
    static const struct {
        int64_t part, whole;
        const char *text;
    } cases[] = {
        {0, 0, "0"},
        {0, 7, "0.0000"},
        {7, 7, "1.0000"},
        {1, 3, "0.3333"},
        {2, 3, "0.6667"},
        {1, 20000, "0.0001"},
        {1, 20001, "0.0000"},
        {INT64_MAX, INT64_MAX, "1.0000"},
        {INT64_MAX / 2, INT64_MAX, "0.5000"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_HASH hash;
        live_hash_init(&hash);
        live_hash_add_ratio(&hash, "r", cases[i].part, cases[i].whole);
        cr_assert_str_eq(live_hash_get(&hash, "r"), cases[i].text, "case %zu", i);
    }
}
