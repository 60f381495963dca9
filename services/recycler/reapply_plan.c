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
    lead->tries[0] = '\0';
    for (int i = 0; i < facts->call_count; i++) {
        const ReapplyCall *call = &facts->calls[i];
        const Disposition *disposition = call_defined(facts, call);
        if (!call->other_number) {
            lead_dial_try(lead, disposition != NULL ? disposition->code : call->status);
        }
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
}

/* ---- all calls told again ---- */

static bool plan_knows_all(const LeadDial *lead, const ReapplyFacts *facts)
{
    bool all = facts->call_count == lead->attempts;
    for (int i = 0; all && i < facts->call_count; i++) {
        all = !facts->calls[i].foreign;
    }
    return all;
}

static OutcomeCall call_now(const ReapplyFacts *facts, const ReapplyCall *call)
{
    bool unmapped = strcmp(call->status, LEAD_STATUS_UNMAPPED) == 0;
    OutcomeCall now = {.disposition =
                           campaign_disposition(facts->rules, unmapped ? call->code : call->status),
                       .other_number = call->other_number,
                       .started_us = call->started_us,
                       .ended_us = call->ended_us};
    snprintf(now.code, sizeof now.code, "%.*s", DISPOSITION_CODE_SIZE - 1,
             now.disposition != NULL ? now.disposition->code : call->status);
    return now;
}

/* What only the outcome itself said, and what came after it: when the same call still decides. */
static void plan_keep(LeadDial *lead, const LeadDial *before)
{
    if (lead->decided_us != before->decided_us || strcmp(lead->status, before->status) != 0) {
        return;
    }
    lead->callback_us = before->callback_us;
    memcpy(lead->callback_agent, before->callback_agent, sizeof lead->callback_agent);
    lead->decided_end_us =
        before->decided_end_us != 0 ? before->decided_end_us : lead->decided_end_us;
    if ((before->hold & LEAD_HOLD_RENUMBERED) != 0) {
        lead->hold = (lead->hold & LEAD_HOLD_FINAL) | LEAD_HOLD_RENUMBERED;
    }
}

static void plan_again(LeadDial *lead, const ReapplyFacts *facts)
{
    LeadDial before = *lead;
    lead->decided_us = lead->decided_end_us = lead->callback_us = 0;
    lead->hold = 0;
    lead->callback_agent[0] = '\0';
    snprintf(lead->status, sizeof lead->status, "%s", LEAD_STATUS_NEW);
    for (int i = 0; i < facts->call_count; i++) {
        const ReapplyCall *call = &facts->calls[i];
        const Disposition *late = call_defined(facts, call);
        OutcomeCall now = call_now(facts, call);
        lead->contacted = lead->contacted || call->contact || (late != NULL && late->contact);
        outcome_decide(lead, &now);
    }
    plan_tries(lead, facts);
    plan_keep(lead, &before);
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
    if (plan_knows_all(lead, facts)) {
        plan_again(lead, facts);
    } else {
        plan_define(lead, facts);
    }
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
