#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "importer/upsert_plan.h"

/* Toll-free numbers say nothing about a time zone, so that no zone set is needed. */
#define PHONE(n) (INT64_C(18005550100) + (n))
enum { LIST_NO = 5, CAMPAIGN_NO = 2, NEW_ID = 1000 };

typedef struct Bench {
    Arena arena;
    ZoneSets *zones;
    UpsertPlan plan;
    UpsertList list;
    StrBuf told;
} Bench;

static void bench_open(Bench *bench)
{
    *bench = (Bench){.list = {.list_id = "a",
                              .default_country = "US",
                              .campaign_no = CAMPAIGN_NO,
                              .delta = {.list_no = LIST_NO}}};
    bench->zones = zone_sets_new();
    upsert_plan_init(&bench->plan, &bench->arena, bench->zones);
    bench->plan.next_lead_id = NEW_ID;
    strbuf_init(&bench->told);
}

static void bench_close(Bench *bench)
{
    upsert_plan_done(&bench->plan);
    list_delta_done(&bench->list.delta);
    zone_sets_free(bench->zones);
    arena_done(&bench->arena);
    strbuf_done(&bench->told);
}

/* A lead that the table has: lead_id 1.., phone, external_id. */
static UpsertLead *bench_lead(Bench *bench, int64_t lead_id, int64_t phone, const char *external_id)
{
    LeadRow row = {.lead_id = lead_id,
                   .phone = phone,
                   .list_no = LIST_NO,
                   .lead_version = 3,
                   .revision = -1,
                   .content_hash = 99,
                   .priority = 50,
                   .stage = STAGE_READY};
    row.texts[LEAD_EXTERNAL_ID] = text_of(external_id);
    return upsert_plan_add(&bench->plan, &bench->list, &row);
}

typedef struct Ask {
    int64_t phone;
    const char *external_id;
    const char *city;
    int64_t revision; /* 0: none */
} Ask;

static UpsertItem item_of(Bench *bench, const Ask *ask)
{
    UpsertItem item = {.list = &bench->list, .row = {.list_no = LIST_NO, .phone = ask->phone}};
    item.row.revision = ask->revision > 0 ? ask->revision : -1;
    item.has |= ask->phone != 0 ? LEAD_HAS_PHONE : 0;
    if (ask->external_id != NULL) {
        item.row.texts[LEAD_EXTERNAL_ID] = text_of(ask->external_id);
        item.blank_external_id = ask->external_id[0] == '\0';
        item.has |= LEAD_HAS(LEAD_EXTERNAL_ID);
    }
    if (ask->city != NULL) {
        item.row.texts[LEAD_CITY] = text_of(ask->city);
        item.has |= LEAD_HAS(LEAD_CITY);
    }
    return item;
}

static const char *const results[] = {"created", "updated", "unchanged", "stale", "rejected"};

/* Takes the items in turn. told: "created 1000.0, updated 1.1 write, rejected identity_conflict".
 */
static const char *bench_take(Bench *bench, const Ask asks[], int count)
{
    for (int i = 0; i < count; i++) {
        UpsertItem item = item_of(bench, &asks[i]);
        bool wrote = false;
        while (upsert_plan_take(&bench->plan, &item) == UPSERT_WRITE) {
            cr_assert_not(wrote, "one write is enough");
            cr_assert_gt(bench->plan.dirty_count, 0);
            upsert_plan_written(&bench->plan);
            wrote = true;
        }
        strbuf_addf(&bench->told, "%s%s%s", i > 0 ? ", " : "", wrote ? "write " : "",
                    results[item.result]);
        if (item.result == UPSERT_REJECTED) {
            strbuf_addf(&bench->told, " %s", item.problem->code);
        } else {
            strbuf_addf(&bench->told, " %lld", (long long)item.lead->row.lead_id);
        }
        if (item.result <= UPSERT_UPDATED) {
            strbuf_addf(&bench->told, ".%d", item.n_ordinal);
        }
    }
    return bench->told.data;
}

