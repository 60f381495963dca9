#include "recycler/why_plan.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define MINUTE INT64_C(60000000)
#define HOUR   (60 * MINUTE)
#define NOW    INT64_C(1780326000000000) /* 2026-06-01T15:00:00Z, Monday, 10:00 in Chicago */

static CampaignRules rules;
static const CallingPlace chicago = {.zones = "America/Chicago", .regions = "LA"};
static const CallingPlace nowhere = {.zones = "", .regions = ""};

static void rules_begin(void)
{
    campaign_rules_init(&rules);
    rules.active = true; /* 09:00-20:00, 3 calls in 24 h, 15 m between them, 10 calls in a pass */
}

static void rules_end(void)
{
    campaign_rules_done(&rules);
}

TestSuite(why_plan, .init = rules_begin, .fini = rules_end);

/* All that can be in the way; each case takes some of it. */
typedef enum Trouble {
    ENTRY = 1 << 0,
    INVALID = 1 << 1,
    FINAL = 1 << 2,
    OFFER = 1 << 3,
    EXHAUSTED = 1 << 4,
    LIST = 1 << 5,
    CAMPAIGN = 1 << 6,
    ZONE = 1 << 7,
    DUE = 1 << 8,
    CLOSED = 1 << 9,
    CAP = 1 << 10,
    GAP = 1 << 11,
    BUSY = 1 << 12,
} Trouble;

static const struct {
    Trouble trouble;
    Why why;
    int64_t until_us;
} in_order[] = {
    {ENTRY, WHY_DNC, NOW + 24 * HOUR},
    {INVALID, WHY_INVALID, 0},
    {FINAL, WHY_FINISHED, 0},
    {OFFER, WHY_OFFERED, NOW + HOUR},
    {EXHAUSTED, WHY_EXHAUSTED, 0},
    {LIST, WHY_LIST_PAUSED, 0},
    {CAMPAIGN, WHY_CAMPAIGN_PAUSED, 0},
    {ZONE, WHY_ZONE_UNKNOWN, 0},
    {DUE, WHY_NOT_DUE, NOW + 7 * MINUTE},
    {CLOSED, WHY_OUTSIDE_HOURS, NOW + 2 * HOUR},
    {CAP, WHY_NUMBER_CAP, NOW + 4 * HOUR},
    {GAP, WHY_NUMBER_GAP, NOW + 5 * MINUTE},
    {BUSY, WHY_NUMBER_OFFERED, NOW + 3 * HOUR},
    {0, WHY_DIALABLE_NOW, NOW + 10 * HOUR},
};
enum { ORDER_COUNT = sizeof in_order / sizeof in_order[0] };

static const int64_t many_calls[] = {NOW - HOUR, NOW - 2 * HOUR, NOW - 20 * HOUR};
static const int64_t a_call[] = {NOW - 10 * MINUTE};

static void hold(LeadDial *lead, unsigned troubles)
{
    lead->hold |= troubles & INVALID ? LEAD_HOLD_INVALID : 0;
    lead->hold |= troubles & FINAL ? LEAD_HOLD_FINAL : 0;
    lead->hold |= troubles & EXHAUSTED ? LEAD_HOLD_EXHAUSTED : 0;
    lead->offer_id = troubles & OFFER ? 12 : 0;
    lead->due_us = troubles & DUE ? NOW + 7 * MINUTE : 0;
}

/* The cap is what is looked at before the gap. */
static void call(TopupFacts *facts, unsigned troubles)
{
    facts->calls_us = troubles & CAP ? many_calls : a_call;
    facts->call_count = troubles & CAP ? 3 : troubles & GAP ? 1 : 0;
}

static WhyAnswer answer(LeadDial *lead, unsigned troubles, int64_t at_us)
{
    static Hours closed;
    cr_assert_eq(
        hours_parse("[{\"days\":[\"mon\"],\"from\":\"12:00\",\"to\":\"13:00\"}]", &closed, NULL),
        STATUS_OK);
    rules.active = (troubles & CAMPAIGN) == 0;
    hold(lead, troubles);
    WhyFacts facts = {.lead = {.lead = lead,
                               .rules = &rules,
                               .list_hours = troubles & CLOSED ? &closed : NULL,
                               .place = troubles & ZONE ? &nowhere : &chicago,
                               .now_us = at_us},
                      .list_active = (troubles & LIST) == 0,
                      .entry_until_us = troubles & ENTRY ? NOW + 24 * HOUR : 0,
                      .offer_until_us = troubles & OFFER ? NOW + HOUR : 0,
                      .busy_until_us = troubles & BUSY ? NOW + 3 * HOUR : 0,
                      .known_us = NOW};
    call(&facts.lead, troubles);
    WhyAnswer ret;
    why_plan(&facts, &ret);
    return ret;
}

