#include "recycler/topup_store.h"

#include "base/clock.h"
#include "base/mem.h"
#include "runtime/lead_dial.h"
#include "runtime/number_store.h"
#include "sql_queries.h"

void topup_numbers_done(TopupNumbers *numbers)
{
    db_result_free(numbers->locked);
    db_result_free(numbers->holds);
    db_result_free(numbers->open);
    db_result_free(numbers->calls);
    *numbers = (TopupNumbers){0};
}

/* ---- finding ---- */

enum { GROUP_COLUMNS = 6, GROUP_LEAST = 8 };

static const DbArrayType group_types[GROUP_COLUMNS] = {
    DB_ARRAY_INT4, DB_ARRAY_INT4, DB_ARRAY_INT2, DB_ARRAY_INT2, DB_ARRAY_TIME, DB_ARRAY_INT8,
};

static void add_group(DbArray columns[GROUP_COLUMNS], const HopperGroup *group)
{
    db_array_i64(&columns[0], group->list_no);
    db_array_i64(&columns[1], group->gate_no);
    db_array_i64(&columns[2], group->class_no);
    db_array_i64(&columns[3], group->lead_rank);
    db_array_time(&columns[4], group->bound_due_us);
    db_array_i64(&columns[5], group->bound_lead);
}

/* Twice its share of each, so that groups of uneven length fill up; the order between groups is
 * kept within that. */
int topup_group_limit(const Topup *topup, int group_count)
{
    int share = 2 * topup->want / group_count;
    int limit = share > GROUP_LEAST ? share : GROUP_LEAST;
    return group_count > 1 && limit < topup->want ? limit : topup->want;
}

static Status pick_rows(
    const Topup *topup, const TopupFound *found, DbArray columns[], DbResult **ret, Error *err)
{
    DbParams params = {0};
    for (int column = 0; column < GROUP_COLUMNS; column++) {
        db_param_array(&params, &columns[column]);
    }
    db_param_time(&params, topup->now_us);
    db_param_i64(&params, topup_group_limit(topup, found->group_count));
    db_param_i64(&params, topup->want);
    LeadOrder order = topup->rules->order;
    const char *sql = hopper_group_backward(&found->groups[0], order) ? sql_topup_pick_newest
                      : order == LEAD_ORDER_RANDOM                    ? sql_topup_pick_random
                                                                      : sql_topup_pick;
    Status status = lead_look_begin(topup->db, err);
    return status == STATUS_OK ? db_query_binary(topup->db, sql, &params, ret, err) : status;
}

static void pick_take(const DbResult *result, TopupLead leads[])
{
    for (int row = 0; row < db_rows(result); row++) {
        leads[row] = (TopupLead){
            .lead_id = db_bin_i64(result, row, 0),
            .due_us = db_bin_time(result, row, 1),
            .group = (int)db_bin_i64(result, row, 2) - 1,
            .phone = db_is_null(result, row, 3) ? 0 : db_bin_i64(result, row, 3),
            .number_id = db_is_null(result, row, 4) ? 0 : db_bin_i64(result, row, 4),
            .row = -1,
        };
    }
}

Status topup_pick(const Topup *topup, TopupFound *found, Error *err)
{
    DbArray columns[GROUP_COLUMNS] = {0};
    for (int column = 0; column < GROUP_COLUMNS; column++) {
        db_array_begin(&columns[column], group_types[column]);
    }
    for (int i = 0; i < found->group_count; i++) {
        add_group(columns, &found->groups[i]);
    }
    AUTO_RESULT *result = NULL;
    Status status = pick_rows(topup, found, columns, &result, err);
    for (int column = 0; column < GROUP_COLUMNS; column++) {
        db_array_done(&columns[column]);
    }
    if (status == STATUS_OK) {
        found->count = db_rows(result);
        found->leads = mem_alloc((size_t)(found->count + 1) * sizeof *found->leads);
        pick_take(result, found->leads);
    }
    return status;
}

/* ---- numbers ---- */

static Status read_numbers(const Topup *topup, DbArray *ids, TopupNumbers *ret, Error *err)
{
    DbParams holds = {0};
    db_param_array(&holds, ids);
    db_param_time(&holds, topup->now_us);
    DbParams open = {0};
    db_param_array(&open, ids);
    DbParams calls = {0};
    int64_t window_us = topup_calls_window_us(topup->rules, topup->now_us);
    db_param_array(&calls, ids);
    db_param_time(&calls, topup->now_us - window_us);
    Status status = db_query_binary(topup->db, sql_dnc_holds, &holds, &ret->holds, err);
    if (status == STATUS_OK) {
        status = db_query_binary(topup->db, sql_topup_open, &open, &ret->open, err);
    }
    if (status == STATUS_OK && window_us > 0) {
        status = db_query_binary(topup->db, sql_topup_calls, &calls, &ret->calls, err);
    }
    return status;
}

