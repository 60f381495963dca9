#include "recycler/why_plan.h"

static const struct WhyWords {
    const char *name;
    const char *text;
} words[WHY_END] = {
    [WHY_DNC] = {"dnc", "its number is on a do-not-call list"},
    [WHY_INVALID] = {"invalid", "its number turned out not to be dialable"},
    [WHY_FINISHED] = {"finished", "its last call ended for good"},
    [WHY_EXHAUSTED] = {"exhausted", "every call that the rules allow was made"},
    [WHY_OFFERED] = {"offered", "it is with a dialer"},
    [WHY_LIST_PAUSED] = {"list_paused", "its list is paused, or being deleted"},
    [WHY_CAMPAIGN_PAUSED] = {"campaign_paused", "its campaign is paused"},
    [WHY_ZONE_UNKNOWN] = {"zone_unknown", "nothing tells its time zone"},
    [WHY_NOT_DUE] = {"not_due", "it waits for its next call"},
    [WHY_OUTSIDE_HOURS] = {"outside_hours", "a window or a law is closed where it is"},
    [WHY_NUMBER_CAP] = {"number_cap", "its number was called as often as is allowed"},
    [WHY_NUMBER_GAP] = {"number_gap", "its number was called just now"},
    [WHY_NUMBER_OFFERED] = {"number_offered", "its number is with a dialer for another lead"},
    [WHY_CAMPAIGN_HELD] = {"campaign_held", "its campaign is held: `campaign show` tells why"},
    [WHY_DIALABLE_NOW] = {"dialable_now", "nothing is in the way"},
};

const char *why_name(Why why)
{
    return words[why].name;
}

const char *why_text(Why why)
{
    return words[why].text;
}

Why why_of_stage(Stage stage)
{
    static const Why of_stage[STAGE_END] = {
        [STAGE_DNC] = WHY_DNC,
        [STAGE_INVALID] = WHY_INVALID,
        [STAGE_FINISHED] = WHY_FINISHED,
        [STAGE_OFFERED] = WHY_OFFERED,
        [STAGE_EXHAUSTED] = WHY_EXHAUSTED,
        [STAGE_READY] = WHY_DIALABLE_NOW,
    };
    return of_stage[stage];
}

Why why_of_put_off(TopupWhy why)
{
    static const Why of_put_off[] = {
        [TOPUP_BY_RULE] = WHY_NOT_DUE,         [TOPUP_BY_HOURS] = WHY_OUTSIDE_HOURS,
        [TOPUP_BY_CAP] = WHY_NUMBER_CAP,       [TOPUP_BY_GAP] = WHY_NUMBER_GAP,
        [TOPUP_BY_OFFER] = WHY_NUMBER_OFFERED,
    };
    return (unsigned)why < sizeof of_put_off / sizeof of_put_off[0] ? of_put_off[why] : WHY_NOT_DUE;
}

/* ---- what the lead and its number say ---- */

static bool is_ahead(const WhyFacts *facts)
{
    return facts->lead.now_us > facts->known_us;
}

/* Is it still so at the time that is asked about? */
static bool still_held(const WhyFacts *facts, int64_t until_us)
{
    return until_us != 0 && (!is_ahead(facts) || until_us > facts->lead.now_us);
}

/* The stage that the lead will have, should nothing happen until then. */
static Stage stage_then(const WhyFacts *facts)
{
    const LeadDial *lead = facts->lead.lead;
    bool entered = facts->entry_until_us > facts->lead.now_us;
    bool offered =
        lead->offer_id != 0 && (!is_ahead(facts) || still_held(facts, facts->offer_until_us));
    StageFacts stage = stage_facts(entered || (lead->dnc && !is_ahead(facts)), lead->hold, offered);
    if (lead->attempts > 0 && !stage.exhausted) {
        stage.exhausted = topup_recycled(&facts->lead).exhausted;
    }
    return stage_of(&stage);
}

static int64_t stage_until_us(const WhyFacts *facts, Why why)
{
    if (why == WHY_OFFERED) {
        return facts->offer_until_us;
    }
    return why == WHY_DNC && facts->entry_until_us != CALLING_NEVER ? facts->entry_until_us : 0;
}

Why why_of_calls(const TopupFacts *facts, int64_t *ret_until_us)
{
    int64_t free_us = topup_cap_free_us(facts);
    *ret_until_us = free_us > facts->now_us ? free_us : 0;
    if (topup_caps_free_us(facts) > facts->now_us) {
        return WHY_NUMBER_CAP;
    }
    return free_us > facts->now_us ? WHY_NUMBER_GAP : WHY_DIALABLE_NOW;
}

/* ---- the ready ones ---- */

static int64_t due_us(const WhyFacts *facts)
{
    const LeadDial *lead = facts->lead.lead;
    int64_t rules_us = lead->attempts > 0 ? topup_recycled(&facts->lead).due_us : 0;
    return lead->due_us > rules_us ? lead->due_us : rules_us;
}

static WhyAnswer answer(Why why, int64_t until_us)
{
    return (WhyAnswer){.why = why, .until_us = until_us != CALLING_NEVER ? until_us : 0};
}

static WhyAnswer answer_number(const WhyFacts *facts, int64_t closes_us)
{
    int64_t until_us;
    Why why = why_of_calls(&facts->lead, &until_us);
    if (why != WHY_DIALABLE_NOW) {
        return answer(why, until_us);
    }
    if (still_held(facts, facts->busy_until_us)) {
        return answer(WHY_NUMBER_OFFERED, facts->busy_until_us);
    }
    return facts->campaign_held && !is_ahead(facts) ? answer(WHY_CAMPAIGN_HELD, 0)
                                                    : answer(WHY_DIALABLE_NOW, closes_us);
}

static WhyAnswer answer_ready(const WhyFacts *facts)
{
    CallingRules calling;
    CallingTime time;
    const TopupFacts *lead = &facts->lead;
    campaign_calling(lead->rules, lead->list_hours, topup_rule(lead), &calling);
    calling_time(&calling, lead->place, lead->now_us, &time);
    if (time.why == CALLING_ZONE_UNKNOWN) {
        return answer(WHY_ZONE_UNKNOWN, 0);
    }
    if (due_us(facts) > lead->now_us && (facts->put_off == TOPUP_BY_RULE || time.open)) {
        return answer(why_of_put_off(facts->put_off), due_us(facts));
    }
    return time.open ? answer_number(facts, time.until_us)
                     : answer(WHY_OUTSIDE_HOURS, time.until_us);
}

void why_plan(const WhyFacts *facts, WhyAnswer *ret)
{
    Why why = why_of_stage(stage_then(facts));
    if (why != WHY_DIALABLE_NOW) {
        *ret = answer(why, stage_until_us(facts, why));
    } else if (!facts->list_active) {
        *ret = answer(WHY_LIST_PAUSED, 0);
    } else if (!facts->lead.rules->active) {
        *ret = answer(WHY_CAMPAIGN_PAUSED, 0);
    } else {
        *ret = answer_ready(facts);
    }
}