Test(why_plan, each_reason_comes_before_those_behind_it)
{
    unsigned behind = 0;
    for (int i = ORDER_COUNT - 1; i >= 0; i--) {
        LeadDial lead = {.lead_id = 1, .status = "NEW"};
        WhyAnswer alone = answer(&lead, in_order[i].trouble, NOW);
        cr_expect_eq(alone.why, in_order[i].why, "%d: %s", i, why_name(alone.why));
        cr_expect_eq(alone.until_us, in_order[i].until_us, "%s: until %lld", why_name(alone.why),
                     (long long)alone.until_us);
        lead = (LeadDial){.lead_id = 1, .status = "NEW"};
        behind |= in_order[i].trouble;
        WhyAnswer all = answer(&lead, behind, NOW);
        cr_expect_eq(all.why, in_order[i].why, "%d: %s", i, why_name(all.why));
    }
}

/* Called twice, an hour ago at last. */
Test(why_plan, rules_that_changed_hold_at_once)
{
    static const struct {
        const char *status;
        const char *tries;
        int max_attempts;
        Why why;
        int64_t until_us;
    } cases[] = {
        {"NA", "NA=2", 10, WHY_NOT_DUE, NOW + HOUR}, /* its second interval is 2 h */
        {"NA", "NA=1,B=1", 10, WHY_DIALABLE_NOW, NOW + 10 * HOUR},
        {"NA", "NA=3", 10, WHY_EXHAUSTED, 0},
        {"NA", "NA=1,B=1", 2, WHY_EXHAUSTED, 0},
        {"NORULE", "NORULE=1", 10, WHY_EXHAUSTED, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        LeadDial lead = {.attempts = 2, .called_us = NOW - HOUR, .decided_us = NOW - HOUR};
        snprintf(lead.status, sizeof lead.status, "%s", cases[i].status);
        snprintf(lead.tries, sizeof lead.tries, "%s", cases[i].tries);
        rules.max_attempts = cases[i].max_attempts;
        WhyAnswer found = answer(&lead, 0, NOW);
        cr_expect_eq(found.why, cases[i].why, "%zu: %s", i, why_name(found.why));
        cr_expect_eq(found.until_us, cases[i].until_us, "%zu", i);
    }
}

Test(why_plan, what_will_have_ended_is_not_in_the_way_then)
{
    static const struct {
        unsigned troubles;
        bool dnc; /* as the lead has it stored */
        int64_t at_us;
        Why why;
    } cases[] = {
        {ENTRY, true, NOW, WHY_DNC},
        {ENTRY, false, NOW, WHY_DNC},                     /* the lead is behind its entry */
        {0, true, NOW, WHY_DNC},                          /* and behind its end */
        {0, true, NOW + MINUTE, WHY_DIALABLE_NOW},        /* which it will have seen */
        {ENTRY, true, NOW + 24 * HOUR - 1, WHY_DNC},      /* holds until then */
        {ENTRY, true, NOW + 24 * HOUR, WHY_DIALABLE_NOW}, /* and not then */
        {OFFER, false, NOW + HOUR - 1, WHY_OFFERED},      /* as an offer does */
        {OFFER, false, NOW + HOUR, WHY_DIALABLE_NOW},
        {OFFER, false, NOW - 24 * HOUR, WHY_OFFERED}, /* by what is known now */
        {BUSY, false, NOW + 3 * HOUR - 1, WHY_NUMBER_OFFERED},
        {BUSY, false, NOW + 3 * HOUR, WHY_DIALABLE_NOW},
        {DUE, false, NOW + 7 * MINUTE, WHY_DIALABLE_NOW},
        {CAP, false, NOW + 4 * HOUR - 1, WHY_NUMBER_CAP}, /* 23:59:59.999999 */
        {CAP, false, NOW + 4 * HOUR, WHY_DIALABLE_NOW},   /* 24:00:00 */
        {CLOSED, false, NOW + 2 * HOUR, WHY_DIALABLE_NOW},
        {0, false, NOW + 10 * HOUR, WHY_OUTSIDE_HOURS}, /* 20:00 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        LeadDial lead = {.status = "NEW", .dnc = cases[i].dnc};
        WhyAnswer found = answer(&lead, cases[i].troubles, cases[i].at_us);
        cr_expect_eq(found.why, cases[i].why, "%zu: %s", i, why_name(found.why));
    }
}

Test(why_plan, the_end_of_what_has_none_is_not_told)
{
    LeadDial lead = {.status = "NEW"};
    WhyFacts facts = {.lead = {.lead = &lead, .rules = &rules, .place = &chicago, .now_us = NOW},
                      .list_active = true,
                      .entry_until_us = CALLING_NEVER,
                      .known_us = NOW};
    WhyAnswer found;
    why_plan(&facts, &found);
    cr_expect_eq(found.why, WHY_DNC);
    cr_expect_eq(found.until_us, 0);
    rules.hours = (Hours){0};
    rules.laws = NULL;
    facts.entry_until_us = 0;
    why_plan(&facts, &found);
    cr_expect_eq(found.why, WHY_DIALABLE_NOW);
    cr_expect_eq(found.until_us, 0);
}

Test(why_plan, what_put_a_lead_off_is_told_while_its_hours_are_open)
{
    static const Why whys[] = {WHY_NOT_DUE, WHY_OUTSIDE_HOURS, WHY_NUMBER_CAP, WHY_NUMBER_GAP,
                               WHY_NUMBER_OFFERED};
    LeadDial lead = {.status = "NEW", .due_us = NOW + 7 * MINUTE};
    WhyFacts facts = {.lead = {.lead = &lead, .rules = &rules, .place = &chicago},
                      .list_active = true,
                      .known_us = NOW};
    for (TopupWhy by = TOPUP_BY_RULE; by <= TOPUP_BY_OFFER; by++) {
        WhyAnswer found;
        facts.put_off = by;
        facts.lead.now_us = NOW;
        why_plan(&facts, &found);
        cr_expect_eq(found.why, whys[by], "%d: %s", by, why_name(found.why));
        cr_expect_eq(found.until_us, NOW + 7 * MINUTE);
        facts.lead.now_us = NOW - 12 * HOUR; /* 22:00 */
        why_plan(&facts, &found);
        cr_expect_eq(found.why, by == TOPUP_BY_RULE ? WHY_NOT_DUE : WHY_OUTSIDE_HOURS);
        facts.lead.now_us = lead.due_us;
        why_plan(&facts, &found);
        cr_expect_eq(found.why, WHY_DIALABLE_NOW);
    }
}

Test(why_plan, a_campaign_that_is_held_now_comes_last)
{
    LeadDial lead = {.status = "NEW"};
    WhyFacts facts = {.lead = {.lead = &lead, .rules = &rules, .place = &chicago, .now_us = NOW},
                      .list_active = true,
                      .campaign_held = true,
                      .known_us = NOW};
    WhyAnswer found;
    why_plan(&facts, &found);
    cr_expect_eq(found.why, WHY_CAMPAIGN_HELD);
    cr_expect_eq(found.until_us, 0);
    facts.busy_until_us = NOW + HOUR;
    why_plan(&facts, &found);
    cr_expect_eq(found.why, WHY_NUMBER_OFFERED);
    facts.busy_until_us = 0;
    facts.lead.now_us = NOW + MINUTE; /* nobody knows whether it will be held */
    why_plan(&facts, &found);
    cr_expect_eq(found.why, WHY_DIALABLE_NOW);
}

Test(why_plan, stages_are_reasons_of_the_same_name)
{
    for (Stage stage = STAGE_DNC; stage < STAGE_READY; stage++) {
        cr_expect_str_eq(why_name(why_of_stage(stage)), stage_name(stage));
    }
    for (Why why = 0; why < WHY_END; why++) {
        cr_expect(why_name(why) != NULL && why_text(why) != NULL);
    }
}
