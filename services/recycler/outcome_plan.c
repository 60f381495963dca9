#include "recycler/outcome_plan.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum { CALL_MOST_S = 4 * 3600, RELEASE_PAUSE_S = 60 };

static int64_t clamp(int64_t value, int64_t least, int64_t most)
{
    return value > most ? most : value < least ? least : value;
}

void outcome_call(const OutcomeSaid *said,
                  const CampaignRules *rules,
                  const Offer *offer,
                  int64_t now_us,
                  OutcomeCall *ret)
{
    int64_t duration_s = said->duration_s > 0 ? said->duration_s : 0;
    *ret = (OutcomeCall){
        .disposition = rules != NULL ? campaign_disposition(rules, said->disposition) : NULL,
        .started_us = clamp(said->started_us, offer != NULL ? offer->made_us : 1, now_us)};
    ret->ended_us = clamp(ret->started_us + duration_s * CLOCK_US_PER_SECOND, 1, now_us);
    snprintf(ret->code, sizeof ret->code, "%s",
             ret->disposition != NULL ? ret->disposition->code : LEAD_STATUS_UNMAPPED);
}

/* ---- the deciding call ---- */

/* What a call asks for, as a lead keeps it. */
typedef struct Callback {
    int64_t at_us;
    const char *agent;
} Callback;

static Callback callback_of(const OutcomeSaid *said, const OutcomeCall *call)
{
    bool asked = call->disposition != NULL && call->disposition->callback;
    return (Callback){asked ? said->callback_us : 0,
                      asked && said->callback_agent != NULL ? said->callback_agent : ""};
}

static int compare_us(int64_t a_us, int64_t b_us)
{
    return (a_us > b_us) - (a_us < b_us);
}

/* The order in which calls go before others: no two that differ are equal, so that what a lead
 * comes to does not hang on which was told last. */
static int compare_call(const LeadDial *lead, const OutcomeSaid *said, const OutcomeCall *call)
{
    Callback callback = callback_of(said, call);
    bool is_final = call->disposition != NULL && call->disposition->final;
    const int by[] = {
        is_final - ((lead->hold & LEAD_HOLD_FINAL) != 0),
        compare_us(call->started_us, lead->decided_us),
        strcmp(call->code, lead->status),
        compare_us(call->ended_us, lead->decided_end_us),
        call->other_number - ((lead->hold & LEAD_HOLD_RENUMBERED) != 0),
        compare_us(callback.at_us, lead->callback_us),
        strcmp(callback.agent, lead->callback_agent),
    };
    for (size_t i = 0; i < sizeof by / sizeof by[0]; i++) {
        if (by[i] != 0) {
            return by[i];
        }
    }
    return 0;
}

static bool call_decides(const LeadDial *lead, const OutcomeSaid *said, const OutcomeCall *call)
{
    return compare_call(lead, said, call) >= 0;
}

static void take_decision(LeadDial *lead, const OutcomeSaid *said, const OutcomeCall *call)
{
    const Disposition *disposition = call->disposition;
    Callback callback = callback_of(said, call);
    lead->decided_us = call->started_us;
    lead->decided_end_us = call->ended_us;
    lead->hold = call->other_number ? LEAD_HOLD_RENUMBERED : 0;
    lead->callback_us = callback.at_us;
    snprintf(lead->callback_agent, sizeof lead->callback_agent, "%s", callback.agent);
    snprintf(lead->status, sizeof lead->status, "%s", call->code);
    if (disposition != NULL) {
        lead->hold |= disposition->final ? LEAD_HOLD_FINAL : 0;
        lead->hold |= disposition->invalid && !call->other_number ? LEAD_HOLD_INVALID : 0;
    }
}

void outcome_decide(LeadDial *lead, const OutcomeCall *call)
{
    static const OutcomeSaid nothing; /* the ledger has no time for a call back */
    if (call_decides(lead, &nothing, call)) {
        take_decision(lead, &nothing, call);
    }
}

