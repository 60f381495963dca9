#include "importer/dnc_leads.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/guard.h"
#include "base/mem.h"
#include "importer/dnc_plan.h"
#include "importer/lead_event.h"
#include "importer/lead_store.h"
#include "runtime/list_stats.h"
#include "sql_queries.h"

/* A list of these leads; sorted by list_no, which is in delta. */
typedef struct DncList {
    ListDelta delta;
    int32_t campaign_no;
    char list_id[65];
} DncList;

typedef struct Following {
    const DncFollow *follow;
    LeadSet leads;
    DncHold *holds;
    int hold_count;
    DncList *lists;
    int list_count;
    const LeadRow **moved;
    int moved_count;
} Following;

static void following_done(Following *following)
{
    lead_set_done(&following->leads);
    free(following->holds);
    free(following->lists);
    free(following->moved);
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
    DbParams params = {0};
    db_param_array(&params, &numbers->ids);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_number_lock, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    numbers->phones = mem_alloc((size_t)(db_rows(result) + 1) * sizeof *numbers->phones);
    for (int row = 0; row < db_rows(result); row++) {
        if (!db_is_null(result, row, 1)) {
            numbers->phones[numbers->phone_count++] = db_i64(result, row, 1);
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
    status = lead_lock(following->follow->db, &ids, &following->leads, err);
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
        list->delta.list_no = (int32_t)db_i64(result, row, 0);
        list->campaign_no = (int32_t)db_i64(result, row, 1);
        snprintf(list->list_id, sizeof list->list_id, "%s", db_text(result, row, 2));
    }
    return STATUS_OK;
}

static int list_compare(const void *list_no, const void *list)
{
    int32_t wanted = *(const int32_t *)list_no;
    int32_t found = ((const DncList *)list)->delta.list_no;
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
    LeadSet *leads = &following->leads;
    following->moved = mem_alloc((size_t)(leads->count + 1) * sizeof *following->moved);
    for (int i = 0; i < leads->count; i++) {
        LeadRow *lead = &leads->rows[i];
        DncList *list = list_of(following, lead->list_no);
        Stage before = lead->stage;
        if (list == NULL || !phone_is_ours(following->follow->numbers, lead->phone) ||
            !dnc_plan_lead(lead, list->campaign_no, following->holds, following->hold_count)) {
            continue;
        }
        lead->lead_version++;
        list_delta_stage(&list->delta, before, -1);
        list_delta_stage(&list->delta, lead->stage, BROKEN(DNC_COUNTERS) ? 0 : 1);
        following->moved[following->moved_count++] = lead;
    }
}

/* ---- counters and events ---- */

/* Lists without a change have nothing in their deltas: every move has a -1. */
static bool delta_is_empty(const ListDelta *delta)
{
    for (Stage stage = STAGE_DNC; stage < STAGE_END; stage++) {
        if (delta->stages[stage] != 0) {
            return false;
        }
    }
    return true;
}

static Status check_gates(const Following *following, const ListGate gates[], int count, Error *err)
{
    for (int i = 0; i < count; i++) {
        if (gates[i].campaign_no != list_of(following, gates[i].list_no)->campaign_no) {
            return error_set(err, STATUS_RETRY, "list_moved", "a list changed its campaign");
        }
    }
    return STATUS_OK;
}

static Status count_lists(Following *following, Error *err)
{
    size_t most = (size_t)following->list_count + 1;
    AUTO_FREE ListDelta *deltas = mem_alloc(most * sizeof *deltas);
    AUTO_FREE ListGate *gates = mem_alloc(most * sizeof *gates);
    int count = 0;
    for (int i = 0; i < following->list_count; i++) {
        if (!delta_is_empty(&following->lists[i].delta)) {
            deltas[count++] = following->lists[i].delta;
        }
    }
    const DncFollow *follow = following->follow;
    Status status = list_stats_apply(follow->db, follow->outbox, deltas, count, gates, err);
    return status == STATUS_OK ? check_gates(following, gates, count, err) : status;
}

static void tell_lead(const Following *following, const LeadRow *lead)
{
    const DncFollow *follow = following->follow;
    LeadEvent event = {.lead_id = lead->lead_id,
                       .list_id = list_of(following, lead->list_no)->list_id,
                       .external_id = lead->texts[LEAD_EXTERNAL_ID],
                       .stage = lead->stage,
                       .changed = "[\"dnc\"]",
                       .n = lead->lead_version};
    char cause[MESSAGE_CAUSE_SIZE];
    if (follow->message != NULL) {
        message_cause(follow->message, cause);
        event.correlation = follow->message->id;
        event.ordinal = ++follow->message->ordinal;
    } else {
        snprintf(cause, sizeof cause, "lead.events/%" PRId64 "/%" PRId64 "/%" PRId32, lead->lead_id,
                 follow->outbox->epoch, lead->lead_version);
    }
    event.cause = cause;
    lead_event_add(follow->outbox, &event);
}

static Status write_moved(Following *following, Error *err)
{
    if (following->moved_count == 0) {
        return STATUS_OK;
    }
    Status status =
        lead_update(following->follow->db, following->moved, following->moved_count, err);
    if (status == STATUS_OK) {
        status = count_lists(following, err);
    }
    for (int i = 0; status == STATUS_OK && i < following->moved_count; i++) {
        tell_lead(following, following->moved[i]);
    }
    return status;
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
        *ret_moved = following.moved_count;
    }
    following_done(&following);
    return status;
}
