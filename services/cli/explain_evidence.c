#include "cli/explain_evidence.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/span.h"
#include "domain/campaign_rules.h"

void evidence_done(Evidence *evidence)
{
    free(evidence->pieces);
}

static void take(Evidence *evidence, const CallingEvidence *piece)
{
    if (evidence->count == evidence->cap) {
        evidence->cap = evidence->cap * 2 + 32;
        evidence->pieces =
            mem_realloc(evidence->pieces, (size_t)evidence->cap * sizeof *evidence->pieces);
    }
    evidence->pieces[evidence->count++] = *piece;
}

static __attribute__((format(printf, 4, 5))) void
add(Evidence *evidence, const char *rule, const char *source, const char *format, ...)
{
    va_list args;
    CallingEvidence piece;
    va_start(args, format);
    snprintf(piece.rule, sizeof piece.rule, "%s", rule);
    snprintf(piece.source, sizeof piece.source, "%s", source);
    vsnprintf(piece.value, sizeof piece.value, format, args);
    va_end(args);
    take(evidence, &piece);
}

/* ---- words ---- */

typedef struct TimeText {
    char text[CLOCK_RFC3339_SIZE];
} TimeText;

static TimeText time_text(int64_t time_us)
{
    TimeText ret;
    clock_format_rfc3339(time_us, ret.text);
    return ret;
}

typedef struct SourceText {
    char text[sizeof((CallingEvidence *)0)->source];
} SourceText;

static __attribute__((format(printf, 1, 2))) SourceText source_text(const char *format, ...)
{
    va_list args;
    SourceText ret;
    va_start(args, format);
    vsnprintf(ret.text, sizeof ret.text, format, args);
    va_end(args);
    return ret;
}

static SourceText of_campaign(const ExplainFacts *facts)
{
    return source_text("campaign %s", facts->rules.campaign_id);
}

static const char *text_or(const char *text, const char *other)
{
    return text != NULL ? text : other;
}

/* ---- one section for each noun ---- */

static void add_entries(const ExplainFacts *facts, Evidence *evidence)
{
    const DbResult *entries = facts->entries;
    for (int i = 0; i < db_rows(entries); i++) {
        const char *campaign = db_text(entries, i, ENTRY_CAMPAIGN);
        SourceText source =
            source_text("%s, %s%s", db_text(entries, i, ENTRY_SOURCE),
                        campaign != NULL ? "campaign " : "every campaign", text_or(campaign, ""));
        bool ends = !db_is_null(entries, i, ENTRY_EXPIRES);
        add(evidence, "dnc", source.text, "since %s, %s%s",
            time_text(db_i64(entries, i, ENTRY_ADDED)).text, ends ? "until " : "without end",
            ends ? time_text(db_i64(entries, i, ENTRY_EXPIRES)).text : "");
    }
    if (db_rows(entries) == 0 && facts->lead.rows[0].dnc) {
        add(evidence, "dnc", "lead", "marked, but no entry of its number holds at that time");
    }
}

static void add_disposition(const ExplainFacts *facts, Evidence *evidence)
{
    const LeadDial *lead = &facts->lead.rows[0];
    const Disposition *last = campaign_disposition(&facts->rules, lead->status);
    if (lead->decided_us == 0) {
        return;
    }
    add(evidence, "disposition", of_campaign(facts).text, "%s%s%s%s%s, at %s", lead->status,
        last != NULL ? ": " : "", last != NULL ? last->name : "",
        lead->hold & LEAD_HOLD_FINAL ? ", final" : "",
        lead->hold & LEAD_HOLD_INVALID ? ", number invalid" : "", time_text(lead->decided_us).text);
}

