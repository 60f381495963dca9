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
                     .decided_us = START,
                     .hold = (uint16_t)hold};
    snprintf(lead.status, sizeof lead.status, "%s", status);
    snprintf(lead.tries, sizeof lead.tries, "%s=%d", status, times);
    lead_dial_restage(&lead);
    return lead;
}

/* By a ledger with these calls, an hour apart, a minute each; the reason. */
static const char *plan_calls(LeadDial *lead, const ReapplyCall calls[], int count)
{
    static const CallingPlace place = {.zones = "America/Chicago", .regions = ""};
    ReapplyFacts facts = {.rules = &rules, .place = &place, .calls = calls, .call_count = count};
    const char *reason = NULL;
    reapply_plan(lead, &facts, &reason);
    return reason;
}

static ReapplyCall call_at(int64_t started_us, const char *code, const char *status)
{
    ReapplyCall call = {.started_us = started_us, .ended_us = started_us + MINUTE};
    snprintf(call.code, sizeof call.code, "%s", code);
    snprintf(call.status, sizeof call.status, "%s", status);
    return call;
}

/* The last call was at START, to this code. */
static const char *plan(LeadDial *lead, const char *last_code)
{
    ReapplyCall call = call_at(START, last_code, lead->status);
    return plan_calls(lead, &call, 1);
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
        if (lead.stage == STAGE_READY) {
            cr_expect_eq(lead.due_us, cases[i].due_us, "%zu", i);
        }
    }
}

Test(reapply_plan, calls_in_all_exhaust_too)
{
    LeadDial lead = lead_called("NA", 2, 0);
    rules.max_attempts = 2;
    cr_expect_str_eq(plan(&lead, "NA"), "max_attempts");
    cr_expect_eq(lead.stage, STAGE_EXHAUSTED);
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
    plan(&lead, "SOLD");
    cr_expect_str_eq(lead.status, "UNMAPPED");
    cr_expect_eq(lead.stage, STAGE_EXHAUSTED);
    Disposition sold = {.code = "SOLD", .contact = true, .final = true};
    campaign_rules_put_disposition(&rules, &sold);
    cr_expect_str_eq(plan(&lead, "SOLD"), "SOLD");
    cr_expect_str_eq(lead.status, "SOLD");
    cr_expect(lead.contacted);
    cr_expect_eq(lead.stage, STAGE_FINISHED);
    cr_expect_str_eq(lead.tries, "SOLD=1");
}

Test(reapply_plan, an_unknown_code_that_became_an_alias_is_recycled)
{
    LeadDial lead = lead_called("UNMAPPED", 1, LEAD_HOLD_EXHAUSTED);
    Disposition no_answer = *campaign_disposition(&rules, "NA");
    snprintf(no_answer.aliases[no_answer.alias_count++], DISPOSITION_CODE_SIZE, "RINGS");
    campaign_rules_put_disposition(&rules, &no_answer);
    plan(&lead, "RINGS");
    cr_expect_str_eq(lead.status, "NA");
    cr_expect_eq(lead.stage, STAGE_READY);
    cr_expect_str_eq(lead.tries, "NA=1");
}

/* An earlier call decides when it turns out to be final; a later known one stays when not. */
Test(reapply_plan, an_earlier_call_decides_as_if_it_had_been_known)
{
    const ReapplyCall calls[] = {call_at(START - 60 * MINUTE, "SOLD", "UNMAPPED"),
                                 call_at(START, "NA", "NA")};
    for (int final = 0; final < 2; final++) {
        LeadDial lead = lead_called("NA", 2, 0);
        snprintf(lead.tries, sizeof lead.tries, "UNMAPPED=1,NA=1");
        Disposition sold = {.code = "SOLD", .final = final == 1};
        campaign_rules_put_disposition(&rules, &sold);
        plan_calls(&lead, calls, 2);
        cr_expect_str_eq(lead.status, final == 1 ? "SOLD" : "NA");
        cr_expect_eq(lead.stage, final == 1 ? STAGE_FINISHED : STAGE_READY);
        cr_expect_eq(recycle_tries(lead.tries, "SOLD"), 1, "%s", lead.tries);
        cr_expect_eq(recycle_tries(lead.tries, "UNMAPPED"), 0, "%s", lead.tries);
        LeadDial again = lead;
        plan_calls(&again, calls, 2);
        cr_expect_not(reapply_differs(&lead, &again));
    }
}

/* Flags that change make of old calls what they would be now; that a person was reached is as it
 * was recorded. */
Test(reapply_plan, flags_that_change_hold_for_the_calls_before)
{
    ReapplyCall calls[] = {call_at(START - 60 * MINUTE, "DC", "DC"), call_at(START, "NA", "NA")};
    LeadDial lead = lead_called("NA", 2, 0);
    snprintf(lead.tries, sizeof lead.tries, "DC=1,NA=1");
    Disposition no_line = {.code = "DC", .contact = true, .final = true};
    campaign_rules_put_disposition(&rules, &no_line);
    cr_expect_str_eq(plan_calls(&lead, calls, 2), "DC");
    cr_expect_eq(lead.stage, STAGE_FINISHED);
    cr_expect_not(lead.contacted);
    no_line.final = false;
    campaign_rules_put_disposition(&rules, &no_line);
    plan_calls(&lead, calls, 2);
    cr_expect_str_eq(lead.status, "NA");
    cr_expect_eq(lead.stage, STAGE_READY);
    calls[0].foreign = true; /* what its campaign says is not known: it stays as it was told */
    no_line.final = true;
    campaign_rules_put_disposition(&rules, &no_line);
    plan_calls(&lead, calls, 2);
    cr_expect_eq(lead.stage, STAGE_READY);
}

Test(reapply_plan, what_a_call_back_agreed_on_and_a_corrected_number_stay)
{
    ReapplyCall call = call_at(START, "CB", "CB");
    LeadDial lead = lead_called("CB", 1, 0);
    lead.callback_us = START + 600 * MINUTE;
    LeadDial corrected = lead;
    snprintf(lead.callback_agent, sizeof lead.callback_agent, "ann");
    cr_expect_str_eq(plan_calls(&lead, &call, 1), "callback");
    cr_expect_eq(lead.due_us, START + 600 * MINUTE);
    cr_expect_str_eq(lead.callback_agent, "ann");
    corrected.hold = LEAD_HOLD_RENUMBERED;
    call.other_number = true;
    cr_expect_str_eq(plan_calls(&corrected, &call, 1), "new_number");
    cr_expect_eq(corrected.hold, LEAD_HOLD_RENUMBERED);
    cr_expect_str_eq(corrected.tries, "");
}

Test(reapply_plan, windows_of_the_rule_move_the_due_time)
{
    RecycleRule rule = *campaign_rule(&rules, "NA");
    LeadDial lead = lead_called("NA", 1, 0);
    Error err;
    cr_assert_eq(hours_parse("[{\"days\":[\"sat\"],\"from\":\"10:00\",\"to\":\"12:00\"}]",
                             &rule.hours, &err),
                 STATUS_OK);
    campaign_rules_put_rule(&rules, &rule);
    plan(&lead, "NA");
    cr_expect_eq(lead.due_us, START + 5 * 24 * 60 * MINUTE); /* START is a Monday at 10:00 there */
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
