#include "recycler/why_count.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "runtime/campaign_store.h"
#include "sql_queries.h"

/* Columns of cli_why_list.sql. */
enum { LIST_NO, CAMPAIGN_NO, LIFE, WINDOWS, TOTAL };
/* Of cli_why_ready.sql. */
enum { READY_ZONES, READY_REGIONS, READY_DUE, READY_CODE, READY_LEADS };
/* Of cli_why_calls.sql. */
enum { CALLED_LEAD, CALLED_ZONES, CALLED_REGIONS, CALLED_CODE, CALLED_AT };

/* One look at one list. */
typedef struct Look {
    Db *db;
    WhyCount *ret;
    int32_t list_no;
    Hours list_hours;
    CampaignRules rules;
} Look;

/* ---- gates ---- */

static bool rules_have_windows(const CampaignRules *rules)
{
    for (int i = 0; i < rules->rule_count; i++) {
        if (rules->rules[i].hours.window_count > 0) {
            return true;
        }
    }
    return false;
}

/* code: the last disposition of a lead that was called, else "". */
static Why why_of_place(const Look *look, const CallingPlace *place, const char *code, bool due)
{
    CallingRules calling;
    CallingTime time;
    const RecycleRule *rule = code[0] != '\0' ? campaign_rule(&look->rules, code) : NULL;
    campaign_calling(&look->rules, &look->list_hours, rule, &calling);
    calling_time(&calling, place, look->ret->at_us, &time);
    if (time.why == CALLING_ZONE_UNKNOWN) {
        return WHY_ZONE_UNKNOWN;
    }
    if (!due) {
        return WHY_NOT_DUE;
    }
    return time.open ? WHY_DIALABLE_NOW : WHY_OUTSIDE_HOURS;
}

static Status count_ready(Look *look, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    db_param_i64(&params, look->list_no);
    db_param_time(&params, look->ret->at_us);
    db_param_bool(&params, rules_have_windows(&look->rules));
    Status status = db_query(look->db, sql_cli_why_ready, &params, &rows, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(rows); row++) {
        CallingPlace place = {db_text(rows, row, READY_ZONES), db_text(rows, row, READY_REGIONS)};
        Why why = why_of_place(look, &place, db_text(rows, row, READY_CODE),
                               db_bool(rows, row, READY_DUE));
        look->ret->leads[why] += db_i64(rows, row, READY_LEADS);
    }
    return status;
}

/* ---- numbers ---- */

/* Calls from which on any cap of the campaign or its law may be reached. */
static int least_calls(const Look *look)
{
    LawCapFound caps[LAW_CAPS_MAX + 1];
    const char *everywhere = look->rules.laws != NULL ? look->rules.laws->regions : "";
    int count = campaign_caps(&look->rules, everywhere, look->ret->at_us, caps);
    int least = INT32_MAX;
    for (int i = 0; i < count; i++) {
        least = caps[i].cap.calls < least ? caps[i].cap.calls : least;
    }
    return least;
}

static Status find_called(const Look *look, DbResult **ret, Error *err)
{
    DbParams params = {0};
    int64_t now_us = look->ret->at_us;
    db_param_i64(&params, look->list_no);
    db_param_time(&params, now_us);
    db_param_time(&params, now_us - topup_calls_window_us(&look->rules, now_us));
    db_param_i64(&params, least_calls(look));
    db_param_time(&params, now_us - look->rules.cap_gap_s * CLOCK_US_PER_SECOND);
    return db_query(look->db, sql_cli_why_calls, &params, ret, err);
}

/* The rows from `row` on that are of the same lead: its calls into starts, *ret_busy when its
 * number has an offer; returns the row behind them. */
static int
take_lead(const DbResult *rows, int row, int64_t starts_us[], int *ret_count, bool *ret_busy)
{
    int64_t lead_id = db_i64(rows, row, CALLED_LEAD);
    *ret_count = 0;
    *ret_busy = false;
    for (; row < db_rows(rows) && db_i64(rows, row, CALLED_LEAD) == lead_id; row++) {
        if (db_is_null(rows, row, CALLED_AT)) {
            *ret_busy = true;
        } else {
            starts_us[(*ret_count)++] = db_i64(rows, row, CALLED_AT);
        }
    }
    return row;
}