static void add_recycle_rule(const ExplainFacts *facts, Evidence *evidence)
{
    const LeadDial *lead = &facts->lead.rows[0];
    const RecycleRule *rule = topup_rule(&facts->why.lead);
    RecycleDue due = topup_recycled(&facts->why.lead);
    const char *why = recycle_why_name(due.why);
    if ((lead->hold & LEAD_HOLD_RENUMBERED) != 0) {
        add(evidence, "recycle_rule", of_campaign(facts).text,
            "%s: its number was corrected, so no rule waits for what %s came to", why,
            lead->status);
        return;
    }
    if (rule == NULL) {
        add(evidence, "recycle_rule", of_campaign(facts).text, "%s: no rule for %s", why,
            lead->status);
        return;
    }
    AUTO_STRBUF intervals = STRBUF_INIT;
    for (int i = 0; i < rule->interval_count; i++) {
        strbuf_adds(&intervals, i > 0 ? ", " : "");
        span_write(&intervals, rule->intervals_s[i]);
    }
    add(evidence, "recycle_rule", of_campaign(facts).text,
        "%s: %d calls to %s of at most %d; next after %s", why,
        recycle_tries(lead->tries, lead->status), lead->status, rule->max_attempts, intervals.data);
}

static void add_attempts(const ExplainFacts *facts, Evidence *evidence)
{
    const LeadDial *lead = &facts->lead.rows[0];
    add(evidence, "attempts", of_campaign(facts).text,
        "%d in this pass of at most %d%s%s%s, %d in all", lead->attempts, facts->rules.max_attempts,
        lead->tries[0] != '\0' ? " (" : "", lead->tries, lead->tries[0] != '\0' ? ")" : "",
        lead->attempts_total);
    if (lead->attempts > 0) {
        add_recycle_rule(facts, evidence);
    }
}

static void add_calls_made(const ExplainFacts *facts, Evidence *evidence)
{
    add_disposition(facts, evidence);
    add_attempts(facts, evidence);
}

static void add_exhausted(const ExplainFacts *facts, Evidence *evidence)
{
    if (facts->lead.rows[0].attempts > 0) {
        add_recycle_rule(facts, evidence);
    }
    add_attempts(facts, evidence);
}

static void add_offers(const ExplainFacts *facts, Evidence *evidence)
{
    const DbResult *offers = facts->offers;
    for (int i = 0; i < db_rows(offers); i++) {
        bool own = db_i64(offers, i, OFFER_LEAD_ID) == facts->lead.rows[0].lead_id;
        SourceText source = source_text("campaign %s, lead %s", db_text(offers, i, OFFER_CAMPAIGN),
                                        db_text(offers, i, OFFER_LEAD_ID));
        add(evidence, own ? "offer" : "number_offer", source.text,
            "offer %s %s, to be begun until %s, held until %s", db_text(offers, i, OFFER_ID),
            db_text(offers, i, OFFER_STATE_NAME),
            time_text(db_i64(offers, i, OFFER_NOT_AFTER)).text,
            time_text(db_i64(offers, i, OFFER_HELD_UNTIL)).text);
    }
}

static void add_list(const ExplainFacts *facts, Evidence *evidence)
{
    SourceText source = source_text("list %s", db_text(facts->row, 0, EXPLAIN_LIST_ID));
    add(evidence, "list", source.text, "%s", db_text(facts->row, 0, EXPLAIN_LIFE));
}

static void add_campaign(const ExplainFacts *facts, Evidence *evidence)
{
    add(evidence, "campaign", of_campaign(facts).text, "%s",
        facts->rules.active ? "active" : "paused");
}

static void add_held(const ExplainFacts *facts, Evidence *evidence)
{
    const char *held = db_text(facts->row, 0, EXPLAIN_HELD);
    if (held[0] != '\0') {
        add(evidence, "campaign_held", of_campaign(facts).text, "%s", held);
    }
}

static void add_due(const ExplainFacts *facts, Evidence *evidence)
{
    const LeadDial *lead = &facts->lead.rows[0];
    bool put_off = facts->why.put_off != TOPUP_BY_RULE;
    const char *source = lead->attempts > 0 ? "recycle rule, calling times and offers" : "lead";
    add(evidence, "due_at", put_off ? "hopper, which looked at it" : source, "%s",
        lead->due_us != 0 ? time_text(lead->due_us).text : "since ever");
    if (lead->callback_us != 0) {
        add(evidence, "callback", lead->callback_agent[0] != '\0' ? lead->callback_agent : "lead",
            "agreed on for %s", time_text(lead->callback_us).text);
    }
}

