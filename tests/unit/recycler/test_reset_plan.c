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

Test(reset_plan, begins_a_new_pass)
{
    LeadDial lead = called("NA", LEAD_HOLD_EXHAUSTED);
    cr_assert_eq(reset_plan(&lead, false, false), RESET_DONE);
    cr_assert_eq(lead.stage, STAGE_READY);
    cr_assert_str_eq(lead.status, "NEW");
    cr_assert_str_empty(lead.tries);
    cr_assert(lead.attempts == 0 && lead.attempts_total == 5 && !lead.contacted);
    cr_assert(lead.due_us == 0 && lead.callback_us == 0 && lead.decided_us == 0);
    cr_assert_eq(lead.called_us, 5, "the ledger is not touched");
    cr_assert_eq(reset_plan(&lead, false, false), RESET_UNCHANGED);
}

Test(reset_plan, never_who_is_on_the_list)
{
    LeadDial lead = called("NA", 0);
    lead.dnc = true;
    cr_assert_eq(reset_plan(&lead, true, false), RESET_KEPT_DNC);
}

Test(reset_plan, offers_are_kept_in_mind)
{
    LeadDial lead = called("NA", 0);
    lead.offer_id = 3;
    cr_assert_eq(reset_plan(&lead, false, true), RESET_KEPT_OFFERED);
    cr_assert_eq(reset_plan(&lead, false, false), RESET_DONE);
    cr_assert_eq(lead.stage, STAGE_OFFERED);
    cr_assert_eq(lead.offer_id, 3);
}

Test(reset_plan, who_ended_has_to_be_named)
{
    static const unsigned holds[] = {LEAD_HOLD_FINAL, LEAD_HOLD_INVALID,
                                     LEAD_HOLD_FINAL | LEAD_HOLD_INVALID};
    for (size_t i = 0; i < sizeof holds / sizeof holds[0]; i++) {
        LeadDial lead = called("SALE", holds[i]);
        cr_expect_eq(reset_plan(&lead, false, false), RESET_KEPT_ENDED);
        cr_expect_str_eq(lead.status, "SALE");
        cr_expect_eq(reset_plan(&lead, true, false), RESET_DONE);
        cr_expect_eq(lead.stage, STAGE_READY);
    }
}

Test(reset_plan, what_names_a_lead)
{
    static const struct {
        const char *where;
        bool names;
    } cases[] = {
        {"status = SALE", true},         {"status in (NI, SALE)", true},
        {"status != NA", false},         {"status is not null", false},
        {"stage = finished", true},      {"stage in (exhausted, invalid)", true},
        {"custom.status = SALE", false}, {"last_disposition = Machine", true},
        {"last_disposition > A", false}, {"attempts = 3", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Error err;
        AUTO_FILTER *filter = NULL;
        cr_assert_eq(filter_parse(cases[i].where, &filter, NULL, &err), STATUS_OK);
        cr_expect_eq(reset_names(filter), cases[i].names, "%s", cases[i].where);
    }
}
