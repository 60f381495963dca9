#include "recycler/reapply_plan.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define MINUTE INT64_C(60000000)
#define START  INT64_C(1780326000000000) /* 2026-06-01T15:00:00Z */

static CampaignRules rules;

static void rules_begin(void)
{
    campaign_rules_init(&rules);
    rules.hours = (Hours){0};
    RecycleRule rule = {
        .disposition = "NA", .max_attempts = 3, .interval_count = 2, .intervals_s = {1800, 7200}};
    campaign_rules_put_rule(&rules, &rule);
}

static void rules_end(void)
{
    campaign_rules_done(&rules);
}

TestSuite(reapply_plan, .init = rules_begin, .fini = rules_end);

/* Called so often, each time with this end. */
static LeadDial lead_called(const char *status, int times, int hold)
{
    LeadDial lead = {.lead_id = 1,
                     .attempts = (int16_t)times,
                     .attempts_total = (int16_t)times,
                     .called_us = START,
                     .hold = (uint16_t)hold};
    snprintf(lead.status, sizeof lead.status, "%s", status);
    snprintf(lead.tries, sizeof lead.tries, "%s=%d", status, times);
    lead_dial_restage(&lead);
    return lead;
}

static ReapplyStep plan(LeadDial *lead, const char *last_code)
{
    static const CallingPlace place = {.zones = "America/Chicago", .regions = ""};
    static const int64_t starts_us[] = {START};
    ReapplyFacts facts = {.rules = &rules,
                          .place = &place,
                          .calls = {.starts_us = starts_us,
                                    .start_count = 1,
                                    .ended_us = START + MINUTE,
                                    .last_code = last_code}};
    ReapplyStep step;
    reapply_plan(lead, &facts, &step);
    return step;
}

Test(reapply_plan, counts_make_exhausted_and_ready)
{
    static const struct {
        const char *status;
        int times;
        int hold;
        Stage stage;
        int64_t due_us;
    } cases[] = {
        {"NA", 1, LEAD_HOLD_EXHAUSTED, STAGE_READY, START + 31 * MINUTE},
        {"NA", 2, LEAD_HOLD_EXHAUSTED, STAGE_READY, START + 121 * MINUTE},
        {"NA", 3, 0, STAGE_EXHAUSTED, 0},
        {"NORULE", 1, 0, STAGE_EXHAUSTED, 0},
        {"SALE", 1, LEAD_HOLD_FINAL, STAGE_FINISHED, 0},
        {"DC", 1, LEAD_HOLD_INVALID, STAGE_INVALID, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        LeadDial lead = lead_called(cases[i].status, cases[i].times, cases[i].hold);
        plan(&lead, cases[i].status);
        cr_expect_eq(lead.stage, cases[i].stage, "%zu: %s", i, stage_name(lead.stage));
        cr_expect_eq(lead.due_us, cases[i].due_us, "%zu", i);
    }
}

Test(reapply_plan, calls_in_all_exhaust_too)
{
    LeadDial lead = lead_called("NA", 2, 0);
    rules.max_attempts = 2;
    ReapplyStep step = plan(&lead, "NA");
    cr_expect_eq(lead.stage, STAGE_EXHAUSTED);
    cr_expect_str_eq(step.reason, "max_attempts");
}

Test(reapply_plan, an_open_offer_and_dnc_go_before)
{
    LeadDial lead = lead_called("NA", 3, 0);
    lead.offer_id = 7;
    plan(&lead, "NA");
    cr_expect_eq(lead.stage, STAGE_OFFERED);
    cr_expect_eq(lead.hold, LEAD_HOLD_EXHAUSTED);
    lead.dnc = true;
    plan(&lead, "NA");
    cr_expect_eq(lead.stage, STAGE_DNC);
}

Test(reapply_plan, an_unknown_code_stays_until_it_is_defined)
{
    LeadDial lead = lead_called("UNMAPPED", 1, LEAD_HOLD_EXHAUSTED);
    cr_expect_not(plan(&lead, "SOLD").status_changed);
    cr_expect_eq(lead.stage, STAGE_EXHAUSTED);
    Disposition sold = {.code = "SOLD", .contact = true, .final = true};
    campaign_rules_put_disposition(&rules, &sold);
    cr_expect(plan(&lead, "SOLD").status_changed);
    cr_expect_str_eq(lead.status, "SOLD");
    cr_expect(lead.contacted);
    cr_expect_eq(lead.stage, STAGE_FINISHED);
    cr_expect_eq(recycle_tries(lead.tries, "SOLD"), 1);
}

Test(reapply_plan, an_unknown_code_that_became_an_alias_is_recycled)
{
    LeadDial lead = lead_called("UNMAPPED", 1, LEAD_HOLD_EXHAUSTED);
    Disposition busy = *campaign_disposition(&rules, "NA");
    snprintf(busy.aliases[busy.alias_count++], DISPOSITION_CODE_SIZE, "RINGS");
    campaign_rules_put_disposition(&rules, &busy);
    plan(&lead, "RINGS");
    cr_expect_str_eq(lead.status, "NA");
    cr_expect_eq(lead.stage, STAGE_READY);
}

Test(reapply_plan, windows_of_the_rule_ask_for_a_gate_of_its_own)
{
    RecycleRule rule = *campaign_rule(&rules, "NA");
    LeadDial lead = lead_called("NA", 1, 0);
    cr_expect_str_eq(plan(&lead, "NA").gate_of, "");
    Error err;
    cr_assert_eq(hours_parse("[{\"days\":[\"sat\"],\"from\":\"10:00\",\"to\":\"12:00\"}]",
                             &rule.hours, &err),
                 STATUS_OK);
    campaign_rules_put_rule(&rules, &rule);
    cr_expect_str_eq(plan(&lead, "NA").gate_of, "NA");
    LeadDial sold = lead_called("SALE", 1, LEAD_HOLD_FINAL);
    cr_expect_null(plan(&sold, "SALE").gate_of);
}

Test(reapply_plan, differs_is_whatever_is_stored)
{
    LeadDial before = lead_called("NA", 1, 0);
    LeadDial after = before;
    cr_expect_not(reapply_differs(&before, &after));
    after.due_us++;
    cr_expect(reapply_differs(&before, &after));
    after = before;
    after.contacted = true;
    cr_expect(reapply_differs(&before, &after));
}
