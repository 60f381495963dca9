#include "recycler/reset_plan.h"

#include <string.h>

#define STATUS_NEW "NEW"

static bool leaf_has(const Filter *leaf, const char *field, const char *value)
{
    if (leaf->custom_key != NULL || strcmp(leaf->field->name, field) != 0) {
        return false;
    }
    for (size_t i = 0; i < leaf->value_count; i++) {
        if (strcmp(leaf->values[i], value) == 0) {
            return true;
        }
    }
    return false;
}

static bool leaf_names(const Filter *leaf, const LeadDial *lead)
{
    bool invalid = (lead->hold & LEAD_HOLD_INVALID) != 0;
    return leaf_has(leaf, "stage", stage_name(invalid ? STAGE_INVALID : STAGE_FINISHED)) ||
           leaf_has(leaf, "status", lead->status) ||
           leaf_has(leaf, "last_disposition", lead->status);
}

/* No deeper than FILTER_DEPTH_MAX. */
bool reset_names(const Filter *filter, const LeadDial *lead) /* NOLINT(misc-no-recursion) */
{
    if (filter->op == FILTER_EQ || filter->op == FILTER_IN) {
        return leaf_names(filter, lead);
    }
    if (filter->op != FILTER_AND && filter->op != FILTER_OR) {
        return false;
    }
    for (size_t i = 0; i < filter->child_count; i++) {
        if (reset_names(filter->children[i], lead)) {
            return true;
        }
    }
    return false;
}

static bool leaf_named(const Filter *leaf, ResetNamed *ret)
{
    bool status = leaf->custom_key == NULL && (strcmp(leaf->field->name, "status") == 0 ||
                                               strcmp(leaf->field->name, "last_disposition") == 0);
    ret->finished = ret->finished || leaf_has(leaf, "stage", stage_name(STAGE_FINISHED));
    ret->invalid = ret->invalid || leaf_has(leaf, "stage", stage_name(STAGE_INVALID));
    for (size_t i = 0; status && i < leaf->value_count; i++) {
        if (ret->status_count == RESET_STATUSES_MAX) {
            return false;
        }
        ret->statuses[ret->status_count++] = leaf->values[i];
    }
    return true;
}

/* No deeper than FILTER_DEPTH_MAX. */
bool reset_named(const Filter *filter, ResetNamed *ret) /* NOLINT(misc-no-recursion) */
{
    bool all = true;
    if (filter->op == FILTER_EQ || filter->op == FILTER_IN) {
        return leaf_named(filter, ret);
    }
    if (filter->op != FILTER_AND && filter->op != FILTER_OR) {
        return true;
    }
    for (size_t i = 0; all && i < filter->child_count; i++) {
        all = reset_named(filter->children[i], ret);
    }
    return all;
}

static bool is_fresh(const LeadDial *lead)
{
    return lead->attempts == 0 && lead->hold == 0 && !lead->contacted && lead->due_us == 0 &&
           lead->callback_us == 0 && lead->decided_us == 0 && lead->decided_end_us == 0 &&
           lead->tries[0] == '\0' && strcmp(lead->status, STATUS_NEW) == 0;
}

ResetFate reset_plan(LeadDial *lead, const Filter *filter, bool skip_offered)
{
    bool ended = (lead->hold & (LEAD_HOLD_FINAL | LEAD_HOLD_INVALID)) != 0;
    if (lead->dnc) {
        return RESET_KEPT_DNC;
    }
    if (lead->offer_id != 0 && skip_offered) {
        return RESET_KEPT_OFFERED;
    }
    if (ended && !reset_names(filter, lead)) {
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
