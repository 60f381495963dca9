#include <criterion/criterion.h>
#include <string.h>

#include "domain/campaign_rules.h"

Test(campaign_rules, come_with_defaults)
{
    AUTO_CAMPAIGN_RULES rules;
    campaign_rules_init(&rules);
    cr_expect_eq(rules.hours.window_count, 1);
    cr_expect_str_eq(rules.law_pack, "us");
    cr_expect_eq(rules.laws, law_pack_find("us"));
    cr_expect_eq(rules.max_attempts, 10);
    cr_expect_str_eq(campaign_disposition(&rules, "AB")->code, "B");
    cr_expect_null(campaign_disposition(&rules, "ZZZ"));
    cr_expect_eq(campaign_rule(&rules, "NA")->max_attempts, 3);
    cr_expect_null(campaign_rule(&rules, "N")); /* by the disposition's own code */
    cr_expect_null(campaign_rule(&rules, "SALE"));
    cr_expect_str_eq(lead_order_words[LEAD_ORDER_RANDOM], "random");
    cr_expect_null(lead_order_words[LEAD_ORDER_RANDOM + 1]);
}

Test(campaign_rules, rows_add_and_replace)
{
    AUTO_CAMPAIGN_RULES rules;
    campaign_rules_init(&rules);
    int before = rules.disposition_count;
    campaign_rules_put_disposition(&rules, &(Disposition){"ZZZ", "last"});
    campaign_rules_put_disposition(&rules, &(Disposition){"0", "first", .contact = true});
    campaign_rules_put_disposition(&rules, &(Disposition){"NI", "ours"});
    campaign_rules_put_disposition(&rules, &(Disposition){"AB", "no alias of B any more"});
    cr_expect_eq(rules.disposition_count, before + 3);
    for (int i = 1; i < rules.disposition_count; i++) {
        cr_expect_lt(strcmp(rules.dispositions[i - 1].code, rules.dispositions[i].code), 0);
    }
    cr_expect_str_eq(campaign_disposition(&rules, "NI")->name, "ours");
    cr_expect_not(campaign_disposition(&rules, "NI")->final);
    cr_expect_str_eq(campaign_disposition(&rules, "AB")->code, "AB");
    cr_expect_str_eq(campaign_disposition(&rules, "ZZZ")->code, "ZZZ");

    campaign_rules_put_rule(&rules, &(RecycleRule){"NA", 5, 1, {60}});
    campaign_rules_put_rule(&rules, &(RecycleRule){"HU", 2, 1, {60}});
    campaign_rules_put_rule(&rules, &(RecycleRule){"B", 0});
    campaign_rules_put_rule(&rules, &(RecycleRule){"QQ", 0});
    cr_expect_eq(campaign_rule(&rules, "NA")->max_attempts, 5);
    cr_expect_eq(campaign_rule(&rules, "HU")->max_attempts, 2);
    cr_expect_eq(campaign_rule(&rules, "A")->max_attempts, 3);
    cr_expect_null(campaign_rule(&rules, "B"));
    cr_expect_null(campaign_rule(&rules, "QQ"));
}

Test(campaign_rules, law_packs)
{
    AUTO_CAMPAIGN_RULES rules;
    Error err;
    campaign_rules_init(&rules);
    cr_expect_eq(campaign_rules_set_laws(&rules, "", &err), STATUS_OK);
    cr_expect_null(rules.laws);
    cr_expect_eq(campaign_rules_set_laws(&rules, "ca", &err), STATUS_OK);
    cr_expect_eq(rules.laws, law_pack_find("ca"));
    cr_expect_eq(campaign_rules_set_laws(&rules, "mars", &err), STATUS_FATAL);
    cr_expect_str_eq(err.code, "law_pack_missing");
    cr_expect_str_eq(rules.law_pack, "ca");
}

Test(campaign_rules, what_decides_about_calling)
{
    AUTO_CAMPAIGN_RULES rules;
    campaign_rules_init(&rules);
    Hours list = rules.hours;
    Hours none = {0};
    RecycleRule rule = {"NA", 3, .hours = rules.hours};
    CallingRules calling;
    campaign_calling(&rules, &list, &rule, &calling);
    cr_expect_eq(calling.hours_count, 3);
    cr_expect_str_eq(calling.names[1], "list");
    cr_expect_str_eq(calling.names[2], "rule");
    cr_expect_eq(calling.laws, rules.laws);
    cr_expect_str_eq(calling.assume_zones, "");
    campaign_calling(&rules, &none, NULL, &calling);
    cr_expect_eq(calling.hours_count, 1);
    campaign_calling(&rules, NULL, campaign_rule(&rules, "NA"), &calling);
    cr_expect_eq(calling.hours_count, 1);
}

Test(campaign_rules, caps_of_campaign_and_law)
{
    AUTO_CAMPAIGN_RULES rules;
    LawCapFound caps[LAW_CAPS_MAX + 1];
    int64_t now_us = INT64_C(1795536000000000); /* 2026-11-24 */
    campaign_rules_init(&rules);
    rules.cap_calls = 5;
    rules.cap_window_s = 3600;
    cr_assert_eq(campaign_caps(&rules, "FL", now_us, caps), 2);
    cr_expect_null(caps[0].rule);
    cr_expect_eq(caps[0].cap.calls, 5);
    cr_expect_eq(caps[1].cap.calls, 3);
    cr_expect_str_eq(caps[1].rule->region, "FL");
    rules.cap_calls = 0;
    cr_expect_eq(campaign_caps(&rules, "NY", now_us, caps), 0);
}
