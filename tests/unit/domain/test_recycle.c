#include <criterion/criterion.h>
#include <string.h>

#include "base/clock.h"
#include "domain/recycle.h"

#define WEEK(f, t)                                                                                 \
    "[{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\"],\"from\":\"" f "\",\"to\":\"" t  \
    "\"}]"

static int64_t at(const char *text)
{
    int64_t time_us = 0;
    cr_assert_eq(clock_parse_rfc3339(text, &time_us, NULL), STATUS_OK, "%s", text);
    return time_us;
}

static const char *text_of_time(int64_t time_us)
{
    static char text[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(time_us, text);
    return text;
}

static Hours hours_of(const char *windows)
{
    Hours hours = {0};
    cr_assert_eq(hours_parse(windows, &hours, NULL), STATUS_OK);
    return hours;
}

static const RecycleRule *default_rule(const char *code)
{
    for (size_t i = 0; i < recycle_default_count; i++) {
        if (strcmp(recycle_defaults[i].disposition, code) == 0) {
            return &recycle_defaults[i];
        }
    }
    return NULL;
}

/* All calls end at 2026-11-24 14:00 in Chicago, a Tuesday, but where it says otherwise. */
Test(recycle, intervals_and_ends)
{
    static const struct {
        const char *code;
        int tries;
        int attempts;
        const char *ended;
        const char *due; /* NULL: exhausted */
        RecycleWhy why;
    } cases[] = {
        {"NA", 1, 1, "2026-11-24T20:00:00Z", "2026-11-24T20:30:00Z", RECYCLE_INTERVAL},
        {"NA", 2, 2, "2026-11-24T20:00:00Z", "2026-11-24T22:00:00Z", RECYCLE_INTERVAL},
        {"NA", 3, 3, "2026-11-24T20:00:00Z", NULL, RECYCLE_MAX_TRIES},
        {"NA", 4, 4, "2026-11-24T20:00:00Z", NULL, RECYCLE_MAX_TRIES},
        {"NA", 1, 9, "2026-11-24T20:00:00Z", "2026-11-24T20:30:00Z", RECYCLE_INTERVAL},
        {"NA", 1, 10, "2026-11-24T20:00:00Z", NULL, RECYCLE_MAX_ATTEMPTS},
        {"B", 1, 1, "2026-11-24T20:00:00Z", "2026-11-24T20:05:00Z", RECYCLE_INTERVAL},
        {"B", 4, 4, "2026-11-24T20:00:00Z", "2026-11-24T20:05:00Z", RECYCLE_INTERVAL}, /* last */
        {"B", 5, 5, "2026-11-24T20:00:00Z", NULL, RECYCLE_MAX_TRIES},
        {"A", 1, 1, "2026-11-24T20:00:00Z", "2026-11-25T00:00:00Z", RECYCLE_INTERVAL},
        {"A", 1, 1, "2026-11-24T23:00:00Z", "2026-11-25T15:00:00Z", RECYCLE_INTERVAL}, /* night */
        {"NI", 1, 1, "2026-11-24T20:00:00Z", NULL, RECYCLE_NO_RULE},
        /* Saturday night, closed on Sunday: Monday at opening and not later */
        {"NA", 1, 1, "2026-11-29T01:45:00Z", "2026-11-30T15:00:00Z", RECYCLE_INTERVAL},
        {"NA", 1, 1, "2026-11-29T01:29:59.999999Z", "2026-11-29T01:59:59.999999Z",
         RECYCLE_INTERVAL},
        {"NA", 1, 1, "2026-11-29T01:30:00Z", "2026-11-30T15:00:00Z", RECYCLE_INTERVAL},
    };
    Hours hours = hours_of(WEEK("09:00", "20:00"));
    CallingRules calling = {.hours = {&hours}, .names = {"campaign"}, .hours_count = 1};
    CallingPlace place = {"America/Chicago", ""};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        RecycleFacts facts = {.rule = default_rule(cases[i].code),
                              .tries = cases[i].tries,
                              .attempts = cases[i].attempts,
                              .max_attempts = 10,
                              .ended_us = at(cases[i].ended),
                              .calling = &calling,
                              .place = &place};
        RecycleDue due;
        recycle_due(&facts, &due);
        cr_expect_eq(due.why, cases[i].why, "%zu: %s", i, recycle_why_name(due.why));
        cr_expect_eq(due.exhausted, cases[i].due == NULL, "%zu", i);
        cr_expect_eq(due.due_us, cases[i].due != NULL ? at(cases[i].due) : 0, "%zu: %s", i,
                     text_of_time(due.due_us));
        cr_expect_eq(recycle_exhausted(&facts), cases[i].why);
    }
}

