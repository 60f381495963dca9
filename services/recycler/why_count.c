#include "recycler/why_count.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/mem.h"
#include "recycler/why_list.h"
#include "sql_queries.h"

/* Columns of cli_why_ready.sql. */
enum { READY_ZONES, READY_REGIONS, READY_DUE, READY_PUT_OFF, READY_CODE, READY_LEADS };
/* Of cli_why_calls.sql. */
enum { CALLED_LEAD, CALLED_ZONES, CALLED_REGIONS, CALLED_CODE, CALLED_AT };

/* Up to so many due leads are asked for their calls one by one; for more, all calls are met once.
 */
enum { DUE_FEW = 500 };

/* One look at one list. */
typedef struct Look {
    Db *db;
    WhyCount *ret;
    WhyList list;
    int64_t due;
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

static Status count_ready(Look *look, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    db_param_i64(&params, look->list.list_no);
    db_param_time(&params, look->list.at_us);
    db_param_bool(&params, rules_have_windows(&look->list.rules));
    Status status = db_query(look->db, sql_cli_why_ready, &params, &rows, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(rows); row++) {
        CallingPlace place = {db_text(rows, row, READY_ZONES), db_text(rows, row, READY_REGIONS)};
        WhyDue due = {db_bool(rows, row, READY_DUE), (TopupWhy)db_i64(rows, row, READY_PUT_OFF)};
        Why why = why_list_place(&look->list, &place, db_text(rows, row, READY_CODE), &due);
        look->ret->leads[why] += db_i64(rows, row, READY_LEADS);
        look->due += db_bool(rows, row, READY_DUE) ? db_i64(rows, row, READY_LEADS) : 0;
    }
    return status;
}

/* ---- numbers ---- */

/* Calls from which on any cap of the campaign or its law may be reached. */
static int least_calls(const WhyList *list)
{
    LawCapFound caps[LAW_CAPS_MAX + 1];
    const char *everywhere = list->rules.laws != NULL ? list->rules.laws->regions : "";
    int count = campaign_caps(&list->rules, everywhere, list->at_us, caps);
    int least = INT32_MAX;
    for (int i = 0; i < count; i++) {
        least = caps[i].cap.calls < least ? caps[i].cap.calls : least;
    }
    return least;
}

static Status find_called(const Look *look, DbResult **ret, Error *err)
{
    DbParams params = {0};
    const WhyList *list = &look->list;
    db_param_i64(&params, list->list_no);
    db_param_time(&params, list->at_us);
    db_param_time(&params, why_list_calls_since_us(list));
    if (look->due <= DUE_FEW) {
        return db_query(look->db, sql_cli_why_calls_few, &params, ret, err);
    }
    db_param_i64(&params, least_calls(list));
    db_param_time(&params, list->at_us - list->rules.cap_gap_s * CLOCK_US_PER_SECOND);
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

static Status count_called(Look *look, Error *err)
{
    AUTO_RESULT *rows = NULL;
    if (look->ret->leads[WHY_DIALABLE_NOW] == 0) {
        return STATUS_OK;
    }
    Status status = find_called(look, &rows, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_FREE int64_t *starts_us = mem_alloc((size_t)(db_rows(rows) + 1) * sizeof *starts_us);
    for (int row = 0; row < db_rows(rows);) {
        int count;
        bool busy;
        CallingPlace place = {db_text(rows, row, CALLED_ZONES), db_text(rows, row, CALLED_REGIONS)};
        const char *code = db_text(rows, row, CALLED_CODE);
        row = take_lead(rows, row, starts_us, &count, &busy);
        if (why_list_place(&look->list, &place, code, &(WhyDue){.due = true}) == WHY_DIALABLE_NOW) {
            look->ret->leads[WHY_DIALABLE_NOW]--; /* as which count_ready() had it */
            look->ret->leads[why_list_number(&look->list, &place, starts_us, count, busy)]++;
        }
    }
    return STATUS_OK;
}

/* ---- the list ---- */

static Status count_all(Look *look, Error *err)
{
    const WhyList *list = &look->list;
    look->ret->rules_version = list->rules_version;
    look->ret->total = list->total;
    for (Stage stage = STAGE_DNC; stage < STAGE_READY; stage++) {
        look->ret->leads[why_of_stage(stage)] = list->leads[stage];
    }
    if (list->held != WHY_DIALABLE_NOW) {
        look->ret->leads[list->held] = list->leads[STAGE_READY];
        return STATUS_OK;
    }
    Status status = count_ready(look, err);
    if (status == STATUS_OK) {
        status = count_called(look, err);
    }
    if (list->campaign_held) {
        look->ret->leads[WHY_CAMPAIGN_HELD] += look->ret->leads[WHY_DIALABLE_NOW];
        look->ret->leads[WHY_DIALABLE_NOW] = 0;
    }
    return status;
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
    Status status = why_list_read(db, list_id, at_us, &look.list, err);
    if (status == STATUS_OK) {
        status = count_all(&look, err);
    }
    why_list_done(&look.list);
    return status == STATUS_OK ? check_sum(ret, err) : status;
}
