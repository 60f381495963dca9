#include "cli/dialer_sim_mix.h"

#include <criterion/criterion.h>
#include <string.h>

Test(dialer_sim_mix, words_become_codes_and_all_else_stays)
{
    SimMix mix;
    Error err;
    const char *text = "NA=50,BUSY=10,VM=15,VOICEMAIL=1,CALLBACK=2,AB=3,weird code=0,SALE=8";
    static const char *const codes[] = {"NA", "B", "A", "A", "CB", "AB", "weird code", "SALE"};
    cr_assert_eq(sim_mix_parse(text, &mix, &err), STATUS_OK);
    cr_assert_eq(mix.count, 8);
    cr_expect_eq(mix.total, 89);
    for (int i = 0; i < mix.count; i++) {
        cr_expect_str_eq(mix.answers[i].code, codes[i]);
    }
}

Test(dialer_sim_mix, what_is_no_mix_is_refused)
{
    static const char *const bad[] = {"",       "NA",       "NA=",       "=5",
                                      "NA=5,",  ",NA=5",    "NA=5,,B=1", "NA=-1",
                                      "NA=1.5", "NA=0,B=0", "NA=5;B=1",  "NA=9999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        SimMix mix;
        Error err = {0};
        cr_expect_eq(sim_mix_parse(bad[i], &mix, &err), STATUS_BAD_INPUT, "%s", bad[i]);
        cr_expect_str_eq(err.code, "usage");
    }
}

Test(dialer_sim_mix, picks_by_weight)
{
    SimMix mix;
    Error err;
    int counts[3] = {0};
    cr_assert_eq(sim_mix_parse("A=1,B=0,C=3", &mix, &err), STATUS_OK);
    for (uint64_t random = 0; random < 400; random++) {
        counts[sim_mix_pick(&mix, random)->code[0] - 'A']++;
    }
    cr_expect_eq(counts[0], 100);
    cr_expect_eq(counts[1], 0);
    cr_expect_eq(counts[2], 300);
}