Test(recycle, the_rules_own_windows)
{
    Hours hours = hours_of(WEEK("09:00", "20:00"));
    RecycleRule rule = {"NA", 3, 1, {1800}, .hours = hours_of(WEEK("18:00", "21:00"))};
    CallingRules calling = {.hours = {&hours}, .names = {"campaign"}, .hours_count = 1};
    CallingPlace place = {"America/Chicago", ""};
    RecycleFacts facts = {.rule = &rule,
                          .tries = 1,
                          .attempts = 1,
                          .ended_us = at("2026-11-24T20:00:00Z"),
                          .calling = &calling,
                          .place = &place};
    RecycleDue due;
    recycle_due(&facts, &due);
    cr_expect_eq(due.due_us, at("2026-11-25T00:00:00Z"), "%s", text_of_time(due.due_us));
    /* from Saturday 20:00 on (of both) the next is Monday evening */
    facts.ended_us = at("2026-11-29T01:40:00Z");
    recycle_due(&facts, &due);
    cr_expect_eq(due.due_us, at("2026-12-01T00:00:00Z"), "%s", text_of_time(due.due_us));
    /* windows that have nothing in common: known by its why, and not lost */
    rule.hours = hours_of(WEEK("21:00", "22:00"));
    recycle_due(&facts, &due);
    cr_expect_eq(due.why, RECYCLE_NEVER_OPEN);
    cr_expect_not(due.exhausted);
    cr_expect_eq(due.due_us, at("2026-11-29T02:10:00Z"));
    cr_expect_eq(calling.hours_count, 1); /* the caller's own */
}

Test(recycle, an_unknown_zone_is_due_by_the_interval_alone)
{
    CallingRules calling = {0};
    CallingPlace place = {"", ""};
    RecycleFacts facts = {.rule = default_rule("NA"),
                          .tries = 1,
                          .attempts = 1,
                          .ended_us = at("2026-11-24T20:00:00Z"),
                          .calling = &calling,
                          .place = &place};
    RecycleDue due;
    recycle_due(&facts, &due);
    cr_expect_eq(due.why, RECYCLE_NEVER_OPEN);
    cr_expect_eq(due.due_us, at("2026-11-24T20:30:00Z"));
}

Test(recycle, call_backs)
{
    Hours hours = hours_of(WEEK("09:00", "20:00"));
    CallingRules calling = {.hours = {&hours}, .names = {"campaign"}, .hours_count = 1};
    CallingPlace place = {"America/Chicago", ""};
    RecycleRule rule = {"CB", 2, 1, {3600}, .min_distance_s = 36000};
    int64_t start_us = at("2026-11-24T20:00:00Z");
    RecycleFacts facts = {.tries = 1,
                          .attempts = 1,
                          .max_attempts = 10,
                          .callback = true,
                          .callback_us = at("2026-11-26T20:00:00Z"),
                          .ended_us = at("2026-11-24T20:03:00Z"),
                          .starts_us = &start_us,
                          .start_count = 1,
                          .calling = &calling,
                          .place = &place};
    RecycleDue due;
    recycle_due(&facts, &due);
    cr_expect_eq(due.why, RECYCLE_CALLBACK);
    cr_expect_eq(due.due_us, at("2026-11-26T20:00:00Z"));
    facts.callback_us = at("2026-11-27T04:00:00Z"); /* at night: in the morning */
    recycle_due(&facts, &due);
    cr_expect_eq(due.due_us, at("2026-11-27T15:00:00Z"));
    facts.callback_us = at("2026-11-24T10:00:00Z"); /* past: at once */
    recycle_due(&facts, &due);
    cr_expect_eq(due.due_us, facts.ended_us);
    facts.rule = &rule; /* the time that was agreed on, whatever the rule's interval and distance */
    facts.callback_us = at("2026-11-26T20:00:00Z");
    recycle_due(&facts, &due);
    cr_expect_eq(due.due_us, at("2026-11-26T20:00:00Z"));
    facts.tries = 2;
    recycle_due(&facts, &due);
    cr_expect_eq(due.why, RECYCLE_MAX_TRIES);
    facts.rule = NULL;
    facts.tries = 9;
    facts.attempts = 10;
    recycle_due(&facts, &due);
    cr_expect_eq(due.why, RECYCLE_MAX_ATTEMPTS);
    facts.attempts = 9;
    facts.callback_us = 0; /* when? nobody said */
    recycle_due(&facts, &due);
    cr_expect_eq(due.why, RECYCLE_NO_RULE);
    facts.callback_us = at("2026-11-26T20:00:00Z");
    facts.callback = false; /* of an earlier call */
    recycle_due(&facts, &due);
    cr_expect_eq(due.why, RECYCLE_NO_RULE);
}

