#include "recycler/reset_plan.h"

#include <criterion/criterion.h>
#include <string.h>

static LeadDial called(const char *status, unsigned hold)
{
    LeadDial lead = {.attempts = 2,
                     .attempts_total = 5,
                     .hold = (uint16_t)hold,
                     .contacted = true,
                     .due_us = 7,
                     .called_us = 5,
                     .decided_us = 5,
                     .callback_us = 9,
                     .tries = "NA=2"};
    memcpy(lead.status, status, strlen(status) + 1);
    lead_dial_restage(&lead);
    return lead;
}

static ResetFate fate(LeadDial *lead, const char *where, bool skip_offered)
{
    Error err;
    AUTO_FILTER *filter = NULL;
    cr_assert_eq(filter_parse(where, &filter, NULL, &err), STATUS_OK, "%s", err.text);
    return reset_plan(lead, filter, skip_offered);
}

Test(reset_plan, begins_a_new_pass)
{
    LeadDial lead = called("NA", LEAD_HOLD_EXHAUSTED);
    cr_assert_eq(fate(&lead, "attempts > 0", false), RESET_DONE);
    cr_assert_eq(lead.stage, STAGE_READY);
    cr_assert_str_eq(lead.status, "NEW");
    cr_assert_str_empty(lead.tries);
    cr_assert(lead.attempts == 0 && lead.attempts_total == 5 && !lead.contacted);
    cr_assert(lead.due_us == 0 && lead.callback_us == 0 && lead.decided_us == 0);
    cr_assert_eq(lead.called_us, 5, "the ledger is not touched");
    cr_assert_eq(fate(&lead, "attempts = 0", false), RESET_UNCHANGED);
}

Test(reset_plan, never_who_is_on_the_list)
{
    LeadDial lead = called("NA", 0);
    lead.dnc = true;
    cr_assert_eq(fate(&lead, "stage = dnc", false), RESET_KEPT_DNC);
}

Test(reset_plan, offers_are_kept_in_mind)
{
    LeadDial lead = called("NA", 0);
    lead.offer_id = 3;
    cr_assert_eq(fate(&lead, "attempts > 0", true), RESET_KEPT_OFFERED);
    cr_assert_eq(fate(&lead, "attempts > 0", false), RESET_DONE);
    cr_assert_eq(lead.stage, STAGE_OFFERED);
    cr_assert_eq(lead.offer_id, 3);
}

static const struct Named {
    const char *where;
    const char *status;
    unsigned hold;
    ResetFate fate;
} named[] = {
    {"attempts > 0", "SALE", LEAD_HOLD_FINAL, RESET_KEPT_ENDED},
    {"status = SALE", "SALE", LEAD_HOLD_FINAL, RESET_DONE},
    {"status in (NI, SALE) and attempts > 0", "SALE", LEAD_HOLD_FINAL, RESET_DONE},
    {"status in (NI, NA) or attempts > 0", "SALE", LEAD_HOLD_FINAL, RESET_KEPT_ENDED},
    {"status != NA", "SALE", LEAD_HOLD_FINAL, RESET_KEPT_ENDED},
    {"not status = NA", "NA", LEAD_HOLD_FINAL, RESET_KEPT_ENDED},
    {"stage = finished", "SALE", LEAD_HOLD_FINAL, RESET_DONE},
    {"stage in (exhausted, invalid)", "SALE", LEAD_HOLD_FINAL, RESET_KEPT_ENDED},
    {"stage in (exhausted, invalid)", "DISC", LEAD_HOLD_INVALID, RESET_DONE},
    {"stage = finished", "DISC", LEAD_HOLD_INVALID | LEAD_HOLD_FINAL, RESET_KEPT_ENDED},
    {"custom.status = SALE", "SALE", LEAD_HOLD_FINAL, RESET_KEPT_ENDED},
    {"last_disposition = SALE", "SALE", LEAD_HOLD_FINAL, RESET_DONE},
};

Test(reset_plan, who_ended_has_to_be_named)
{
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        LeadDial lead = called(named[i].status, named[i].hold);
        cr_expect_eq(fate(&lead, named[i].where, false), named[i].fate, "%s, status %s",
                     named[i].where, named[i].status);
    }
}

Test(reset_plan, what_a_filter_names_at_all)
{
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        Error err;
        AUTO_FILTER *filter = NULL;
        ResetNamed all = {0};
        bool status = false;
        bool invalid = (named[i].hold & LEAD_HOLD_INVALID) != 0;
        cr_assert_eq(filter_parse(named[i].where, &filter, NULL, &err), STATUS_OK);
        cr_assert(reset_named(filter, &all));
        for (int j = 0; j < all.status_count; j++) {
            status = status || strcmp(all.statuses[j], named[i].status) == 0;
        }
        cr_expect_eq(status || (invalid ? all.invalid : all.finished), named[i].fate == RESET_DONE,
                     "%s", named[i].where);
    }
}