static void add_number_calls(const ExplainFacts *facts, Evidence *evidence)
{
    const DbResult *calls = facts->calls;
    for (int i = 0; i < db_rows(calls); i++) {
        SourceText source =
            source_text("list %s, lead %s", text_or(db_text(calls, i, CALL_LIST), "(gone)"),
                        db_text(calls, i, CALL_LEAD_ID));
        add(evidence, "number_call", source.text, "%s: %s",
            time_text(db_i64(calls, i, CALL_STARTED)).text, db_text(calls, i, CALL_DISPOSITION));
    }
}

/* Those of the law come with the calling times. */
static void add_caps(const ExplainFacts *facts, Evidence *evidence)
{
    AUTO_STRBUF window = STRBUF_INIT;
    AUTO_STRBUF gap = STRBUF_INIT;
    const CampaignRules *rules = &facts->rules;
    span_write(&window, rules->cap_window_s);
    span_write(&gap, rules->cap_gap_s);
    if (rules->cap_calls > 0) {
        add(evidence, "number_cap", of_campaign(facts).text, "%d calls in %s", rules->cap_calls,
            window.data);
    }
    if (rules->cap_gap_s > 0) {
        add(evidence, "number_gap", of_campaign(facts).text, "%s between two calls", gap.data);
    }
    add_number_calls(facts, evidence);
}

static void add_calling(const ExplainFacts *facts, Evidence *evidence)
{
    CallingEvidence pieces[CALLING_EVIDENCE_MAX];
    CallingRules calling;
    campaign_calling(&facts->rules, &facts->list_hours, topup_rule(&facts->why.lead), &calling);
    int count = calling_evidence(&calling, &facts->place, db_text(facts->row, 0, EXPLAIN_ZONE_KEY),
                                 facts->at_us, pieces);
    for (int i = 0; i < count; i++) {
        take(evidence, &pieces[i]);
    }
}

/* ---- all of them ---- */

static const struct EvidenceSection {
    void (*add)(const ExplainFacts *facts, Evidence *evidence);
    unsigned decides; /* bits of Why */
} sections[] = {
    {add_entries, 1U << WHY_DNC},
    {add_calls_made, 1U << WHY_INVALID | 1U << WHY_FINISHED},
    {add_exhausted, 1U << WHY_EXHAUSTED},
    {add_offers, 1U << WHY_OFFERED | 1U << WHY_NUMBER_OFFERED},
    {add_list, 1U << WHY_LIST_PAUSED},
    {add_campaign, 1U << WHY_CAMPAIGN_PAUSED},
    {add_held, 1U << WHY_CAMPAIGN_HELD},
    {add_due, 1U << WHY_NOT_DUE},
    {add_calling, 1U << WHY_ZONE_UNKNOWN | 1U << WHY_OUTSIDE_HOURS},
    {add_caps, 1U << WHY_NUMBER_CAP | 1U << WHY_NUMBER_GAP},
};
enum { SECTION_COUNT = sizeof sections / sizeof sections[0] };

/* Calls are told in one of two orders. */
static bool is_told(int section, Why why)
{
    return sections[section].add != (why == WHY_EXHAUSTED ? add_calls_made : add_exhausted);
}

void evidence_collect(const ExplainFacts *facts, Why why, Evidence *ret)
{
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < SECTION_COUNT; i++) {
            bool decides = (sections[i].decides & 1U << why) != 0;
            if (decides == (round == 0) && is_told(i, why)) {
                sections[i].add(facts, ret);
            }
        }
    }
}

void evidence_write(const Evidence *evidence, StrBuf *buf)
{
    strbuf_addc(buf, '[');
    for (int i = 0; i < evidence->count; i++) {
        const CallingEvidence *piece = &evidence->pieces[i];
        const char *const members[][2] = {{"{\"rule\":", piece->rule},
                                          {",\"value\":", piece->value},
                                          {",\"source\":", piece->source}};
        strbuf_adds(buf, i > 0 ? "," : "");
        for (size_t m = 0; m < sizeof members / sizeof members[0]; m++) {
            AUTO_STRBUF safe = STRBUF_INIT;
            cli_add_safe(&safe, members[m][1]);
            strbuf_adds(buf, members[m][0]);
            strbuf_add_json(buf, safe.data, safe.len);
        }
        strbuf_addc(buf, '}');
    }
    strbuf_addc(buf, ']');
}
