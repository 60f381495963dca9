#include "recycler/topup_plan.h"

#include "base/clock.h"
#include "base/guard.h"
#include "recycler/outcome_plan.h"

enum { BUSY_PAUSE_S = 60, LEAST_LIFETIME_S = 5 };

static int64_t seconds(int64_t count)
{
    return count * CLOCK_US_PER_SECOND;
}

/* ---- caps ---- */

int64_t topup_calls_window_us(const CampaignRules *rules, int64_t now_us)
{
    LawCapFound caps[LAW_CAPS_MAX + 1];
    const char *everywhere = rules->laws != NULL ? rules->laws->regions : "";
    int count = campaign_caps(rules, everywhere, now_us, caps);
    int64_t longest_s = rules->cap_gap_s;
    for (int i = 0; i < count; i++) {
        if (caps[i].cap.window_s > longest_s) {
            longest_s = caps[i].cap.window_s;
        }
    }
    return seconds(longest_s);
}

/* calls in a window of window_s are full until the call that is the calls-th from the newest leaves
 * it: exactly window_s after its start. */
static int64_t cap_free_us(const TopupFacts *facts, const LawCap *cap)
{
    if (cap->calls <= 0 || facts->call_count < cap->calls) {
        return facts->now_us;
    }
    return facts->calls_us[cap->calls - 1] + seconds(cap->window_s);
}

static int64_t later_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t topup_caps_free_us(const TopupFacts *facts)
{
    LawCapFound caps[LAW_CAPS_MAX + 1];
    int count = campaign_caps(facts->rules, facts->place->regions, facts->now_us, caps);
    int64_t free_us = facts->now_us;
    for (int i = 0; i < count && !BROKEN(OFFER_CAP); i++) {
        free_us = later_of(free_us, cap_free_us(facts, &caps[i].cap));
    }
    return free_us;
}

int64_t topup_gap_free_us(const TopupFacts *facts)
{
    int64_t gap_us = seconds(facts->rules->cap_gap_s);
    return facts->call_count > 0 ? later_of(facts->now_us, facts->calls_us[0] + gap_us)
                                 : facts->now_us;
}

int64_t topup_cap_free_us(const TopupFacts *facts)
{
    return later_of(topup_caps_free_us(facts), topup_gap_free_us(facts));
}

/* ---- the lead ---- */

static bool found_is_stale(const TopupFacts *facts)
{
    ReadyKey key = lead_dial_key(facts->lead);
    const ReadyKey *found = facts->found;
    return facts->lead->stage != STAGE_READY || key.list_no != found->list_no ||
           key.gate_no != found->gate_no || key.class_no != found->class_no ||
           key.lead_rank != found->lead_rank || key.due_us != found->due_us;
}

const RecycleRule *topup_rule(const TopupFacts *facts)
{
    const LeadDial *lead = facts->lead;
    bool renumbered = (lead->hold & LEAD_HOLD_RENUMBERED) != 0;
    return lead->attempts > 0 && !renumbered ? campaign_rule(facts->rules, lead->status) : NULL;
}

/* Rules may have changed since it became due. */
RecycleDue topup_recycled(const TopupFacts *facts)
{
    const LeadDial *lead = facts->lead;
    CallingRules none = {0};
    CallingPlace nowhere = {.zones = "", .regions = ""};
    const Disposition *last = campaign_disposition(facts->rules, lead->status);
    RecycleFacts recycle = {.rule = topup_rule(facts),
                            .tries = recycle_tries(lead->tries, lead->status),
                            .attempts = lead->attempts,
                            .max_attempts = facts->rules->max_attempts,
                            .ended_us = outcome_decided_end(lead),
                            .renumbered = (lead->hold & LEAD_HOLD_RENUMBERED) != 0,
                            .callback = last != NULL && last->callback,
                            .callback_us = lead->callback_us,
                            .calling = &none,
                            .place = &nowhere};
    RecycleDue due;
    recycle_due(&recycle, &due);
    due.why = recycle_exhausted(&recycle); /* that no hour is open here says nothing */
    return due;
}

static bool is_exhausted(const TopupFacts *facts, int64_t *ret_due_us)
{
    *ret_due_us = 0;
    if (facts->lead->attempts == 0 || BROKEN(OFFER_ATTEMPTS)) {
        return false;
    }
    RecycleDue due = topup_recycled(facts);
    *ret_due_us = due.due_us;
    return due.exhausted;
}

/* ---- the decision ---- */

/* From from_us on, when it is open. */
static void later_when_open(const TopupFacts *facts,
                            const CallingRules *calling,
                            int64_t from_us,
                            TopupDecision *ret)
{
    int64_t open_us = calling_next(calling, facts->place, from_us);
    ret->verdict = open_us != CALLING_NEVER ? TOPUP_LATER : TOPUP_NEVER;
    ret->later_us = open_us;
}

static void decide_time(const TopupFacts *facts, const CallingRules *calling, TopupDecision *ret)
{
    CallingTime time;
    ret->why = TOPUP_BY_HOURS;
    calling_time(calling, facts->place, facts->now_us, &time);
    if (!time.open && !BROKEN(OFFER_WINDOW)) {
        later_when_open(facts, calling, facts->now_us, ret);
        return;
    }
    int64_t not_after_us = facts->now_us + seconds(facts->rules->offer_lifetime_s);
    if (time.open && time.until_us - seconds(1) < not_after_us) {
        not_after_us = time.until_us - seconds(1);
    }
    if (not_after_us < facts->now_us + seconds(LEAST_LIFETIME_S)) {
        later_when_open(facts, calling, time.until_us, ret);
        return;
    }
    *ret = (TopupDecision){.verdict = TOPUP_OFFER, .not_after_us = not_after_us};
}

/* What is in the way now, though its hours are open: *ret_free_us is when all of it is gone. */
static TopupWhy in_the_way(const TopupFacts *facts, int64_t due_us, int64_t *ret_free_us)
{
    int64_t busy_us = facts->number_offered && !BROKEN(OFFER_OPEN)
                          ? facts->now_us + seconds(BUSY_PAUSE_S)
                          : facts->now_us;
    int64_t caps_us = topup_caps_free_us(facts);
    int64_t gap_us = topup_gap_free_us(facts);
    *ret_free_us = later_of(later_of(caps_us, gap_us), later_of(due_us, busy_us));
    if (due_us > facts->now_us) {
        return TOPUP_BY_RULE;
    }
    if (caps_us > facts->now_us) {
        return TOPUP_BY_CAP;
    }
    return gap_us > facts->now_us ? TOPUP_BY_GAP : TOPUP_BY_OFFER;
}

void topup_decide(const TopupFacts *facts, TopupDecision *ret)
{
    const RecycleRule *rule = topup_rule(facts);
    int64_t due_us;
    *ret = (TopupDecision){.verdict = TOPUP_STALE};
    if (found_is_stale(facts)) {
        return;
    }
    if (facts->dnc && !BROKEN(OFFER_DNC)) {
        ret->verdict = TOPUP_DNC;
        return;
    }
    if (is_exhausted(facts, &due_us)) {
        ret->verdict = TOPUP_EXHAUSTED;
        return;
    }
    CallingRules calling;
    campaign_calling(facts->rules, facts->list_hours, rule, &calling);
    int64_t free_us;
    ret->why = in_the_way(facts, due_us, &free_us);
    if (free_us > facts->now_us) {
        later_when_open(facts, &calling, free_us, ret);
        return;
    }
    decide_time(facts, &calling, ret);
}