void outcome_redefine_call(LeadDial *lead, const OutcomeCall *call)
{
    static const OutcomeSaid nothing;
    lead->contacted = lead->contacted || call->disposition->contact;
    if (call->started_us == lead->decided_us && strcmp(lead->status, LEAD_STATUS_UNMAPPED) == 0) {
        take_decision(lead, &nothing, call);
    } else {
        outcome_decide(lead, call);
    }
}

/* ---- the next one ---- */

int64_t outcome_decided_end(const LeadDial *lead)
{
    return lead->decided_end_us != 0 ? lead->decided_end_us : lead->decided_us;
}

static RecycleFacts
next_facts(const LeadDial *lead, const OutcomeNext *next, const CallingRules *calling)
{
    const Disposition *last = campaign_disposition(next->rules, lead->status);
    return (RecycleFacts){.rule = campaign_rule(next->rules, lead->status),
                          .tries = recycle_tries(lead->tries, lead->status),
                          .attempts = lead->attempts,
                          .max_attempts = next->rules->max_attempts,
                          .ended_us = outcome_decided_end(lead),
                          .renumbered = (lead->hold & LEAD_HOLD_RENUMBERED) != 0,
                          .callback = last != NULL && last->callback,
                          .callback_us = lead->callback_us,
                          .starts_us = next->starts_us,
                          .start_count = next->start_count,
                          .calling = calling,
                          .place = next->place};
}

/* Also after a call that does not decide: it is one more try, or start, that counts. */
static void plan_next(LeadDial *lead, const OutcomeNext *next)
{
    CallingRules calling;
    campaign_calling(next->rules, next->list_hours, NULL, &calling);
    RecycleFacts facts = next_facts(lead, next, &calling);
    RecycleDue due;
    recycle_due(&facts, &due);
    lead->hold &= (uint16_t)~LEAD_HOLD_EXHAUSTED;
    lead->hold |= due.exhausted ? LEAD_HOLD_EXHAUSTED : 0;
    lead->due_us = due.exhausted ? 0 : due.due_us;
}

void outcome_apply_call(LeadDial *lead,
                        const OutcomeSaid *said,
                        const OutcomeCall *call,
                        const OutcomeNext *next)
{
    lead->attempts++;
    lead->attempts_total++;
    lead->contacted = lead->contacted || (call->disposition != NULL && call->disposition->contact);
    if (call->started_us > lead->called_us) {
        lead->called_us = call->started_us;
    }
    if (!call->other_number) {
        lead_dial_try(lead, call->code);
    }
    if (call_decides(lead, said, call)) {
        take_decision(lead, said, call);
    }
    plan_next(lead, next);
    lead_dial_restage(lead);
}

/* ---- offers ---- */

void outcome_start(Offer *offer, const OutcomeSaid *said, int64_t now_us)
{
    if (offer->state == OFFER_ENDED && offer->given_up) {
        offer_end(offer, "lapsed", now_us);
    } else if (offer->state == OFFER_MADE || offer->state == OFFER_REVOKED) {
        offer->state = OFFER_STARTED;
        offer->held_until_us = now_us + CALL_MOST_S * CLOCK_US_PER_SECOND;
        offer->changed = true;
    } else {
        return;
    }
    offer->started_us = clamp(said->started_us, offer->made_us, now_us);
}

bool outcome_release(Offer *offer, LeadDial *lead, int64_t now_us)
{
    if (offer->state != OFFER_MADE && offer->state != OFFER_REVOKED) {
        return false;
    }
    int64_t again_us = now_us + RELEASE_PAUSE_S * CLOCK_US_PER_SECOND;
    offer_end(offer, "released", now_us);
    if (lead != NULL && lead->offer_id == offer->offer_id) {
        lead->offer_id = 0;
        lead->due_us = lead->due_us > again_us ? lead->due_us : again_us;
        lead_dial_restage(lead);
    }
    return true;
}
