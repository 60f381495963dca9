#include "domain/campaign_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const char *const lead_order_words[] = {
    [LEAD_ORDER_FRESH_FIRST] = "fresh_first", [LEAD_ORDER_DUE] = "due",
    [LEAD_ORDER_NEWEST] = "newest",           [LEAD_ORDER_RANDOM] = "random",
    [LEAD_ORDER_RANDOM + 1] = NULL,
};

static const char default_windows[] =
    "[{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\"],\"from\":\"09:00\","
    "\"to\":\"20:00\"}]";

void campaign_rules_init(CampaignRules *rules)
{
    *rules = (CampaignRules){.hopper_target = 100,
                             .offer_lifetime_s = 300,
                             .reserve_s = 3600,
                             .max_attempts = 10,
                             .cap_calls = 3,
                             .cap_window_s = 86400,
                             .cap_gap_s = 900,
                             .law_pack = "us",
                             .laws = law_pack_find("us")};
    if (hours_parse(default_windows, &rules->hours, NULL) != STATUS_OK) {
        abort(); /* a text of ours */
    }
    for (size_t i = 0; i < disposition_default_count; i++) {
        campaign_rules_put_disposition(rules, &disposition_defaults[i]);
    }
    for (size_t i = 0; i < recycle_default_count; i++) {
        campaign_rules_put_rule(rules, &recycle_defaults[i]);
    }
}

void campaign_rules_done(CampaignRules *rules)
{
    free(rules->dispositions);
    free(rules->rules);
    rules->dispositions = NULL;
    rules->rules = NULL;
    rules->disposition_count = rules->rule_count = 0;
}

/* Where the code is in elements of `size` bytes that begin with one, or would be; *ret_found. */
static int place_of(const void *base, int count, size_t size, const char *code, bool *ret_found)
{
    int low = 0;
    int high = count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (strcmp((const char *)base + (size_t)middle * size, code) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *ret_found = low < count && strcmp((const char *)base + (size_t)low * size, code) == 0;
    return low;
}

static void *put_in(void *base, int *count, size_t size, const void *element)
{
    bool found;
    int place = place_of(base, *count, size, element, &found);
    if (!found) {
        base = mem_realloc(base, (size_t)(*count + 1) * size);
        char *at = (char *)base + (size_t)place * size;
        memmove(at + size, at, (size_t)(*count - place) * size);
        (*count)++;
    }
    memcpy((char *)base + (size_t)place * size, element, size);
    return base;
}

static void take_out(void *base, int *count, size_t size, const char *code)
{
    bool found;
    int place = place_of(base, *count, size, code, &found);
    if (found) {
        char *at = (char *)base + (size_t)place * size;
        (*count)--;
        memmove(at, at + size, (size_t)(*count - place) * size);
    }
}

void campaign_rules_put_disposition(CampaignRules *rules, const Disposition *disposition)
{
    rules->dispositions = put_in(rules->dispositions, &rules->disposition_count,
                                 sizeof *rules->dispositions, disposition);
}

void campaign_rules_put_rule(CampaignRules *rules, const RecycleRule *rule)
{
    if (rule->max_attempts <= 0) {
        take_out(rules->rules, &rules->rule_count, sizeof *rules->rules, rule->disposition);
    } else {
        rules->rules = put_in(rules->rules, &rules->rule_count, sizeof *rules->rules, rule);
    }
}

Status campaign_rules_set_laws(CampaignRules *rules, const char *name, Error *err)
{
    const LawPack *laws = name[0] != '\0' ? law_pack_find(name) : NULL;
    if (name[0] != '\0' && laws == NULL) {
        return error_set(err, STATUS_FATAL, "law_pack_missing",
                         "campaign %s is under the law pack %s, which this process does not have "
                         "(LEADSPOOL_LAW_PACKS); there are: %s",
                         rules->campaign_id, name, law_pack_names());
    }
    snprintf(rules->law_pack, sizeof rules->law_pack, "%s", name);
    rules->laws = laws;
    return STATUS_OK;
}

const Disposition *campaign_disposition(const CampaignRules *rules, const char *code)
{
    return disposition_find(rules->dispositions, (size_t)rules->disposition_count, code);
}

const RecycleRule *campaign_rule(const CampaignRules *rules, const char *code)
{
    bool found;
    int place = place_of(rules->rules, rules->rule_count, sizeof *rules->rules, code, &found);
    return found ? &rules->rules[place] : NULL;
}

static void add_hours(CallingRules *ret, const Hours *hours, const char *name)
{
    if (hours != NULL && hours->window_count > 0) {
        ret->names[ret->hours_count] = name;
        ret->hours[ret->hours_count++] = hours;
    }
}

void campaign_calling(const CampaignRules *rules,
                      const Hours *list,
                      const RecycleRule *rule,
                      CallingRules *ret)
{
    *ret = (CallingRules){.laws = rules->laws, .assume_zones = rules->assume_zones};
    add_hours(ret, &rules->hours, "campaign");
    add_hours(ret, list, "list");
    add_hours(ret, rule != NULL ? &rule->hours : NULL, "rule");
}

int campaign_caps(const CampaignRules *rules,
                  const char *regions,
                  int64_t at_us,
                  LawCapFound ret[LAW_CAPS_MAX + 1])
{
    int count = 0;
    if (rules->cap_calls > 0) {
        ret[count++] = (LawCapFound){{rules->cap_calls, rules->cap_window_s}, NULL};
    }
    return count + law_pack_caps(rules->laws, regions, at_us, ret + count);
}
