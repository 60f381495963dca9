#include "recycler/reapply_plan.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "recycler/outcome_plan.h"

/* ---- codes that were defined late ---- */

/* NULL: it was known when it came, or is not known yet. */
static const Disposition *call_defined(const ReapplyFacts *facts, const ReapplyCall *call)
{
    return strcmp(call->status, LEAD_STATUS_UNMAPPED) == 0
               ? campaign_disposition(facts->rules, call->code)
               : NULL;
}

/* All calls again, by what their codes mean now. */
static void plan_tries(LeadDial *lead, const ReapplyFacts *facts)
{
    AUTO_STRBUF tries = STRBUF_INIT;
    for (int i = 0; i < facts->call_count; i++) {
        const ReapplyCall *call = &facts->calls[i];
        const Disposition *disposition = call_defined(facts, call);
        AUTO_FREE char *before = mem_strdup(tries.data);
        recycle_tries_bump(before, disposition != NULL ? disposition->code : call->status, &tries);
    }
    if (tries.len < sizeof lead->tries) {
        memcpy(lead->tries, tries.data, tries.len + 1);
    }
}

static void plan_define(LeadDial *lead, const ReapplyFacts *facts)
{
    if (recycle_tries(lead->tries, LEAD_STATUS_UNMAPPED) == 0) {
        return;
    }
    for (int i = 0; i < facts->call_count; i++) {
        const ReapplyCall *call = &facts->calls[i];
        OutcomeCall defined = {.disposition = call_defined(facts, call),
                               .started_us = call->started_us,
                               .ended_us = call->ended_us};
        if (defined.disposition != NULL) {
            snprintf(defined.code, sizeof defined.code, "%s", defined.disposition->code);
            outcome_redefine_call(lead, &defined);
        }
    }
    if (facts->call_count == lead->attempts) {
        plan_tries(lead, facts);
    }
}

/* ---- the next call ---- */

/* Of the deciding call; when nothing tells it, the last start that is known. */
static int64_t plan_ended_us(const LeadDial *lead, const ReapplyFacts *facts)
{
    if (lead->decided_end_us != 0) {
        return lead->decided_end_us;
    }
    for (int i = facts->call_count - 1; i >= 0; i--) {
        if (facts->calls[i].started_us == lead->decided_us) {
            return facts->calls[i].ended_us;
        }
    }
    return lead->decided_us != 0 ? lead->decided_us : lead->called_us;
}

static void plan_due(LeadDial *lead, const ReapplyFacts *facts, const char **ret_reason)
{
    const Disposition *last = campaign_disposition(facts->rules, lead->status);
    CallingRules calling;
    campaign_calling(facts->rules, facts->list_hours, NULL, &calling);
    AUTO_FREE int64_t *starts_us = mem_alloc((size_t)(facts->call_count + 1) * sizeof *starts_us);
    for (int i = 0; i < facts->call_count; i++) {
        starts_us[i] = facts->calls[i].started_us;
    }
    RecycleFacts recycle = {.rule = last != NULL ? campaign_rule(facts->rules, last->code) : NULL,
                            .tries = recycle_tries(lead->tries, lead->status),
                            .attempts = lead->attempts,
                            .max_attempts = facts->rules->max_attempts,
                            .ended_us = plan_ended_us(lead, facts),
                            .renumbered = (lead->hold & LEAD_HOLD_RENUMBERED) != 0,
                            .callback = last != NULL && last->callback,
                            .callback_us = lead->callback_us,
                            .starts_us = starts_us,
                            .start_count = facts->call_count,
                            .calling = &calling,
                            .place = facts->place};
    RecycleDue due;
    recycle_due(&recycle, &due);
    lead->hold = (uint16_t)(due.exhausted ? lead->hold | LEAD_HOLD_EXHAUSTED
                                          : lead->hold & ~LEAD_HOLD_EXHAUSTED);
    lead->due_us = due.exhausted ? 0 : due.due_us;
    *ret_reason = recycle_why_name(due.why);
}

void reapply_plan(LeadDial *lead, const ReapplyFacts *facts, const char **ret_reason)
{
    plan_define(lead, facts);
    plan_due(lead, facts, ret_reason);
    lead_dial_restage(lead);
    if ((lead->hold & (LEAD_HOLD_FINAL | LEAD_HOLD_INVALID)) != 0) {
        *ret_reason = lead->status;
    }
}

bool reapply_differs(const LeadDial *before, const LeadDial *after)
{
    return before->stage != after->stage || before->hold != after->hold ||
           before->due_us != after->due_us || before->contacted != after->contacted ||
           before->decided_us != after->decided_us ||
           before->decided_end_us != after->decided_end_us ||
           strcmp(before->status, after->status) != 0 || strcmp(before->tries, after->tries) != 0;
}
