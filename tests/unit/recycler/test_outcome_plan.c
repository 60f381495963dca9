#include "recycler/outcome_plan.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../effort.h"

#define MINUTE INT64_C(60000000)
#define START  INT64_C(1780326000000000) /* 2026-06-01T15:00:00Z */
#define NOW    (START + 48 * 60 * MINUTE)

enum { CALLS_MOST = 4 };

static CampaignRules rules;

static void rules_begin(void)
{
    static const RecycleRule own[] = {
        {.disposition = "NA", .max_attempts = 3, .interval_count = 2, .intervals_s = {1800, 7200}},
        {.disposition = "A",
         .max_attempts = 4,
         .interval_count = 2,
         .intervals_s = {7200, 60},
         .min_distance_s = 3600},
    };
    campaign_rules_init(&rules);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        campaign_rules_put_rule(&rules, &own[i]);
    }
}

static void rules_end(void)
{
    campaign_rules_done(&rules);
}

TestSuite(outcome_plan, .init = rules_begin, .fini = rules_end);

/* A call as it is told; other: it went to a number that is not the lead's. */
typedef struct Told {
    OutcomeSaid said;
    bool other;
} Told;

/* Tells them all, in this order. */
static LeadDial tell(const Told calls[], const int order[], int count)
{
    static const CallingPlace place = {.zones = "America/Chicago", .regions = ""};
    int64_t starts[CALLS_MOST];
    LeadDial lead = {.lead_id = 1, .status = LEAD_STATUS_NEW};
    for (int i = 0; i < count; i++) {
        const Told *told = &calls[order[i]];
        OutcomeCall call;
        outcome_call(&told->said, &rules, NULL, NOW, &call);
        call.other_number = told->other;
        starts[i] = call.started_us;
        OutcomeNext next = {.rules = &rules, .place = &place, .start_count = i + 1};
        memcpy(next.starts_us, starts, sizeof starts);
        outcome_apply_call(&lead, &told->said, &call, &next);
    }
    return lead;
}

static bool same(const LeadDial *a, const LeadDial *b)
{
    return a->stage == b->stage && a->hold == b->hold && a->due_us == b->due_us &&
           a->attempts == b->attempts && a->attempts_total == b->attempts_total &&
           a->contacted == b->contacted && a->called_us == b->called_us &&
           a->decided_us == b->decided_us && a->decided_end_us == b->decided_end_us &&
           a->callback_us == b->callback_us && strcmp(a->status, b->status) == 0 &&
           strcmp(a->tries, b->tries) == 0 && strcmp(a->callback_agent, b->callback_agent) == 0;
}

/* The next order, or false. */
static bool next_order(int order[], int count)
{
    int i = count - 2;
    while (i >= 0 && order[i] > order[i + 1]) {
        i--;
    }
    if (i < 0) {
        return false;
    }
    int j = count - 1;
    while (order[j] < order[i]) {
        j--;
    }
    int kept = order[i];
    order[i] = order[j];
    order[j] = kept;
    for (int low = i + 1, high = count - 1; low < high; low++, high--) {
        kept = order[low];
        order[low] = order[high];
        order[high] = kept;
    }
    return true;
}

static void expect_same_in_every_order(const Told calls[], int count)
{
    int order[CALLS_MOST] = {0, 1, 2, 3};
    LeadDial first = tell(calls, order, count);
    while (next_order(order, count)) {
        LeadDial lead = tell(calls, order, count);
        cr_assert(same(&first, &lead),
                  "%d calls in order %d%d%d%d: %s %s due %+ld min, not %s %s due %+ld min", count,
                  order[0], order[1], order[2], order[3], stage_name(lead.stage), lead.tries,
                  (long)((lead.due_us - START) / MINUTE), stage_name(first.stage), first.tries,
                  (long)((first.due_us - START) / MINUTE));
    }
}

static Told told(const char *code, int minute, int duration_s)
{
    return (Told){.said = {.kind = OUTCOME_ENDED,
                           .lead_id = 1,
                           .call_id = "",
                           .disposition = code,
                           .started_us = START + minute * MINUTE,
                           .duration_s = duration_s}};
}

/* The second interval counts from the later call, whichever was told first. */
Test(outcome_plan, an_earlier_call_told_late_counts_for_the_interval)
{
    const Told calls[] = {told("NA", 0, 0), told("NA", 30, 0)};
    const int late[] = {1, 0};
    LeadDial lead = tell(calls, late, 2);
    cr_expect_eq(lead.due_us, START + 150 * MINUTE);
    expect_same_in_every_order(calls, 2);
}

Test(outcome_plan, what_is_exhausted_is_due_at_no_time)
{
    const Told calls[] = {told("NA", 0, 0), told("SALE", 30, 60)};
    const int order[] = {0, 1};
    LeadDial lead = tell(calls, order, 2);
    cr_expect_eq(lead.due_us, 0);
    expect_same_in_every_order(calls, 2);
}

/* However many codes there are, no call is forgotten. */
Test(outcome_plan, tries_of_more_codes_than_there_is_room_for)
{
    LeadDial lead = {.lead_id = 1};
    char code[DISPOSITION_CODE_SIZE];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 100; i++) {
            snprintf(code, sizeof code, "CODE_%011d", i);
            lead_dial_try(&lead, code);
            cr_assert_geq(recycle_tries(lead.tries, code), round + 1, "%s", code);
        }
    }
    cr_expect_lt(strlen(lead.tries), sizeof lead.tries);
}

Test(outcome_plan, every_order_comes_to_the_same)
{
    static const char *const codes[] = {"NA", "B", "A", "AA", "SALE", "DNC", "DC", "CB", "WHAT"};
    static const char *const agents[] = {NULL, "ann", "bob"};
    unsigned seed = 7;
    for (int round = 0; round < EFFORT(20000, 2000); round++) {
        Told calls[CALLS_MOST];
        int count = 2 + rand_r(&seed) % (CALLS_MOST - 1);
        for (int i = 0; i < count; i++) {
            calls[i] = told(codes[(unsigned)rand_r(&seed) % 9], 30 * (rand_r(&seed) % 4),
                            60 * (rand_r(&seed) % 3));
            calls[i].other = rand_r(&seed) % 8 == 0;
            calls[i].said.callback_us = rand_r(&seed) % 2 == 0 ? 0 : START + 600 * MINUTE;
            calls[i].said.callback_agent = agents[rand_r(&seed) % 3];
        }
        expect_same_in_every_order(calls, count);
    }
}