Status topup_lock_numbers(
    const Topup *topup, const TopupLead leads[], int count, TopupNumbers *ret, Error *err)
{
    DbArray ids = {0};
    db_array_begin(&ids, DB_ARRAY_INT8);
    for (int i = 0; i < count; i++) {
        if (leads[i].number_id != 0) {
            db_array_i64(&ids, leads[i].number_id);
        }
    }
    Status status = lead_begin(topup->db, err);
    if (status == STATUS_OK) {
        status = number_lock(topup->db, &ids, true, &ret->locked, err);
    }
    if (status == STATUS_OK) {
        status = read_numbers(topup, &ids, ret, err);
    }
    db_array_done(&ids);
    return status;
}

/* ---- offers ---- */

static bool is_offered(const TopupLead *lead)
{
    return lead->row >= 0 && lead->decision.verdict == TOPUP_OFFER;
}

static Status draw_ids(const Topup *topup, TopupLead leads[], int count, Error *err)
{
    int wanted = 0;
    for (int i = 0; i < count; i++) {
        wanted += is_offered(&leads[i]);
    }
    DbParams params = {0};
    db_param_i64(&params, wanted);
    AUTO_RESULT *ids = NULL;
    Status status = db_query_binary(topup->db, sql_offer_ids, &params, &ids, err);
    for (int i = 0, row = 0; status == STATUS_OK && i < count; i++) {
        if (is_offered(&leads[i])) {
            leads[i].offer_id = db_bin_i64(ids, row++, 0);
        }
    }
    return status;
}

enum { OFFER_COLUMNS = 7 };

static const DbArrayType offer_types[OFFER_COLUMNS] = {
    DB_ARRAY_INT8, DB_ARRAY_INT8, DB_ARRAY_INT8, DB_ARRAY_INT4,
    DB_ARRAY_INT2, DB_ARRAY_TIME, DB_ARRAY_TIME,
};

static void add_offer(DbArray columns[OFFER_COLUMNS],
                      const Topup *topup,
                      const HopperGroup *group,
                      const TopupLead *lead)
{
    db_array_i64(&columns[0], lead->offer_id);
    db_array_i64(&columns[1], lead->lead_id);
    db_array_i64(&columns[2], lead->number_id);
    db_array_i64(&columns[3], group->list_no);
    db_array_i64(&columns[4], group->class_no);
    db_array_time(&columns[5], lead->decision.not_after_us);
    db_array_time(&columns[6],
                  lead->decision.not_after_us + topup->rules->reserve_s * CLOCK_US_PER_SECOND);
}

static Status write_offers(const Topup *topup, DbArray columns[OFFER_COLUMNS], Error *err)
{
    DbParams params = {0};
    for (int column = 0; column < OFFER_COLUMNS; column++) {
        db_param_array(&params, &columns[column]);
    }
    db_param_time(&params, topup->now_us);
    db_param_i64(&params, topup->rules->campaign_no);
    return columns[0].count > 0
               ? db_exec(topup->db, sql_offer_insert, &params, columns[0].count, err)
               : STATUS_OK;
}

Status topup_insert_offers(
    const Topup *topup, const HopperGroup groups[], TopupLead leads[], int count, Error *err)
{
    DbArray columns[OFFER_COLUMNS] = {0};
    Status status = draw_ids(topup, leads, count, err);
    for (int column = 0; column < OFFER_COLUMNS; column++) {
        db_array_begin(&columns[column], offer_types[column]);
    }
    for (int i = 0; i < count; i++) {
        if (is_offered(&leads[i])) {
            add_offer(columns, topup, &groups[leads[i].group], &leads[i]);
        }
    }
    if (status == STATUS_OK) {
        status = write_offers(topup, columns, err);
    }
    for (int column = 0; column < OFFER_COLUMNS; column++) {
        db_array_done(&columns[column]);
    }
    return status;
}

Status topup_read_hours(const Topup *topup, const ListGates *gates, DbResult **ret, Error *err)
{
    DbArray lists = {0};
    DbParams params = {0};
    db_array_begin(&lists, DB_ARRAY_INT4);
    for (int i = 0; i < gates->count; i++) {
        db_array_i64(&lists, gates->gates[i].list_no);
    }
    db_param_array(&params, &lists);
    Status status = db_query(topup->db, sql_topup_hours, &params, ret, err);
    db_array_done(&lists);
    return status;
}