/* One that was counted as dialable, for its place is open and it is due. */
static void recount_lead(Look *look, const TopupFacts *facts, bool busy)
{
    int64_t until_us;
    Why why = why_of_calls(facts, &until_us);
    if (why == WHY_DIALABLE_NOW && busy) {
        why = WHY_NUMBER_OFFERED;
    }
    look->ret->leads[WHY_DIALABLE_NOW]--;
    look->ret->leads[why]++;
}

static Status count_called(Look *look, Error *err)
{
    AUTO_RESULT *rows = NULL;
    Status status = find_called(look, &rows, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_FREE int64_t *starts_us = mem_alloc((size_t)(db_rows(rows) + 1) * sizeof *starts_us);
    for (int row = 0; row < db_rows(rows);) {
        bool busy;
        CallingPlace place = {db_text(rows, row, CALLED_ZONES), db_text(rows, row, CALLED_REGIONS)};
        const char *code = db_text(rows, row, CALLED_CODE);
        TopupFacts facts = {.rules = &look->rules,
                            .place = &place,
                            .calls_us = starts_us,
                            .now_us = look->ret->at_us};
        row = take_lead(rows, row, starts_us, &facts.call_count, &busy);
        if (why_of_place(look, &place, code, true) == WHY_DIALABLE_NOW) {
            recount_lead(look, &facts, busy);
        }
    }
    return STATUS_OK;
}

/* ---- the list ---- */

static Status count_by_rules(Look *look, int32_t campaign_no, int64_t ready, Error *err)
{
    Status status = campaign_rules_load(look->db, campaign_no, &look->rules, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (!look->rules.active) {
        look->ret->leads[WHY_CAMPAIGN_PAUSED] = ready;
    } else {
        status = count_ready(look, err);
        if (status == STATUS_OK) {
            status = count_called(look, err);
        }
    }
    campaign_rules_done(&look->rules);
    return status;
}

static Status count_all(Look *look, const DbResult *list, Error *err)
{
    int64_t ready = db_i64(list, 0, TOTAL + STAGE_READY);
    look->list_no = (int32_t)db_i64(list, 0, LIST_NO);
    look->ret->total = db_i64(list, 0, TOTAL);
    for (Stage stage = STAGE_DNC; stage < STAGE_READY; stage++) {
        look->ret->leads[why_of_stage(stage)] = db_i64(list, 0, TOTAL + (int)stage);
    }
    if (strcmp(db_text(list, 0, LIFE), "active") != 0) {
        look->ret->leads[WHY_LIST_PAUSED] = ready;
        return STATUS_OK;
    }
    Status status = hours_parse(db_text(list, 0, WINDOWS), &look->list_hours, err);
    return status == STATUS_OK
               ? count_by_rules(look, (int32_t)db_i64(list, 0, CAMPAIGN_NO), ready, err)
               : status;
}

static Status look_at(Look *look, const char *list_id, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *list = NULL;
    db_param_text(&params, list_id);
    Status status = db_query(look->db, sql_cli_why_list, &params, &list, err);
    if (status == STATUS_OK && db_rows(list) == 0) {
        return error_set_field(err, "list_id", "unknown_list",
                               "there is no list \"%s\": `leadspool list ls` shows all", list_id);
    }
    return status == STATUS_OK ? count_all(look, list, err) : status;
}

static Status check_sum(const WhyCount *why, Error *err)
{
    int64_t sum = 0;
    for (Why each = 0; each < WHY_END; each++) {
        sum += why->leads[each];
    }
    return sum == why->total ? STATUS_OK
                             : error_set(err, STATUS_FATAL, "parts_differ",
                                         "the parts sum to %" PRId64 ", and the total is %" PRId64
                                         ": ask `leadspool doctor`",
                                         sum, why->total);
}

Status why_count_read(Db *db, const char *list_id, int64_t at_us, WhyCount *ret, Error *err)
{
    *ret = (WhyCount){.at_us = at_us};
    Look look = {.db = db, .ret = ret};
    Status status = look_at(&look, list_id, err);
    return status == STATUS_OK ? check_sum(ret, err) : status;
}
