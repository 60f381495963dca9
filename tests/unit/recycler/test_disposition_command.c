#include "recycler/disposition_command.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

typedef struct Planned {
    Status status;
    Disposition disposition;
    bool is_new;
    Error err;
} Planned;

/* The plan against a campaign as it comes; aliases: JSON, NULL: absent. */
static Planned plan(DispositionPut put, const char *aliases)
{
    Planned planned = {0};
    CampaignRules rules;
    campaign_rules_init(&rules);
    put.aliases = aliases != NULL ? json_loads(aliases, 0, NULL) : NULL;
    planned.status =
        disposition_plan(&rules, &put, &planned.disposition, &planned.is_new, &planned.err);
    json_decref(put.aliases);
    campaign_rules_done(&rules);
    return planned;
}

Test(disposition_command, a_new_one_has_what_was_said_and_nothing_else)
{
    DispositionPut put = {.code = "QUOTE", .final = JSON_BOOL_TRUE};
    Planned planned = plan(put, "[\"QT\"]");
    cr_assert_eq(planned.status, STATUS_OK);
    cr_expect(planned.is_new);
    cr_expect_str_eq(planned.disposition.name, "QUOTE");
    cr_expect(planned.disposition.final);
    cr_expect_not(planned.disposition.contact);
    cr_expect_eq(planned.disposition.alias_count, 1);
    cr_expect_str_eq(planned.disposition.aliases[0], "QT");
}

Test(disposition_command, what_is_absent_stays_as_the_default_set_has_it)
{
    DispositionPut put = {.code = "NA", .contact = JSON_BOOL_TRUE};
    Planned planned = plan(put, NULL);
    cr_assert_eq(planned.status, STATUS_OK);
    cr_expect_not(planned.is_new);
    cr_expect(planned.disposition.contact);
    cr_expect(disposition_has_alias(&planned.disposition, "N"));
}

Test(disposition_command, a_flag_and_the_aliases_can_be_taken_back)
{
    DispositionPut put = {.code = "SALE", .final = JSON_BOOL_FALSE};
    Planned planned = plan(put, "[]");
    cr_assert_eq(planned.status, STATUS_OK);
    cr_expect_not(planned.disposition.final);
    cr_expect(planned.disposition.contact);
    cr_expect_eq(planned.disposition.alias_count, 0);
}

Test(disposition_command, an_alias_of_another_may_become_a_code)
{
    Planned planned = plan((DispositionPut){.code = "N"}, NULL);
    cr_expect_eq(planned.status, STATUS_OK);
    cr_expect(planned.is_new);
}

Test(disposition_command, refuses_what_contradicts_itself_or_is_taken)
{
    static const struct {
        DispositionPut put;
        const char *aliases;
        const char *code;
        const char *field;
    } cases[] = {
        {{.code = "X", .callback = JSON_BOOL_TRUE, .final = JSON_BOOL_TRUE},
         NULL,
         "invalid_value",
         "callback"},
        {{.code = "X", .callback = JSON_BOOL_TRUE, .dnc = JSON_BOOL_TRUE},
         NULL,
         "invalid_value",
         "callback"},
        {{.code = "SALE", .callback = JSON_BOOL_TRUE}, NULL, "invalid_value", "callback"},
        {{.code = "X"}, "[\"Y\",\"N\"]", "alias_taken", "aliases[1]"},
        {{.code = "X"}, "[\"NA\"]", "alias_taken", "aliases[0]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Planned planned = plan(cases[i].put, cases[i].aliases);
        cr_expect_eq(planned.status, STATUS_BAD_INPUT, "%zu", i);
        cr_expect_str_eq(planned.err.code, cases[i].code, "%zu", i);
        cr_expect_str_eq(planned.err.field, cases[i].field, "%zu", i);
    }
}

Test(disposition_command, equal_is_every_part_whatever_the_order_of_aliases)
{
    Disposition a = {.code = "X", .name = "x", .aliases = {"A", "B"}, .alias_count = 2};
    Disposition b = {.code = "X", .name = "x", .aliases = {"B", "A"}, .alias_count = 2};
    cr_expect(disposition_equal(&a, &b));
    b.contact = true;
    cr_expect_not(disposition_equal(&a, &b));
    b.contact = false;
    b.alias_count = 1;
    cr_expect_not(disposition_equal(&a, &b));
    b.alias_count = 2;
    strcpy(b.name, "y");
    cr_expect_not(disposition_equal(&a, &b));
}

Test(disposition_command, there_are_so_many_and_no_more)
{
    CampaignRules rules;
    Disposition planned;
    bool is_new;
    Error err;
    campaign_rules_init(&rules);
    rules.dispositions =
        mem_realloc(rules.dispositions, DISPOSITIONS_MOST * sizeof *rules.dispositions);
    for (; rules.disposition_count < DISPOSITIONS_MOST; rules.disposition_count++) {
        Disposition *next = &rules.dispositions[rules.disposition_count];
        *next = (Disposition){0};
        snprintf(next->code, sizeof next->code, "C%d", rules.disposition_count);
    }
    DispositionPut more = {.code = "QUOTE"};
    DispositionPut there = {.code = "NA", .contact = JSON_BOOL_TRUE};
    cr_expect_eq(disposition_plan(&rules, &more, &planned, &is_new, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "too_many");
    cr_expect_eq(disposition_plan(&rules, &there, &planned, &is_new, &err), STATUS_OK);
    campaign_rules_done(&rules);
}
