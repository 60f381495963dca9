#include <criterion/criterion.h>
#include <string.h>

#include "runtime/dnc_plan.h"

enum { NOW = 1000 };

static bool same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static const struct {
    const char *name;
    DncEntry open;
    int64_t expires_us;
    DncStep step;
} adds[] = {
    {"none", {0}, DNC_FOREVER, {"added", NULL, true}},
    {"none, for a while", {0}, 2000, {"added", NULL, true}},
    {"none, and past already", {0}, 500, {"added", NULL, true}},
    {"forever", {7, DNC_FOREVER}, DNC_FOREVER, {"exists", NULL, false}},
    {"forever holds longer", {7, DNC_FOREVER}, 2000, {"exists", NULL, false}},
    {"until then", {7, 2000}, 2000, {"exists", NULL, false}},
    {"longer", {7, 3000}, 2000, {"exists", NULL, false}},
    {"shorter", {7, 2000}, 3000, {"added", "replaced", true}},
    {"shorter than forever", {7, 2000}, DNC_FOREVER, {"added", "replaced", true}},
    {"expired", {7, 900}, DNC_FOREVER, {"added", "expired", true}},
    {"expires now", {7, NOW}, 2000, {"added", "expired", true}},
};

Test(dnc_plan, an_add_never_shortens)
{
    for (size_t i = 0; i < sizeof adds / sizeof adds[0]; i++) {
        DncStep step = dnc_plan_add(&adds[i].open, adds[i].expires_us, NOW);
        cr_assert_str_eq(step.result, adds[i].step.result, "%s", adds[i].name);
        cr_assert(same(step.end_as, adds[i].step.end_as), "%s", adds[i].name);
        cr_assert_eq(step.insert, adds[i].step.insert, "%s", adds[i].name);
    }
}

static const struct {
    const char *name;
    DncEntry open;
    DncStep step;
} removes[] = {
    {"none", {0}, {"absent", NULL, false}},
    {"forever", {7, DNC_FOREVER}, {"removed", "crm", false}},
    {"for a while", {7, 2000}, {"removed", "crm", false}},
    {"expired", {7, 900}, {"absent", "expired", false}},
};

Test(dnc_plan, a_remove_ends_what_holds)
{
    for (size_t i = 0; i < sizeof removes / sizeof removes[0]; i++) {
        DncStep step = dnc_plan_remove(&removes[i].open, "crm", NOW);
        cr_assert_str_eq(step.result, removes[i].step.result, "%s", removes[i].name);
        cr_assert(same(step.end_as, removes[i].step.end_as), "%s", removes[i].name);
        cr_assert_not(step.insert);
    }
}

static const DncHold holds[] = {{100, DNC_EVERY_CAMPAIGN}, {200, 3}, {300, 3}, {300, 4}};

static const struct {
    const char *name;
    int64_t phone;
    int32_t campaign_no;
    bool dnc;
    Stage stage;
    bool changes;
    bool dnc_after;
    Stage after;
} leads[] = {
    {"everywhere", 100, 9, false, STAGE_READY, true, true, STAGE_DNC},
    {"its campaign", 200, 3, false, STAGE_READY, true, true, STAGE_DNC},
    {"another campaign", 200, 4, false, STAGE_READY, false, false, STAGE_READY},
    {"second campaign", 300, 4, false, STAGE_READY, true, true, STAGE_DNC},
    {"no entry", 400, 3, false, STAGE_READY, false, false, STAGE_READY},
    {"known already", 100, 9, true, STAGE_DNC, false, true, STAGE_DNC},
    {"the entry is gone", 400, 3, true, STAGE_DNC, true, false, STAGE_READY},
    {"the entry is another campaign's", 200, 4, true, STAGE_DNC, true, false, STAGE_READY},
    {"a final lead too", 100, 9, false, STAGE_FINISHED, true, true, STAGE_DNC},
    {"a final lead without entry", 400, 9, false, STAGE_FINISHED, false, false, STAGE_FINISHED},
};

Test(dnc_plan, leads_follow_the_entries)
{
    for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++) {
        LeadDial lead = {.phone = leads[i].phone, .dnc = leads[i].dnc, .stage = leads[i].stage};
        bool changed = dnc_plan_lead(&lead, leads[i].campaign_no, holds, 4);
        cr_assert_eq(changed, leads[i].changes, "%s", leads[i].name);
        cr_assert_eq(lead.dnc, leads[i].dnc_after, "%s", leads[i].name);
        cr_assert_eq(lead.stage, leads[i].after, "%s", leads[i].name);
    }
}
