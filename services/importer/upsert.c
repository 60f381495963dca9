#include "importer/upsert.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "importer/upsert_offers.h"
#include "importer/upsert_read.h"
#include "importer/upsert_reply.h"
#include "importer/upsert_store.h"
#include "runtime/lead_dial.h"
#include "runtime/number_store.h"

typedef struct UpsertMessage {
    Message *message;
    UpsertCommand command;
    int first; /* of its items */
    int count;
} UpsertMessage;

/* One batch; memory is kept for the next. */
struct Upsert {
    Arena arena;
    UpsertMessage messages[UPSERT_MESSAGES_MAX];
    int message_count;
    UpsertList *lists; /* sorted by list_id */
    int list_count;
    UpsertItem *items;
    int item_count;
    int item_cap;
    UpsertPlan plan;
    UpsertDnc *dnc;
    LeadSet *sets; /* locked leads, so many a statement */
    int set_count;
    ZoneEvidence *wanted; /* zone sets that an earlier try did not know */
    int wanted_count;
    StrBuf scratch;
};

Upsert *upsert_new(void)
{
    Upsert *upsert = mem_alloc(sizeof *upsert);
    upsert_plan_init(&upsert->plan, &upsert->arena, NULL);
    strbuf_init(&upsert->scratch);
    return upsert;
}

static void upsert_reset(Upsert *upsert)
{
    for (int i = 0; i < upsert->set_count; i++) {
        lead_set_done(&upsert->sets[i]);
    }
    free(upsert->sets);
    for (int i = 0; i < upsert->list_count; i++) {
        list_delta_done(&upsert->lists[i].delta);
    }
    free(upsert->lists);
    free(upsert->dnc);
    upsert->sets = NULL;
    upsert->lists = NULL;
    upsert->dnc = NULL;
    upsert->set_count = upsert->list_count = upsert->item_count = upsert->message_count = 0;
    upsert_plan_reset(&upsert->plan);
    arena_reset(&upsert->arena);
}

void upsert_free(Upsert *upsert)
{
    if (upsert == NULL) {
        return;
    }
    upsert_reset(upsert);
    upsert_plan_done(&upsert->plan);
    arena_done(&upsert->arena);
    strbuf_done(&upsert->scratch);
    free(upsert->items);
    free(upsert->wanted);
    free(upsert);
}

/* ---- prepare ---- */

static void read_commands(Upsert *upsert, const Work *work)
{
    for (int i = 0; i < work->count; i++) {
        UpsertMessage read = {.message = work->messages[i]};
        Error bad;
        if (upsert_read_command(read.message->data, &read.command, &bad) == STATUS_OK) {
            upsert->messages[upsert->message_count++] = read;
        } else {
            message_reject(read.message, &bad);
        }
    }
}

static Status find_lists(Upsert *upsert, Db *db, Error *err)
{
    DbArray list_ids = {0};
    db_array_begin(&list_ids, DB_ARRAY_TEXT);
    for (int i = 0; i < upsert->message_count; i++) {
        db_array_string(&list_ids, upsert->messages[i].command.list_id);
    }
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = upsert_find_lists(tx, &list_ids, &upsert->lists, &upsert->list_count, err);
    }
    db_array_done(&list_ids);
    return status;
}

static int list_compare(const void *list_id, const void *list)
{
    return strcmp(list_id, ((const UpsertList *)list)->list_id);
}

/* The list of the message; NULL, and the message is rejected. */
static UpsertList *list_of(Upsert *upsert, const UpsertMessage *read)
{
    const char *list_id = read->command.list_id;
    UpsertList *list = bsearch(list_id, upsert->lists, (size_t)upsert->list_count,
                               sizeof *upsert->lists, list_compare);
    Error bad;
    if (list == NULL) {
        error_set_field(&bad, "list_id", "unknown_list",
                        "there is no list %s: create it first, or see `leadspool list ls`",
                        list_id);
    } else if (list->deleting) {
        error_set_field(&bad, "list_id", "list_deleting", "the list %s is being deleted", list_id);
    } else {
        return list;
    }
    message_reject(read->message, &bad);
    return NULL;
}