Test(recycle, another_time_of_the_day)
{
    Hours hours = hours_of(WEEK("09:00", "20:00"));
    CallingRules calling = {.hours = {&hours}, .names = {"campaign"}, .hours_count = 1};
    CallingPlace place = {"America/Chicago", ""};
    RecycleRule rule = {"NA", 9, 1, {86400}, .min_distance_s = 3 * 3600};
    int64_t starts[] = {at("2026-11-18T20:00:00Z"), at("2026-11-19T15:30:00Z"),
                        at("2026-11-20T23:00:00Z")}; /* 14:00, 9:30, 17:00 */
    RecycleFacts facts = {.rule = &rule,
                          .tries = 1,
                          .attempts = 1,
                          .ended_us = at("2026-11-18T20:01:00Z"),
                          .starts_us = starts,
                          .start_count = 1,
                          .calling = &calling,
                          .place = &place};
    RecycleDue due;
    recycle_due(&facts, &due); /* after 14:00 of the next day: 17:00 */
    cr_expect_eq(due.due_us, at("2026-11-19T23:00:00Z"), "%s", text_of_time(due.due_us));
    cr_expect_not(due.distance_eased);
    facts.start_count = 2;
    facts.ended_us = at("2026-11-19T02:00:00Z");
    recycle_due(&facts, &due);
    cr_expect_eq(due.due_us, at("2026-11-20T23:00:00Z"), "%s", text_of_time(due.due_us));
    facts.start_count = 3; /* 9:30, 14:00, 17:00: 20:00 is closed. An hour and a half is kept */
    facts.ended_us = at("2026-11-20T15:00:00Z");
    recycle_due(&facts, &due);
    cr_expect(due.distance_eased);
    cr_expect_eq(due.due_us, at("2026-11-21T17:00:00Z"), "%s", text_of_time(due.due_us));
}

Test(recycle, tries_by_disposition)
{
    cr_expect_eq(recycle_tries(NULL, "NA"), 0);
    cr_expect_eq(recycle_tries("", "NA"), 0);
    cr_expect_eq(recycle_tries("NA=2,B=1", "NA"), 2);
    cr_expect_eq(recycle_tries("NA=2,B=1", "B"), 1);
    cr_expect_eq(recycle_tries("NA=2,B=1", "N"), 0);
    cr_expect_eq(recycle_tries("ANA=2,NA=17", "NA"), 17);
    static const struct {
        const char *tries;
        const char *code;
        const char *after;
    } cases[] = {
        {NULL, "NA", "NA=1"},
        {"", "NA", "NA=1"},
        {"NA=1", "NA", "NA=2"},
        {"NA=9,B=1", "B", "NA=9,B=2"},
        {"NA=9,B=1", "NA", "NA=10,B=1"},
        {"B=1,NA=9", "A", "A=1,B=1,NA=9"},
        {"B=1,NA=9", "N", "B=1,N=1,NA=9"},
        {"B=1,NA=9", "NAX", "B=1,NA=9,NAX=1"},
    };
    AUTO_STRBUF out = STRBUF_INIT;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        recycle_tries_bump(cases[i].tries, cases[i].code, &out);
        cr_expect_str_eq(out.data, cases[i].after, "%zu: %s", i, out.data);
    }
}