/* Leads 1 (phone 1, x1), 2 (phone 2, x2) and 3 (phone 3) are there. */
typedef struct Story {
    const char *name;
    Ask asks[5];
    const char *told;
} Story;

static const Story stories[] = {
    {"a new lead", {{PHONE(9), "x9", "Biloxi"}}, "created 1000.0"},
    {"by external_id", {{0, "x1", "Biloxi"}}, "updated 1.0"},
    {"by phone", {{PHONE(3), NULL, "Biloxi"}}, "updated 3.0"},
    {"by both", {{PHONE(1), "x1", "Biloxi"}}, "updated 1.0"},
    {"nothing new", {{PHONE(1), "x1"}}, "unchanged 1"},
    {"a phone gets an external_id", {{PHONE(3), "x3"}}, "updated 3.0"},
    {"a lead gets another external_id", {{PHONE(1), "y1"}}, "updated 1.0"},
    {"a lead moves to a free phone", {{PHONE(9), "x1"}}, "updated 1.0"},
    {"two leads", {{PHONE(2), "x1", "Biloxi"}}, "rejected identity_conflict"},
    {"two leads, one without external_id", {{PHONE(3), "x1"}}, "rejected identity_conflict"},
    {"nobody", {{0, "x9", "Biloxi"}}, "rejected phone_missing"},
    {"external_id erased", {{PHONE(1), "", "Biloxi"}}, "rejected cannot_be_erased"},
    {"no external_id to erase", {{PHONE(3), "", "Biloxi"}}, "updated 3.0"},
    {"made, then changed, then the same",
     {{PHONE(9), NULL, "Biloxi"}, {PHONE(9), "x9"}, {0, "x9", "Biloxi"}},
     "created 1000.0, updated 1000.1, unchanged 1000"},
    {"made twice",
     {{PHONE(9)}, {PHONE(9)}, {PHONE(8)}},
     "created 1000.0, unchanged 1000, created 1001.0"},
    {"the old phone is free for a new lead",
     {{PHONE(9), "x1"}, {PHONE(1), "x7"}},
     "updated 1.0, write created 1000.0"},
    {"the old phone is taken by another lead",
     {{PHONE(9), "x1"}, {PHONE(1), "x2"}},
     "updated 1.0, write updated 2.0"},
    {"two leads swap their phones",
     {{PHONE(9), "x1"}, {PHONE(1), "x2"}, {PHONE(2), "x1"}},
     "updated 1.0, write updated 2.0, write updated 1.1"},
    {"back to its own phone", {{PHONE(9), "x1"}, {PHONE(1), "x1"}}, "updated 1.0, updated 1.1"},
    {"an external_id changes hands",
     {{PHONE(1), "y1"}, {PHONE(3), "x1"}},
     "updated 1.0, write updated 3.0"},
    {"a new lead's phone is free again",
     {{PHONE(9), "x9"}, {PHONE(8), "x9"}, {PHONE(9), "x7"}},
     "created 1000.0, updated 1000.1, created 1001.0"},
    {"revisions",
     {{PHONE(1), NULL, "five", 5},
      {PHONE(1), NULL, "four", 4},
      {PHONE(1), NULL, "six", 5},
      {PHONE(1), NULL, "five", 5},
      {PHONE(1), NULL, "free", 0}},
     "updated 1.0, stale 1, stale 1, unchanged 1, updated 1.1"},
    {"a newer revision that says nothing new",
     {{PHONE(1), NULL, "five", 5}, {PHONE(1), NULL, "five", 7}, {PHONE(1), NULL, "six", 6}},
     "updated 1.0, unchanged 1, stale 1"},
};

static int story_length(const Story *story)
{
    int count = 0;
    while (count < 5 && (story->asks[count].phone != 0 || story->asks[count].external_id != NULL)) {
        count++;
    }
    return count;
}