static void
read_message(Upsert *upsert, UpsertReader *reader, UpsertMessage *read, UpsertList *list)
{
    read->first = upsert->item_count;
    read->count = upsert_command_count(&read->command);
    upsert->item_count += read->count;
    if (upsert->item_count > upsert->item_cap) {
        upsert->item_cap = upsert->item_count * 2;
        upsert->items =
            mem_realloc(upsert->items, (size_t)upsert->item_cap * sizeof *upsert->items);
    }
    for (int i = 0; i < read->count; i++) {
        upsert_read_item(reader, &read->command, i, list, &upsert->items[read->first + i]);
    }
}

static void read_items(Upsert *upsert)
{
    UpsertReader reader;
    upsert_reader_init(&reader, &upsert->arena);
    int kept = 0;
    for (int i = 0; i < upsert->message_count; i++) {
        UpsertMessage *read = &upsert->messages[i];
        UpsertList *list = list_of(upsert, read);
        if (list != NULL) {
            read_message(upsert, &reader, read, list);
            upsert->messages[kept++] = *read;
        }
    }
    upsert->message_count = kept;
    upsert_reader_done(&reader);
}

/* Of each item as if it were a new lead, which most are; and what an earlier try lacked. */
static Status make_zone_sets(Upsert *upsert, ZoneSets *zones, Db *db, Error *err)
{
    int count = upsert->wanted_count;
    AUTO_FREE ZoneEvidence *evidence =
        mem_alloc((size_t)(count + upsert->item_count + 1) * sizeof *evidence);
    if (count > 0) {
        memcpy(evidence, upsert->wanted, (size_t)count * sizeof *evidence);
    }
    for (int i = 0; i < upsert->item_count; i++) {
        const UpsertItem *item = &upsert->items[i];
        if (item->problem == NULL && item->row.phone != 0 &&
            upsert_item_evidence(item, &item->row, &evidence[count]) &&
            zone_sets_known(zones, &evidence[count]) < 0) {
            count++;
        }
    }
    Status status = count > 0 ? zone_sets_fetch_many(zones, db, evidence, count, err) : STATUS_OK;
    if (status == STATUS_OK) {
        upsert->wanted_count = 0;
    }
    return status;
}

/* Numbers that were erased, and come back, bring their do-not-call entries. */
static Status revive_numbers(const Upsert *upsert, const Config *cfg, Db *db, Error *err)
{
    AUTO_FREE int64_t *phones = mem_alloc((size_t)(upsert->item_count + 1) * sizeof *phones);
    int count = 0;
    for (int i = 0; i < upsert->item_count; i++) {
        phones[count] = upsert->items[i].row.phone;
        count += upsert->items[i].problem == NULL && phones[count] != 0;
    }
    return number_revive(db, cfg, phones, count, err);
}

Status upsert_prepare(Work *work, Error *err)
{
    ImporterState *state = work->service;
    Upsert *upsert = state->upsert;
    assert(work->count <= UPSERT_MESSAGES_MAX);
    upsert_reset(upsert);
    upsert->plan.zones = state->zones;
    read_commands(upsert, work);
    if (upsert->message_count == 0) {
        return STATUS_OK;
    }
    Status status = find_lists(upsert, work->db, err);
    if (status != STATUS_OK) {
        return status;
    }
    read_items(upsert);
    status = revive_numbers(upsert, state->cfg, work->db, err);
    return status == STATUS_OK ? make_zone_sets(upsert, state->zones, work->db, err) : status;
}

/* ---- find and lock ---- */

static int id_compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* The leads that were found, each once, in the order in which they are locked. */
static int found_ids(const Upsert *upsert, int64_t **ret)
{
    int64_t *ids = mem_alloc((size_t)(upsert->item_count * 2 + 1) * sizeof *ids);
    int found = 0;
    for (int i = 0; i < upsert->item_count; i++) {
        ids[found] = upsert->items[i].found_by_phone;
        found += ids[found] != 0;
        ids[found] = upsert->items[i].found_by_external_id;
        found += ids[found] != 0;
    }
    qsort(ids, (size_t)found, sizeof *ids, id_compare);
    int count = 0;
    for (int i = 0; i < found; i++) {
        if (i == 0 || ids[i] != ids[i - 1]) {
            ids[count++] = ids[i];
        }
    }
    *ret = ids;
    return count;
}

