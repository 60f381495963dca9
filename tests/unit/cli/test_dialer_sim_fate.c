#include "cli/dialer_sim_fate.h"

#include <criterion/criterion.h>
#include <string.h>

static SimFates fates_of(uint64_t seed)
{
    SimFates fates = {.seed = seed,
                      .think = {1000, 2000},
                      .late = {5, 5},
                      .callback = {60, 60},
                      .announce = SIM_SHARE_ALL,
                      .agents = 3};
    Error err;
    cr_assert_eq(sim_mix_parse("NA=9,CB=1", &fates.mix, &err), STATUS_OK);
    return fates;
}

Test(dialer_sim_fate, seed_and_offer_decide_alone)
{
    SimFates one = fates_of(7);
    SimFates same = fates_of(7);
    SimFates other = fates_of(8);
    int differ = 0;
    for (int64_t offer_id = 1; offer_id <= 200; offer_id++) {
        SimFate a;
        SimFate b;
        SimFate c;
        sim_fate_draw(&one, offer_id, &a);
        sim_fate_draw(&same, offer_id, &b);
        sim_fate_draw(&other, offer_id, &c);
        cr_expect_str_eq(a.code, b.code);
        cr_expect_eq(a.think_us, b.think_us);
        cr_expect(a.think_us >= 1000 && a.think_us <= 2000);
        differ += a.think_us != c.think_us;
    }
    cr_expect_gt(differ, 150);
}

Test(dialer_sim_fate, one_share_does_not_move_the_others)
{
    SimFates plain = fates_of(3);
    SimFates rough = fates_of(3);
    rough.duplicate = rough.late_share = rough.reorder = SIM_SHARE_ALL;
    for (int64_t offer_id = 1; offer_id <= 50; offer_id++) {
        SimFate a;
        SimFate b;
        sim_fate_draw(&plain, offer_id, &a);
        sim_fate_draw(&rough, offer_id, &b);
        cr_expect_str_eq(a.code, b.code);
        cr_expect_eq(a.agent, b.agent);
        cr_expect(!a.repeated && !a.reordered && a.late_us == 0);
        cr_expect(b.repeated && b.reordered && b.late_us == 5);
    }
}

Test(dialer_sim_fate, shares_hold_over_many)
{
    SimFates fates = fates_of(1);
    int doings[3] = {0};
    int callbacks = 0;
    fates.lose = 10;
    fates.release = 20;
    for (int64_t offer_id = 1; offer_id <= 10000; offer_id++) {
        SimFate fate;
        sim_fate_draw(&fates, offer_id, &fate);
        doings[fate.doing]++;
        callbacks += fate.callback_us == 60;
        cr_assert_eq(fate.callback_us != 0, strcmp(fate.code, "CB") == 0);
        cr_assert(fate.agent >= 1 && fate.agent <= 3);
    }
    cr_expect(doings[SIM_LOSE] > 900 && doings[SIM_LOSE] < 1100);
    cr_expect(doings[SIM_RELEASE] > 1650 && doings[SIM_RELEASE] < 1950);
    cr_expect(callbacks > 900 && callbacks < 1100);
}

Test(dialer_sim_fate, what_is_not_announced_is_not_reordered)
{
    SimFates fates = fates_of(1);
    SimFate fate;
    fates.announce = 0;
    fates.reorder = SIM_SHARE_ALL;
    fates.agents = 0;
    sim_fate_draw(&fates, 5, &fate);
    cr_expect(!fate.announced && !fate.reordered);
    cr_expect_eq(fate.agent, 0);
}