Test(upsert_plan, stories)
{
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++) {
        Bench bench;
        bench_open(&bench);
        bench_lead(&bench, 1, PHONE(1), "x1");
        bench_lead(&bench, 2, PHONE(2), "x2");
        bench_lead(&bench, 3, PHONE(3), NULL);
        const char *told = bench_take(&bench, stories[i].asks, story_length(&stories[i]));
        cr_assert_str_eq(told, stories[i].told, "%s: %s", stories[i].name, told);
        bench_close(&bench);
    }
}

/* What the table has must be unique after every single row of every write. */
static void write_out(Bench *bench, int64_t phones[], int count)
{
    for (int i = 0; i < bench->plan.dirty_count; i++) {
        const LeadRow *row = &bench->plan.dirty[i]->row;
        for (int id = 0; id < count; id++) {
            cr_assert(id == row->lead_id || phones[id] != row->phone,
                      "phone %lld is of %d and %lld", (long long)row->phone, id,
                      (long long)row->lead_id);
        }
        phones[row->lead_id] = row->phone;
    }
    upsert_plan_written(&bench->plan);
}

Test(upsert_plan, no_write_meets_a_phone_that_is_taken)
{
    enum { LEADS = 12, ITEMS = 4000 };
    Bench bench;
    int64_t phones[LEADS] = {0};
    int writes = 0;
    bench_open(&bench);
    srand(7);
    char names[LEADS][16];
    for (int id = 1; id < LEADS; id++) {
        snprintf(names[id], sizeof names[id], "x%d", id);
        bench_lead(&bench, id, PHONE(id), names[id]);
        phones[id] = PHONE(id);
    }
    for (int i = 0; i < ITEMS; i++) {
        Ask ask = {PHONE(rand() % (LEADS * 2)), names[1 + rand() % (LEADS - 1)]};
        UpsertItem item = item_of(&bench, &ask);
        while (upsert_plan_take(&bench.plan, &item) == UPSERT_WRITE) {
            write_out(&bench, phones, LEADS);
            writes++;
        }
    }
    write_out(&bench, phones, LEADS);
    cr_assert_gt(writes, 10, "the test is to meet the case");
    bench_close(&bench);
}

Test(upsert_plan, a_version_rises_once_and_the_hash_goes)
{
    static const Ask asks[] = {{PHONE(1), NULL, "Biloxi"}, {PHONE(1), NULL, "Boston"}};
    Bench bench;
    bench_open(&bench);
    UpsertLead *lead = bench_lead(&bench, 1, PHONE(1), NULL);
    UpsertLead *other = bench_lead(&bench, 2, PHONE(2), NULL);
    bench_take(&bench, asks, 2);
    cr_assert_eq(lead->row.lead_version, 4);
    cr_assert_eq(lead->row.content_hash, 0);
    cr_assert_eq(other->row.lead_version, 3);
    cr_assert_eq(other->row.content_hash, 99);
    cr_assert_eq(bench.plan.dirty_count, 1);
    bench_close(&bench);
}

Test(upsert_plan, a_revision_alone_is_stored_without_an_event)
{
    static const Ask asks[] = {{PHONE(1), NULL, NULL, 4}};
    Bench bench;
    bench_open(&bench);
    UpsertLead *lead = bench_lead(&bench, 1, PHONE(1), NULL);
    cr_assert_str_eq(bench_take(&bench, asks, 1), "unchanged 1");
    cr_assert_eq(lead->row.revision, 4);
    cr_assert_eq(lead->row.lead_version, 3);
    cr_assert_eq(bench.plan.dirty_count, 1);
    cr_assert_not(bench.list.changed);
    bench_close(&bench);
}