static UpsertList *list_of_no(Upsert *upsert, int32_t list_no)
{
    for (int i = 0; i < upsert->list_count; i++) {
        if (upsert->lists[i].delta.list_no == list_no) {
            return &upsert->lists[i];
        }
    }
    return NULL;
}

static Status lock_some(Upsert *upsert, Db *db, const int64_t ids[], int count, Error *err)
{
    DbArray array = {0};
    db_array_begin(&array, DB_ARRAY_INT8);
    for (int i = 0; i < count; i++) {
        db_array_i64(&array, ids[i]);
    }
    LeadSet *set = &upsert->sets[upsert->set_count];
    Status status = lead_lock(db, &array, set, err);
    db_array_done(&array);
    if (status != STATUS_OK) {
        return status;
    }
    upsert->set_count++;
    for (int i = 0; i < set->count; i++) {
        UpsertList *list = list_of_no(upsert, set->rows[i].list_no);
        if (list != NULL) {
            upsert_plan_add(&upsert->plan, list, &set->rows[i]);
        }
    }
    return STATUS_OK;
}

static Status lock_leads(Upsert *upsert, Db *db, Error *err)
{
    AUTO_FREE int64_t *ids = NULL;
    int count = found_ids(upsert, &ids);
    upsert->sets = mem_alloc((size_t)(count / UPSERT_STATEMENT_ROWS + 1) * sizeof *upsert->sets);
    Status status = STATUS_OK;
    for (int at = 0; status == STATUS_OK && at < count; at += UPSERT_STATEMENT_ROWS) {
        int some = count - at < UPSERT_STATEMENT_ROWS ? count - at : UPSERT_STATEMENT_ROWS;
        status = lock_some(upsert, db, ids + at, some, err);
    }
    for (int i = 0; status == STATUS_OK && i < upsert->item_count; i++) {
        const UpsertItem *item = &upsert->items[i];
        if (item->problem == NULL && !upsert_plan_confirms(&upsert->plan, item)) {
            return error_set(err, STATUS_RETRY, "lead_race",
                             "a lead changed between look and lock");
        }
    }
    return status;
}

/* ---- plan and write ---- */

static Status draw_ids(ImporterState *state, Db *db, int count, Error *err)
{
    if (state->id_block != 0 && state->id_ordinal + count <= INT64_C(1) << 32) {
        return STATUS_OK;
    }
    Status status = upsert_draw_block(db, &state->id_block, err);
    if (status == STATUS_OK) {
        state->id_ordinal = 0;
    }
    return status;
}

static void want_zone_sets(Upsert *upsert)
{
    UpsertPlan *plan = &upsert->plan;
    size_t size = (size_t)plan->missing_count * sizeof *upsert->wanted;
    upsert->wanted = mem_realloc(upsert->wanted, size);
    memcpy(upsert->wanted, plan->missing, size);
    upsert->wanted_count = plan->missing_count;
}

static Status write_planned(Upsert *upsert, Db *db, Error *err)
{
    UpsertPlan *plan = &upsert->plan;
    if (plan->missing_count > 0 || plan->dirty_count == 0) {
        upsert_plan_written(plan); /* of a plan that lacks zone sets nothing is kept */
        return STATUS_OK;
    }
    return upsert_write(db, plan, &upsert->scratch, err);
}

static Status take_items(Upsert *upsert, Db *db, Error *err)
{
    UpsertPlan *plan = &upsert->plan;
    Status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < upsert->item_count; i++) {
        while (status == STATUS_OK && upsert_plan_take(plan, &upsert->items[i]) == UPSERT_WRITE) {
            status = write_planned(upsert, db, err);
        }
        if (status == STATUS_OK && plan->dirty_count >= UPSERT_STATEMENT_ROWS) {
            status = write_planned(upsert, db, err);
        }
    }
    if (status == STATUS_OK) {
        status = write_planned(upsert, db, err);
    }
    if (status == STATUS_OK && plan->missing_count > 0) {
        want_zone_sets(upsert);
        return error_set(err, STATUS_RETRY, "zone_set_missing", "zone sets are to be made first");
    }
    return status;
}

