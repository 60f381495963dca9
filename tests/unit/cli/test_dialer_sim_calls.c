#include "cli/dialer_sim_calls.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define S(n) (INT64_C(1000000) * (n))
#define T(n) (S(n) + S(1000)) /* a time: 0 is none */

/* What happened, as text: "made1 dialed1 started1 ". */
static char told[1024];
static SimFates fates;
static SimLimits limits;
static SimCalls *calls;

static void tell(void *context, SimAct act, const SimCall *call, int64_t now_us)
{
    static const char *const names[SIM_ACT_COUNT] = {"made",  "revoked", "expired", "stale",
                                                     "lost",  "late",    "dial",    "started",
                                                     "ended", "again",   "released"};
    (void)context;
    (void)now_us;
    size_t len = strlen(told);
    snprintf(told + len, sizeof told - len, "%s%d ", names[act], (int)call->offer.offer_id);
}

static void begin(void)
{
    Error err;
    told[0] = '\0';
    fates = (SimFates){.think = {S(10), S(10)}, .late = {S(60), S(60)}, .announce = SIM_SHARE_ALL};
    limits = (SimLimits){.channels = 10};
    cr_assert_eq(sim_mix_parse("NA=1", &fates.mix, &err), STATUS_OK);
}

static void end(void)
{
    sim_calls_free(calls);
}

TestSuite(dialer_sim_calls, .init = begin, .fini = end);

static void open_calls(void)
{
    calls = sim_calls_new(&fates, &limits, (SimSink){tell, NULL});
}

/* Each message of a lead is newer than the one before; lead and offer have the same number. */
static void take(SimOfferKind kind, int64_t offer_id, int64_t not_after_us, int64_t now_us)
{
    static int64_t n;
    SimOffer offer = {.kind = kind,
                      .offer_id = offer_id,
                      .lead_id = offer_id,
                      .sequence = {1, ++n, 0},
                      .not_after_us = not_after_us};
    sim_calls_take(calls, &offer, now_us);
    sim_calls_advance(calls, now_us);
}

static void expect_told(const char *text)
{
    cr_expect_str_eq(told, text);
    told[0] = '\0';
}

Test(dialer_sim_calls, a_call_from_offer_to_outcome)
{
    open_calls();
    take(SIM_OFFER_MADE, 1, T(300), T(0));
    expect_told("made1 dial1 started1 ");
    cr_expect_eq(sim_calls_due_us(calls), T(10));
    sim_calls_advance(calls, T(10) - 1);
    expect_told("");
    sim_calls_advance(calls, T(10));
    expect_told("ended1 ");
    cr_expect_eq(sim_calls_due_us(calls), INT64_MAX);
    cr_expect_eq(sim_calls_talking(calls), 0);
}

Test(dialer_sim_calls, not_after_is_the_last_moment_to_begin)
{
    limits.channels = 1;
    open_calls();
    take(SIM_OFFER_MADE, 1, T(10), T(0));
    take(SIM_OFFER_MADE, 2, T(10), T(0));
    take(SIM_OFFER_MADE, 3, T(20) - 1, T(0));
    expect_told("made1 dial1 started1 made2 made3 ");
    sim_calls_advance(calls, T(10));
    expect_told("ended1 dial2 started2 ");
    sim_calls_advance(calls, T(20));
    expect_told("ended2 late3 ");
    cr_expect_eq(sim_calls_waiting(calls), 0);
}

Test(dialer_sim_calls, revoked_while_it_waits)
{
    limits.channels = 1;
    open_calls();
    take(SIM_OFFER_MADE, 1, T(300), T(0));
    take(SIM_OFFER_MADE, 2, T(300), T(0));
    told[0] = '\0';
    take(SIM_OFFER_REVOKED, 2, 0, T(1));
    expect_told("revoked2 released2 ");
    take(SIM_OFFER_REVOKED, 1, 0, T(1));
    expect_told("revoked1 "); /* started was told: it goes on */
    sim_calls_advance(calls, T(10));
    expect_told("ended1 ");
}

Test(dialer_sim_calls, revoked_while_an_untold_call_is_under_way)
{
    fates.announce = 0;
    open_calls();
    take(SIM_OFFER_MADE, 1, T(300), T(0));
    expect_told("made1 dial1 ");
    take(SIM_OFFER_REVOKED, 1, 0, T(1));
    expect_told("revoked1 started1 ");
    sim_calls_advance(calls, T(10));
    expect_told("ended1 ");
}

