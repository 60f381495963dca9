#include "recycler/why_list.h"

#include <string.h>

#include "runtime/campaign_store.h"
#include "sql_queries.h"

/* Columns of why_list.sql. */
enum { LIST_NO, CAMPAIGN_NO, LIFE, WINDOWS, HELD, RULES_VERSION, TOTAL };

/* ---- reading ---- */

static Status read_rules(Db *db, const DbResult *row, WhyList *list, Error *err)
{
    Status status = hours_parse(db_text(row, 0, WINDOWS), &list->hours, err);
    if (status == STATUS_OK) {
        status = campaign_rules_load(db, (int32_t)db_i64(row, 0, CAMPAIGN_NO), &list->rules, err);
    }
    if (status == STATUS_OK && !list->rules.active) {
        list->held = WHY_CAMPAIGN_PAUSED;
    }
    return status;
}

Status why_list_read(Db *db, const char *list_id, int64_t at_us, WhyList *ret, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *row = NULL;
    db_param_text(&params, list_id);
    Status status = db_query(db, sql_why_list, &params, &row, err);
    if (status == STATUS_OK && db_rows(row) == 0) {
        return error_set_field(err, "list_id", "unknown_list",
                               "there is no list \"%s\": `leadspool list ls` shows all", list_id);
    }
    if (status != STATUS_OK) {
        return status;
    }
    ret->at_us = at_us;
    ret->list_no = (int32_t)db_i64(row, 0, LIST_NO);
    ret->campaign_held = db_bool(row, 0, HELD);
    ret->rules_version = db_i64(row, 0, RULES_VERSION);
    ret->total = db_i64(row, 0, TOTAL);
    for (Stage stage = STAGE_DNC; stage < STAGE_END; stage++) {
        ret->leads[stage] = db_i64(row, 0, TOTAL + (int)stage);
    }
    ret->held = WHY_DIALABLE_NOW;
    if (strcmp(db_text(row, 0, LIFE), "active") != 0) {
        ret->held = WHY_LIST_PAUSED;
        return STATUS_OK;
    }
    return read_rules(db, row, ret, err);
}

void why_list_done(WhyList *list)
{
    campaign_rules_done(&list->rules);
}

/* ---- one lead ---- */

Why why_list_place(const WhyList *list,
                   const CallingPlace *place,
                   const char *code,
                   const WhyDue *due)
{
    CallingRules calling;
    CallingTime time;
    const RecycleRule *rule = code[0] != '\0' ? campaign_rule(&list->rules, code) : NULL;
    campaign_calling(&list->rules, &list->hours, rule, &calling);
    calling_time(&calling, place, list->at_us, &time);
    if (time.why == CALLING_ZONE_UNKNOWN) {
        return WHY_ZONE_UNKNOWN;
    }
    if (!due->due && (due->put_off == TOPUP_BY_RULE || time.open)) {
        return why_of_put_off(due->put_off);
    }
    return time.open ? WHY_DIALABLE_NOW : WHY_OUTSIDE_HOURS;
}

int64_t why_list_calls_since_us(const WhyList *list)
{
    return list->at_us - topup_calls_window_us(&list->rules, list->at_us);
}

Why why_list_number(const WhyList *list,
                    const CallingPlace *place,
                    const int64_t calls_us[],
                    int call_count,
                    bool busy)
{
    int64_t until_us;
    TopupFacts facts = {.rules = &list->rules,
                        .place = place,
                        .calls_us = calls_us,
                        .call_count = call_count,
                        .now_us = list->at_us};
    Why why = why_of_calls(&facts, &until_us);
    if (why != WHY_DIALABLE_NOW) {
        return why;
    }
    return busy ? WHY_NUMBER_OFFERED : list->campaign_held ? WHY_CAMPAIGN_HELD : WHY_DIALABLE_NOW;
}
