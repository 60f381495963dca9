#include "runtime/campaign_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "sql_queries.h"

/* Columns of campaign_rules_read.sql. */
enum {
    CAMPAIGN_NO,
    CAMPAIGN_ID,
    NAME,
    ACTIVE,
    RULES_VERSION,
    LEAD_ORDER,
    DEFAULT_COUNTRY,
    ASSUME_ZONES,
    WINDOWS,
    LAW_PACK,
    HOPPER_TARGET,
    OFFER_LIFETIME_S,
    RESERVE_S,
    MAX_ATTEMPTS,
    CAP_CALLS,
    CAP_WINDOW_S,
    CAP_GAP_S,
    DISPOSITIONS,
    RECYCLE_RULES,
};

/* ---- reading ---- */

static const char *rules_text(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text != NULL ? text : "";
}

static void rules_disposition(const json_t *row, Disposition *ret)
{
    *ret = (Disposition){.contact = json_is_true(json_object_get(row, "contact")),
                         .final = json_is_true(json_object_get(row, "final")),
                         .dnc = json_is_true(json_object_get(row, "dnc")),
                         .invalid = json_is_true(json_object_get(row, "invalid")),
                         .callback = json_is_true(json_object_get(row, "callback"))};
    snprintf(ret->code, sizeof ret->code, "%s", rules_text(row, "code"));
    snprintf(ret->name, sizeof ret->name, "%s", rules_text(row, "name"));
    size_t index;
    json_t *alias;
    json_array_foreach(json_object_get(row, "aliases"), index, alias)
    {
        if (ret->alias_count < DISPOSITION_ALIASES_MAX) {
            snprintf(ret->aliases[ret->alias_count++], DISPOSITION_CODE_SIZE, "%s",
                     json_string_value(alias));
        }
    }
}

static Status rules_rule(const json_t *row, RecycleRule *ret, Error *err)
{
    *ret = (RecycleRule){
        .max_attempts = (int)json_integer_value(json_object_get(row, "max_attempts")),
        .min_distance_s = (int32_t)json_integer_value(json_object_get(row, "min_distance_s"))};
    snprintf(ret->disposition, sizeof ret->disposition, "%s", rules_text(row, "disposition"));
    size_t index;
    json_t *interval;
    json_array_foreach(json_object_get(row, "intervals_s"), index, interval)
    {
        if (ret->interval_count < RECYCLE_INTERVALS_MAX) {
            ret->intervals_s[ret->interval_count++] = (int32_t)json_integer_value(interval);
        }
    }
    return hours_read(json_object_get(row, "windows"), &ret->hours, err);
}

static Status rules_add_rows(const DbResult *result, CampaignRules *rules, Error *err)
{
    AUTO_JSON json_t *dispositions = json_loads(db_text(result, 0, DISPOSITIONS), 0, NULL);
    AUTO_JSON json_t *recycle_rules = json_loads(db_text(result, 0, RECYCLE_RULES), 0, NULL);
    size_t index;
    json_t *row;
    Status status = STATUS_OK;
    json_array_foreach(dispositions, index, row)
    {
        Disposition disposition;
        rules_disposition(row, &disposition);
        campaign_rules_put_disposition(rules, &disposition);
    }
    json_array_foreach(recycle_rules, index, row)
    {
        RecycleRule rule;
        if (status == STATUS_OK) {
            status = rules_rule(row, &rule, err);
        }
        if (status == STATUS_OK) {
            campaign_rules_put_rule(rules, &rule);
        }
    }
    return status;
}

static LeadOrder rules_order(const char *word)
{
    for (int order = 0; lead_order_words[order] != NULL; order++) {
        if (strcmp(lead_order_words[order], word) == 0) {
            return (LeadOrder)order;
        }
    }
    return LEAD_ORDER_FRESH_FIRST;
}

static void rules_settings(const DbResult *result, CampaignRules *rules)
{
    const struct {
        char *text;
        size_t size;
        int column;
    } texts[] = {
        {rules->campaign_id, sizeof rules->campaign_id, CAMPAIGN_ID},
        {rules->name, sizeof rules->name, NAME},
        {rules->default_country, sizeof rules->default_country, DEFAULT_COUNTRY},
        {rules->assume_zones, sizeof rules->assume_zones, ASSUME_ZONES},
    };
    const struct {
        int *value;
        int column;
    } numbers[] = {
        {&rules->hopper_target, HOPPER_TARGET}, {&rules->offer_lifetime_s, OFFER_LIFETIME_S},
        {&rules->reserve_s, RESERVE_S},         {&rules->max_attempts, MAX_ATTEMPTS},
        {&rules->cap_calls, CAP_CALLS},         {&rules->cap_window_s, CAP_WINDOW_S},
        {&rules->cap_gap_s, CAP_GAP_S},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        snprintf(texts[i].text, texts[i].size, "%s", db_text(result, 0, texts[i].column));
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        *numbers[i].value = (int)db_i64(result, 0, numbers[i].column);
    }
    rules->campaign_no = (int32_t)db_i64(result, 0, CAMPAIGN_NO);
    rules->rules_version = db_i64(result, 0, RULES_VERSION);
    rules->active = db_bool(result, 0, ACTIVE);
    rules->order = rules_order(db_text(result, 0, LEAD_ORDER));
}

