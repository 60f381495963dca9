#include "domain/recycle.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { MINUTE_S = 60, HOUR_S = 3600 };

/* What call centres begin with: busy soon, no answer at another hour, a machine at another time of
 * the day. */
const RecycleRule recycle_defaults[] = {
    {"A", 3, 1, {4 * HOUR_S}},
    {"B", 5, 1, {5 * MINUTE_S}},
    {"DROP", 3, 1, {HOUR_S}},
    {"NA", 3, 2, {30 * MINUTE_S, 2 * HOUR_S}},
};
const size_t recycle_default_count = sizeof recycle_defaults / sizeof recycle_defaults[0];

static const char *const why_names[RECYCLE_WHY_END] = {
    [RECYCLE_INTERVAL] = "interval",         [RECYCLE_CALLBACK] = "callback",
    [RECYCLE_NEVER_OPEN] = "never_open",     [RECYCLE_NO_RULE] = "no_rule",
    [RECYCLE_NEW_NUMBER] = "new_number",     [RECYCLE_MAX_TRIES] = "max_tries",
    [RECYCLE_MAX_ATTEMPTS] = "max_attempts",
};

const char *recycle_why_name(RecycleWhy why)
{
    return why_names[why];
}

/* ---- exhausted? ---- */

static bool is_agreed(const RecycleFacts *facts)
{
    return facts->callback && facts->callback_us != 0 && !facts->renumbered;
}

static const RecycleRule *rule_of(const RecycleFacts *facts)
{
    bool holds = facts->rule != NULL && facts->rule->max_attempts > 0 && !facts->renumbered;
    return holds ? facts->rule : NULL;
}

RecycleWhy recycle_exhausted(const RecycleFacts *facts)
{
    const RecycleRule *rule = rule_of(facts);
    if (rule == NULL && !is_agreed(facts) && !facts->renumbered) {
        return RECYCLE_NO_RULE;
    }
    if (rule != NULL && facts->tries >= rule->max_attempts) {
        return RECYCLE_MAX_TRIES;
    }
    if (facts->max_attempts > 0 && facts->attempts >= facts->max_attempts) {
        return RECYCLE_MAX_ATTEMPTS;
    }
    if (facts->renumbered) {
        return RECYCLE_NEW_NUMBER;
    }
    return is_agreed(facts) ? RECYCLE_CALLBACK : RECYCLE_INTERVAL;
}

/* ---- when ---- */

/* The first time that is asked for, whether open or not. */
static int64_t wished_us(const RecycleFacts *facts, RecycleWhy why)
{
    if (why == RECYCLE_CALLBACK) {
        return facts->callback_us > facts->ended_us ? facts->callback_us : facts->ended_us;
    }
    if (why == RECYCLE_NEW_NUMBER) {
        return facts->ended_us;
    }
    const RecycleRule *rule = facts->rule;
    int nth = facts->tries < 1 ? 0 : facts->tries - 1;
    nth = nth < rule->interval_count ? nth : rule->interval_count - 1;
    int64_t interval_s = nth >= 0 ? rule->intervals_s[nth] : 0;
    return facts->ended_us + interval_s * CLOCK_US_PER_SECOND;
}

/* The calling rules with what the recycle rule adds. A time that was agreed on may be as near to
 * an earlier one as it likes. */
static CallingRules calling_with_rule(const RecycleFacts *facts, RecycleWhy why)
{
    CallingRules calling = *facts->calling;
    const RecycleRule *rule = rule_of(facts);
    if (rule != NULL && rule->hours.window_count > 0) {
        assert(calling.hours_count < CALLING_HOURS_MAX);
        calling.names[calling.hours_count] = "rule";
        calling.hours[calling.hours_count++] = &rule->hours;
    }
    int32_t distance_s = rule != NULL && why == RECYCLE_INTERVAL ? rule->min_distance_s : 0;
    calling.distance = (CallingDistance){distance_s, facts->start_count, facts->starts_us};
    return calling;
}

/* Where no time keeps the distance (earlier calls have taken up the whole day), half of it is kept,
 * or half of that: a lead is not lost by it. */
static int64_t next_eased(CallingRules *calling, const CallingPlace *place, int64_t from_us)
{
    int64_t next_us = CALLING_NEVER;
    while (next_us == CALLING_NEVER && calling->distance.min_s > 0) {
        calling->distance.min_s /= 2;
        next_us = calling_next(calling, place, from_us);
    }
    return next_us;
}

void recycle_due(const RecycleFacts *facts, RecycleDue *ret)
{
    RecycleWhy why = recycle_exhausted(facts);
    *ret = (RecycleDue){.why = why};
    if (why == RECYCLE_NO_RULE || why == RECYCLE_MAX_TRIES || why == RECYCLE_MAX_ATTEMPTS) {
        ret->exhausted = true;
        return;
    }
    int64_t from_us = wished_us(facts, why);
    CallingRules calling = calling_with_rule(facts, why);
    ret->due_us = calling_next(&calling, facts->place, from_us);
    if (ret->due_us == CALLING_NEVER) {
        ret->due_us = next_eased(&calling, facts->place, from_us);
        ret->distance_eased = ret->due_us != CALLING_NEVER;
    }
    if (ret->due_us == CALLING_NEVER) {
        ret->due_us = from_us;
        ret->why = RECYCLE_NEVER_OPEN;
    }
}

/* ---- tries ---- */

/* "NA=2" at *at: the code's length and the number; *at is moved behind the comma. */
static int next_try(const char **at, size_t *ret_len)
{
    *ret_len = strcspn(*at, "=,");
    int number = (*at)[*ret_len] == '=' ? atoi(*at + *ret_len + 1) : 0;
    *at += strcspn(*at, ",");
    *at += **at == ',';
    return number;
}

static int tries_of(const char *tries, const char *code)
{
    size_t code_len = strlen(code);
    for (const char *at = tries != NULL ? tries : ""; *at != '\0';) {
        const char *name = at;
        size_t len;
        int number = next_try(&at, &len);
        if (len == code_len && memcmp(name, code, len) == 0) {
            return number;
        }
    }
    return 0;
}

int recycle_tries(const char *tries, const char *code)
{
    return tries_of(tries, code) + tries_of(tries, RECYCLE_TRIES_REST);
}

static void tries_add(StrBuf *out, const char *code, size_t len, int number)
{
    strbuf_addf(out, "%s%.*s=%d", out->len > 0 ? "," : "", (int)len, code, number);
}

static int compare_code(const char *name, size_t len, const char *code)
{
    int by_bytes = strncmp(name, code, len);
    return by_bytes != 0 ? by_bytes : -(code[len] != '\0');
}

void recycle_tries_bump(const char *tries, const char *code, StrBuf *out)
{
    bool added = false;
    strbuf_reset(out);
    for (const char *at = tries != NULL ? tries : ""; *at != '\0';) {
        const char *name = at;
        size_t len;
        int number = next_try(&at, &len);
        int order = compare_code(name, len, code);
        if (order > 0 && !added && tries_of(at, code) == 0) {
            tries_add(out, code, strlen(code), 1);
            added = true;
        }
        tries_add(out, name, len, number + (order == 0));
        added = added || order == 0;
    }
    if (!added) {
        tries_add(out, code, strlen(code), 1);
    }
}