Test(dialer_sim_calls, an_unknown_offer_is_not_answered)
{
    open_calls();
    take(SIM_OFFER_REVOKED, 9, 0, T(0));
    take(SIM_OFFER_EXPIRED, 8, 0, T(0));
    expect_told("revoked9 expired8 ");
}

Test(dialer_sim_calls, expired_offers_are_forgotten_and_calls_go_on)
{
    limits.channels = 1;
    open_calls();
    take(SIM_OFFER_MADE, 1, T(300), T(0));
    take(SIM_OFFER_MADE, 2, T(300), T(0));
    take(SIM_OFFER_EXPIRED, 1, 0, T(0));
    take(SIM_OFFER_EXPIRED, 2, 0, T(0));
    told[0] = '\0';
    sim_calls_advance(calls, T(10));
    expect_told("ended1 ");
}

Test(dialer_sim_calls, what_is_not_newer_is_stale)
{
    open_calls();
    SimOffer offer = {.offer_id = 1, .lead_id = 1, .sequence = {1, INT64_MAX, 0}};
    sim_calls_take(calls, &offer, T(0));
    sim_calls_take(calls, &offer, T(0));
    expect_told("made1 stale1 ");
}

Test(dialer_sim_calls, reordered_repeated_and_late)
{
    fates.reorder = fates.duplicate = fates.late_share = SIM_SHARE_ALL;
    open_calls();
    take(SIM_OFFER_MADE, 1, T(300), T(0));
    expect_told("made1 dial1 ");
    sim_calls_advance(calls, T(10));
    expect_told("");
    cr_expect_eq(sim_calls_talking(calls), 0); /* the line is free */
    cr_expect_eq(sim_calls_due_us(calls), T(70));
    sim_calls_advance(calls, T(70));
    expect_told("ended1 started1 again1 ");
}

Test(dialer_sim_calls, lost_and_released)
{
    fates.lose = SIM_SHARE_ALL;
    open_calls();
    take(SIM_OFFER_MADE, 1, T(300), T(0));
    fates.lose = 0;
    fates.release = SIM_SHARE_ALL;
    take(SIM_OFFER_MADE, 2, T(300), T(0));
    expect_told("made1 lost1 made2 released2 ");
}

Test(dialer_sim_calls, a_rate_is_kept)
{
    limits.per_second = 2;
    open_calls();
    for (int64_t id = 1; id <= 6; id++) {
        take(SIM_OFFER_MADE, id, T(300), T(100));
    }
    told[0] = '\0';
    sim_calls_advance(calls, T(100) + 499999);
    int64_t before = sim_calls_waiting(calls);
    sim_calls_advance(calls, T(100) + 500000);
    cr_expect_eq(sim_calls_waiting(calls), before - 1);
    cr_expect_eq(sim_calls_due_us(calls), T(101));
}

Test(dialer_sim_calls, most_calls)
{
    limits.most_calls = 1;
    open_calls();
    take(SIM_OFFER_MADE, 1, T(300), T(0));
    cr_expect(sim_calls_used_up(calls));
    take(SIM_OFFER_MADE, 2, T(300), T(0));
    expect_told("made1 dial1 started1 made2 ");
}

Test(dialer_sim_calls, the_end_leaves_nothing_open)
{
    limits.channels = 1;
    fates.late_share = SIM_SHARE_ALL;
    open_calls();
    take(SIM_OFFER_MADE, 1, T(300), T(0));
    take(SIM_OFFER_MADE, 2, T(300), T(10)); /* the first is over, its outcome late */
    take(SIM_OFFER_MADE, 3, T(300), T(10));
    told[0] = '\0';
    sim_calls_stop(calls, T(11));
    expect_told("released3 ended2 ended1 ");
    cr_expect_eq(sim_calls_talking(calls), 0);
    cr_expect_eq(sim_calls_waiting(calls), 0);
}

Test(dialer_sim_calls, many_end_in_the_order_of_their_time)
{
    limits.channels = 1000;
    fates.think = (SimRange){S(1), S(1000)};
    open_calls();
    for (int64_t id = 1; id <= 500; id++) {
        take(SIM_OFFER_MADE, id, T(300), T(0));
        told[0] = '\0';
    }
    int64_t last_us = 0;
    for (int ended = 0; ended < 500; ended++) {
        int64_t due_us = sim_calls_due_us(calls);
        cr_assert_geq(due_us, last_us);
        last_us = due_us;
        sim_calls_advance(calls, due_us);
        told[0] = '\0';
    }
    cr_expect_eq(sim_calls_due_us(calls), INT64_MAX);
}