/* What the commands let in is valid: anything else was written by somebody else. */
static Status rules_read(const DbResult *result, CampaignRules *rules, Error *err)
{
    rules_settings(result, rules);
    Status status = hours_parse(db_text(result, 0, WINDOWS), &rules->hours, err);
    if (status == STATUS_OK) {
        status = rules_add_rows(result, rules, err);
    }
    if (status == STATUS_BAD_INPUT) {
        AUTO_FREE char *what = mem_strdup(err->text);
        return error_set(err, STATUS_FATAL, "campaign_damaged", "the rules of campaign %s: %s",
                         rules->campaign_id, what);
    }
    return status == STATUS_OK ? campaign_rules_set_laws(rules, db_text(result, 0, LAW_PACK), err)
                               : status;
}

static Status campaign_gone(int32_t campaign_no, Error *err)
{
    return error_set(err, STATUS_RETRY, "campaign_gone", "there is no campaign with number %d",
                     campaign_no);
}

Status campaign_rules_load(Db *db, int32_t campaign_no, CampaignRules *ret, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, campaign_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_campaign_rules_read, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (db_rows(result) == 0) {
        return campaign_gone(campaign_no, err);
    }
    CampaignRules rules;
    campaign_rules_init(&rules);
    status = rules_read(result, &rules, err);
    if (status != STATUS_OK) {
        campaign_rules_done(&rules);
        return status;
    }
    *ret = rules;
    return STATUS_OK;
}

Status campaign_find(Db *db, const char *campaign_id, int32_t *ret_campaign_no, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, campaign_id);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_campaign_find, &params, &result, err);
    if (status == STATUS_OK) {
        *ret_campaign_no = db_rows(result) == 1 ? (int32_t)db_i64(result, 0, 0) : 0;
    }
    return status;
}

/* ---- keeping ---- */

typedef struct KeptRules {
    CampaignRules rules;
    bool replaced;
} KeptRules;

/* A replaced one stays, since somebody may look at it, until the store is trimmed. */
struct CampaignStore {
    KeptRules **kept;
    int count;
};

CampaignStore *campaign_store_new(void)
{
    return mem_alloc(sizeof(CampaignStore));
}

static void kept_free(KeptRules *kept)
{
    campaign_rules_done(&kept->rules);
    free(kept);
}

void campaign_store_free(CampaignStore *store)
{
    for (int i = 0; store != NULL && i < store->count; i++) {
        kept_free(store->kept[i]);
    }
    if (store != NULL) {
        free(store->kept);
    }
    free(store);
}

void campaign_store_trim(CampaignStore *store)
{
    int left = 0;
    for (int i = 0; i < store->count; i++) {
        if (store->kept[i]->replaced) {
            kept_free(store->kept[i]);
        } else {
            store->kept[left++] = store->kept[i];
        }
    }
    store->count = left;
}

static KeptRules *store_find(const CampaignStore *store, int32_t campaign_no)
{
    for (int i = 0; i < store->count; i++) {
        if (store->kept[i]->rules.campaign_no == campaign_no && !store->kept[i]->replaced) {
            return store->kept[i];
        }
    }
    return NULL;
}

static Status
store_load(CampaignStore *store, Db *db, int32_t campaign_no, KeptRules **ret, Error *err)
{
    CampaignRules rules;
    Status status = campaign_rules_load(db, campaign_no, &rules, err);
    if (status != STATUS_OK) {
        return status;
    }
    KeptRules *before = store_find(store, campaign_no);
    if (before != NULL) {
        before->replaced = true;
    }
    KeptRules *kept = mem_alloc(sizeof *kept);
    kept->rules = rules;
    store->kept = mem_realloc(store->kept, ((size_t)store->count + 1) * sizeof(KeptRules *));
    store->kept[store->count++] = kept;
    *ret = kept;
    return STATUS_OK;
}

static Status store_version(Db *db, int32_t campaign_no, int64_t *ret_version, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, campaign_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_campaign_rules_version, &params, &result, err);
    if (status == STATUS_OK && db_rows(result) == 0) {
        return campaign_gone(campaign_no, err);
    }
    if (status == STATUS_OK) {
        *ret_version = db_i64(result, 0, 0);
    }
    return status;
}

Status campaign_store_get(CampaignStore *store,
                          Db *db,
                          int32_t campaign_no,
                          int64_t rules_version,
                          const CampaignRules **ret,
                          Error *err)
{
    KeptRules *kept = store_find(store, campaign_no);
    Status status = STATUS_OK;
    if (kept != NULL && rules_version == 0) {
        status = store_version(db, campaign_no, &rules_version, err);
    }
    if (status == STATUS_OK && (kept == NULL || kept->rules.rules_version != rules_version)) {
        status = store_load(store, db, campaign_no, &kept, err);
    }
    if (status == STATUS_OK) {
        *ret = &kept->rules;
    }
    return status;
}
