#include "runtime/dnc_leads.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/guard.h"
#include "base/mem.h"
#include "runtime/dnc_plan.h"
#include "runtime/lead_tell.h"
#include "runtime/list_stats.h"
#include "runtime/number_store.h"
#include "runtime/offer_revoke.h"
#include "sql_queries.h"

/* A list of these leads; sorted by list_no. */
typedef struct DncList {
    int32_t list_no;
    int32_t campaign_no;
    char list_id[65];
} DncList;

typedef struct Following {
    const DncFollow *follow;
    LeadDials leads;
    DncHold *holds;
    int hold_count;
    DncList *lists;
    int list_count;
    int64_t moved;
} Following;

static void following_done(Following *following)
{
    lead_dials_done(&following->leads);
    free(following->holds);
    free(following->lists);
}

void dnc_numbers_done(DncNumbers *numbers)
{
    db_array_done(&numbers->ids);
    free(numbers->phones);
    *numbers = (DncNumbers){0};
}

void dnc_numbers_begin(DncNumbers *numbers)
{
    *numbers = (DncNumbers){0};
    db_array_begin(&numbers->ids, DB_ARRAY_INT8);
}

Status dnc_numbers_lock(DncNumbers *numbers, Db *db, Error *err)
{
    AUTO_RESULT *result = NULL;
    Status status = number_lock(db, &numbers->ids, false, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    numbers->phones = mem_alloc((size_t)(db_rows(result) + 1) * sizeof *numbers->phones);
    for (int row = 0; row < db_rows(result); row++) {
        if (!db_is_null(result, row, 1)) {
            numbers->phones[numbers->phone_count++] = db_bin_i64(result, row, 1);
        }
    }
    return STATUS_OK;
}

/* ---- reading ---- */

static Status lock_leads(Following *following, Error *err)
{
    const DncNumbers *numbers = following->follow->numbers;
    DbArray ids = {0};
    db_array_begin(&ids, DB_ARRAY_INT8);
    for (int i = 0; i < numbers->phone_count; i++) {
        db_array_i64(&ids, numbers->phones[i]);
    }
    DbParams params = {0};
    db_param_array(&params, &ids);
    AUTO_RESULT *result = NULL;
    Status status = db_query_binary(following->follow->db, sql_dnc_leads, &params, &result, err);
    if (status != STATUS_OK) {
        db_array_done(&ids);
        return status;
    }
    db_array_begin(&ids, DB_ARRAY_INT8);
    for (int row = 0; row < db_rows(result); row++) {
        db_array_i64(&ids, db_bin_i64(result, row, 0));
    }
    status = lead_dials_lock(following->follow->db, &ids, false, &following->leads, err);
    db_array_done(&ids);
    return status;
}

static Status read_holds(Following *following, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, &following->follow->numbers->ids);
    db_param_time(&params, following->follow->now_us);
    AUTO_RESULT *result = NULL;
    Status status = db_query_binary(following->follow->db, sql_dnc_holds, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    following->hold_count = db_rows(result);
    following->holds = mem_alloc((size_t)(following->hold_count + 1) * sizeof *following->holds);
    for (int row = 0; row < following->hold_count; row++) {
        following->holds[row] =
            (DncHold){db_bin_i64(result, row, 0), (int32_t)db_bin_i64(result, row, 1)};
    }
    return STATUS_OK;
}

static Status read_lists(Following *following, Error *err)
{
    DbArray list_nos = {0};
    db_array_begin(&list_nos, DB_ARRAY_INT4);
    for (int i = 0; i < following->leads.count; i++) {
        db_array_i64(&list_nos, following->leads.rows[i].list_no);
    }
    DbParams params = {0};
    db_param_array(&params, &list_nos);
    AUTO_RESULT *result = NULL;
    Status status = db_query(following->follow->db, sql_dnc_lists, &params, &result, err);
    db_array_done(&list_nos);
    if (status != STATUS_OK) {
        return status;
    }
    following->list_count = db_rows(result);
    following->lists = mem_alloc((size_t)(following->list_count + 1) * sizeof *following->lists);
    for (int row = 0; row < following->list_count; row++) {
        DncList *list = &following->lists[row];
        list->list_no = (int32_t)db_i64(result, row, 0);
        list->campaign_no = (int32_t)db_i64(result, row, 1);
        snprintf(list->list_id, sizeof list->list_id, "%s", db_text(result, row, 2));
    }
    return STATUS_OK;
}

static int list_compare(const void *list_no, const void *list)
{
    int32_t wanted = *(const int32_t *)list_no;
    int32_t found = ((const DncList *)list)->list_no;
    return (wanted > found) - (wanted < found);
}

/* NULL: the list is gone, and the lead soon too. */
static DncList *list_of(const Following *following, int32_t list_no)
{
    return bsearch(&list_no, following->lists, (size_t)following->list_count,
                   sizeof *following->lists, list_compare);
}

/* ---- changing ---- */

/* A lead that took another number between look and lock has no hold of ours, and no business here:
 * who changed it has asked about its new number. */
static bool phone_is_ours(const DncNumbers *numbers, int64_t phone)
{
    for (int i = 0; i < numbers->phone_count; i++) {
        if (numbers->phones[i] == phone) {
            return true;
        }
    }
    return false;
}

static void plan_leads(Following *following)
{
    LeadDials *leads = &following->leads;
    for (int i = 0; i < leads->count; i++) {
        const DncList *list = list_of(following, leads->rows[i].list_no);
        leads->changed[i] = list != NULL &&
                            phone_is_ours(following->follow->numbers, leads->rows[i].phone) &&
                            dnc_plan_lead(&leads->rows[i], list->campaign_no, following->holds,
                                          following->hold_count);
        following->moved += leads->changed[i];
    }
}

/* ---- counters and events ---- */

static Status check_gates(const Following *following, const ListGate gates[], int count, Error *err)
{
    for (int i = 0; i < count; i++) {
        if (gates[i].campaign_no != list_of(following, gates[i].list_no)->campaign_no) {
            return error_set(err, STATUS_RETRY, "list_moved", "a list changed its campaign");
        }
    }
    return STATUS_OK;
}

static Status count_and_tell(Following *following, Error *err)
{
    const DncFollow *follow = following->follow;
    AUTO_GATES gates = {0};
    LeadTell tell = {.outbox = follow->outbox,
                     .dials = &following->leads,
                     .message = follow->message,
                     .correlation = follow->correlation};
    Status status = lead_dials_apply(&following->leads, follow->db, follow->outbox, &gates, err);
    if (status == STATUS_OK) {
        status = check_gates(following, gates.gates, gates.count, err);
    }
    for (int i = 0; status == STATUS_OK && i < following->leads.count; i++) {
        if (following->leads.changed[i]) {
            lead_tell_updated(&tell, i, list_gate_of(&gates, following->leads.rows[i].list_no),
                              "[\"dnc\"]");
        }
    }
    return status == STATUS_OK ? offer_revoke_ended(&tell, follow->db, &gates, err) : status;
}

static Status write_moved(Following *following, Error *err)
{
    if (following->moved == 0) {
        return STATUS_OK;
    }
    Status status = lead_dials_write(&following->leads, following->follow->db, err);
    return status == STATUS_OK ? count_and_tell(following, err) : status;
}

static Status follow_leads(Following *following, Error *err)
{
    Status status = lock_leads(following, err);
    if (status != STATUS_OK || following->leads.count == 0) {
        return status;
    }
    status = read_holds(following, err);
    if (status == STATUS_OK) {
        status = read_lists(following, err);
    }
    if (status == STATUS_OK) {
        plan_leads(following);
        status = write_moved(following, err);
    }
    return status;
}

Status dnc_leads_follow(const DncFollow *follow, int64_t *ret_moved, Error *err)
{
    Following following = {.follow = follow};
    Status status = follow_leads(&following, err);
    if (status == STATUS_OK) {
        *ret_moved = following.moved;
    }
    following_done(&following);
    return status;
}
