#include "recycler/reset_plan.h"

#include <string.h>

#define STATUS_NEW "NEW"

/* By what it is; what it is not names nobody. */
bool reset_names(const Filter *leaf)
{
    static const char *const fields[] = {"stage", "status", "last_disposition"};
    bool names = false;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        names = names || (leaf->custom_key == NULL && strcmp(leaf->field->name, fields[i]) == 0);
    }
    return names && (leaf->op == FILTER_EQ || leaf->op == FILTER_IN);
}

static bool is_fresh(const LeadDial *lead)
{
    return lead->attempts == 0 && lead->hold == 0 && !lead->contacted && lead->due_us == 0 &&
           lead->callback_us == 0 && lead->decided_us == 0 && lead->decided_end_us == 0 &&
           lead->tries[0] == '\0' && strcmp(lead->status, STATUS_NEW) == 0;
}

ResetFate reset_plan(LeadDial *lead, bool named, bool skip_offered)
{
    bool ended = (lead->hold & (LEAD_HOLD_FINAL | LEAD_HOLD_INVALID)) != 0;
    if (lead->dnc) {
        return RESET_KEPT_DNC;
    }
    if (lead->offer_id != 0 && skip_offered) {
        return RESET_KEPT_OFFERED;
    }
    if (ended && !named) {
        return RESET_KEPT_ENDED;
    }
    if (is_fresh(lead)) {
        return RESET_UNCHANGED;
    }
    memcpy(lead->status, STATUS_NEW, sizeof STATUS_NEW);
    lead->tries[0] = lead->callback_agent[0] = '\0';
    lead->attempts = 0;
    lead->hold = 0;
    lead->contacted = false;
    lead->due_us = lead->callback_us = lead->decided_us = lead->decided_end_us = 0;
    lead_dial_restage(lead);
    return RESET_DONE;
}