static Status plan_and_write(ImporterState *state, Work *work, Error *err)
{
    Upsert *upsert = state->upsert;
    UpsertPlan *plan = &upsert->plan;
    Status status = upsert_find_dnc(work->db, upsert->items, upsert->item_count, work->now_us,
                                    &upsert->dnc, &plan->dnc_count, err);
    if (status == STATUS_OK) {
        status = draw_ids(state, work->db, upsert->item_count, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    plan->dnc = upsert->dnc;
    plan->now_us = work->now_us;
    int64_t first_id = state->id_block << 32;
    plan->next_lead_id = first_id + state->id_ordinal;
    status = take_items(upsert, work->db, err);
    state->id_ordinal = plan->next_lead_id - first_id;
    return status;
}

/* ---- counters ---- */

static int delta_compare(const void *a, const void *b)
{
    int32_t left = ((const ListDelta *)a)->list_no;
    int32_t right = ((const ListDelta *)b)->list_no;
    return (left > right) - (left < right);
}

/* The gate says what the plan took for granted. */
static Status check_gates(Upsert *upsert, const ListGate gates[], int count, Error *err)
{
    for (int i = 0; i < count; i++) {
        const UpsertList *list = list_of_no(upsert, gates[i].list_no);
        if (gates[i].campaign_no != list->campaign_no || strcmp(gates[i].life, "deleting") == 0) {
            return error_set(err, STATUS_RETRY, "list_moved", "the list changed meanwhile");
        }
    }
    return STATUS_OK;
}

static Status count_lists(Upsert *upsert, Work *work, Error *err)
{
    upsert_plan_count(&upsert->plan);
    size_t most = (size_t)upsert->list_count + 1;
    AUTO_FREE ListDelta *deltas = mem_alloc(most * sizeof *deltas);
    AUTO_FREE ListGate *gates = mem_alloc(most * sizeof *gates);
    int count = 0;
    for (int i = 0; i < upsert->list_count; i++) {
        if (upsert->lists[i].changed) {
            deltas[count++] = upsert->lists[i].delta;
        }
    }
    if (count == 0) {
        return STATUS_OK;
    }
    qsort(deltas, (size_t)count, sizeof *deltas, delta_compare);
    Status status = list_stats_apply(work->db, work->outbox, deltas, count, gates, err);
    if (status == STATUS_OK) {
        status = check_gates(upsert, gates, count, err);
    }
    ListGates all = {.gates = gates, .count = count};
    return status == STATUS_OK ? upsert_revoke_offers(&upsert->plan, work, &all, err) : status;
}

/* ---- apply ---- */

static void answer(const Upsert *upsert, Outbox *outbox)
{
    for (int i = 0; i < upsert->message_count; i++) {
        const UpsertMessage *read = &upsert->messages[i];
        const UpsertItem *items = &upsert->items[read->first];
        upsert_tell(read->message, items, read->count, outbox);
        upsert_reply(read->message, items, read->count, read->command.leads != NULL);
    }
}

Status upsert_apply(Work *work, Error *err)
{
    ImporterState *state = work->service;
    Upsert *upsert = state->upsert;
    assert(work->count == upsert->message_count);
    Status status = lead_begin(work->db, err);
    if (status == STATUS_OK) {
        status = upsert_find_leads(work->db, upsert->items, upsert->item_count, err);
    }
    if (status == STATUS_OK) {
        status = lock_leads(upsert, work->db, err);
    }
    if (status == STATUS_OK) {
        status = plan_and_write(state, work, err);
    }
    if (status == STATUS_OK) {
        status = count_lists(upsert, work, err);
    }
    if (status == STATUS_OK) {
        answer(upsert, work->outbox);
    }
    return status;
}