Test(upsert_plan, counts_what_changed)
{
    static const Ask asks[] = {
        {PHONE(8)}, {PHONE(9)}, {PHONE(7), "x1"}, {PHONE(2), NULL, "Biloxi"}};
    static const UpsertDnc dnc[] = {{PHONE(7), CAMPAIGN_NO}, {PHONE(8), CAMPAIGN_NO}};
    Bench bench;
    bench_open(&bench);
    bench_lead(&bench, 1, PHONE(1), "x1");
    bench_lead(&bench, 2, PHONE(2), NULL);
    bench.plan.dnc = dnc;
    bench.plan.dnc_count = 2;
    bench_take(&bench, asks, 4);
    upsert_plan_count(&bench.plan);
    const ListDelta *delta = &bench.list.delta;
    cr_assert_eq(delta->stages[STAGE_DNC], 2, "one new, one moved");
    cr_assert_eq(delta->stages[STAGE_READY], 0, "one new, one left");
    cr_assert_eq(delta->status_count, 1);
    cr_assert_eq(delta->statuses[0].leads, 2);
    cr_assert(bench.list.changed);
    bench_close(&bench);
}

Test(upsert_plan, an_entry_of_another_campaign_does_not_hold)
{
    static const Ask asks[] = {{PHONE(8)}};
    static const UpsertDnc dnc[] = {{PHONE(8), CAMPAIGN_NO + 1}};
    Bench bench;
    bench_open(&bench);
    bench.plan.dnc = dnc;
    bench.plan.dnc_count = 1;
    bench_take(&bench, asks, 1);
    cr_assert_eq(bench.plan.leads[0]->row.stage, STAGE_READY);
    cr_assert_not(bench.plan.leads[0]->row.dnc);
    bench_close(&bench);
}

static const struct {
    Stage before;
    uint16_t hold;
    Stage after;
} moves[] = {{STAGE_INVALID, LEAD_HOLD_INVALID, STAGE_READY},
             {STAGE_FINISHED, LEAD_HOLD_FINAL, STAGE_FINISHED},
             {STAGE_EXHAUSTED, LEAD_HOLD_EXHAUSTED, STAGE_READY},
             {STAGE_DNC, 0, STAGE_READY}};

Test(upsert_plan, a_new_phone_is_no_longer_invalid)
{
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        static const Ask asks[] = {{PHONE(9), "x1"}};
        Bench bench;
        bench_open(&bench);
        UpsertLead *lead = bench_lead(&bench, 1, PHONE(1), "x1");
        lead->row.stage = moves[i].before;
        lead->row.hold = moves[i].hold;
        lead->row.dnc = moves[i].before == STAGE_DNC;
        bench_take(&bench, asks, 1);
        cr_assert_eq(lead->row.stage, moves[i].after, "from %s", stage_name(moves[i].before));
        bench_close(&bench);
    }
}

Test(upsert_plan, unknown_zone_sets_are_asked_for)
{
    static const Ask asks[] = {{INT64_C(15046218927)}};
    Bench bench;
    bench_open(&bench);
    bench_take(&bench, asks, 1);
    cr_assert_eq(bench.plan.missing_count, 1);
    cr_assert_str_eq(bench.plan.missing[0].area, "America/Chicago");
    bench_close(&bench);
}

Test(upsert_plan, a_look_up_is_confirmed_by_the_locked_lead)
{
    Bench bench;
    bench_open(&bench);
    bench_lead(&bench, 1, PHONE(1), "x1");
    Ask ask = {PHONE(1), "x1"};
    UpsertItem item = item_of(&bench, &ask);
    item.found_by_phone = item.found_by_external_id = 1;
    cr_assert(upsert_plan_confirms(&bench.plan, &item));
    item.found_by_external_id = 2;
    cr_assert_not(upsert_plan_confirms(&bench.plan, &item));
    ask.phone = PHONE(2); /* the lead had it when it was looked up, and has it no more */
    item = item_of(&bench, &ask);
    item.found_by_phone = 1;
    cr_assert_not(upsert_plan_confirms(&bench.plan, &item));
    bench_close(&bench);
}

Test(upsert_plan, a_plan_can_be_used_again)
{
    static const Ask asks[] = {{PHONE(9), "x9"}};
    Bench bench;
    bench_open(&bench);
    bench_take(&bench, asks, 1);
    upsert_plan_reset(&bench.plan);
    arena_reset(&bench.arena);
    strbuf_reset(&bench.told);
    cr_assert_str_eq(bench_take(&bench, asks, 1), "created 1001.0");
    bench_close(&bench);
}
