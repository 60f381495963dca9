#include "recycler/outcome.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/metric_table.h"
#include "recycler/clock_off.h"
#include "recycler/outcome_store.h"
#include "recycler/recycler_state.h"
#include "runtime/lead_tell.h"
#include "runtime/number_store.h"
#include "runtime/offer_revoke.h"
#include "sql_queries.h"

typedef struct OutcomeItem {
    Message *message;
    OutcomeSaid said;
    OutcomeCall call;           /* of call.ended */
    const OutcomePlace *place;  /* NULL: the lead is gone */
    const CampaignRules *rules; /* of the lead's campaign; NULL without a place */
    int64_t number_id;          /* of the offer, else of the lead's phone; 0: nothing tells it */
    int64_t phone;              /* of that number, locked; 0: erased, or nothing tells it */
    Offer *offer;               /* NULL: not known, or of another lead */
    int row;                    /* in the locked leads, -1 */
    bool is_new;                /* this call is told for the first time */
    bool is_late;               /* it started, though its offer had been given up */
} OutcomeItem;

/* One batch; what prepare finds is checked under the locks of apply. */
struct Outcomes {
    OutcomeItem items[OUTCOME_MESSAGES_MAX];
    int count;
    OutcomePlaces places;
    Offers offers;
    LeadDials dials;
    Message **touched_by; /* by row of dials: the last message that changed the lead */
    const char **recalls; /* by row of dials: why its offer is revoked; NULL: it is not */
    ListGates gates;
    Attempts attempts;
    DbArray dnc_numbers;
    DbArray campaigns;
};

Outcomes *outcomes_new(void)
{
    return mem_alloc(sizeof(Outcomes));
}

/* What apply made; places and items stay. */
static void outcomes_unlock(Outcomes *outcomes)
{
    offers_done(&outcomes->offers);
    lead_dials_done(&outcomes->dials);
    list_gates_done(&outcomes->gates);
    free(outcomes->touched_by);
    outcomes->touched_by = NULL;
    free(outcomes->recalls);
    outcomes->recalls = NULL;
    attempts_begin(&outcomes->attempts);
    db_array_begin(&outcomes->dnc_numbers, DB_ARRAY_INT8);
    db_array_begin(&outcomes->campaigns, DB_ARRAY_INT4);
}

static void outcomes_reset(Outcomes *outcomes)
{
    outcomes_unlock(outcomes);
    outcome_places_done(&outcomes->places);
    outcomes->count = 0;
}

void outcomes_free(Outcomes *outcomes)
{
    if (outcomes == NULL) {
        return;
    }
    outcomes_reset(outcomes);
    attempts_done(&outcomes->attempts);
    db_array_done(&outcomes->dnc_numbers);
    db_array_done(&outcomes->campaigns);
    free(outcomes);
}

/* ---- prepare ---- */

static void read_items(Outcomes *outcomes, const Work *work)
{
    for (int i = 0; i < work->count; i++) {
        Error bad;
        OutcomeItem *item = &outcomes->items[outcomes->count];
        *item = (OutcomeItem){.message = work->messages[i], .row = -1};
        if (outcome_read(item->message, &item->said, &bad) == STATUS_OK) {
            outcomes->count++;
        } else {
            message_bury(item->message, &bad);
        }
    }
}

static Status find_leads(Outcomes *outcomes, Db *db, Error *err)
{
    DbArray ids = {0};
    db_array_begin(&ids, DB_ARRAY_INT8);
    for (int i = 0; i < outcomes->count; i++) {
        db_array_i64(&ids, outcomes->items[i].said.lead_id);
    }
    Status status = outcome_find_leads(db, &ids, &outcomes->places, err);
    db_array_done(&ids);
    return status;
}

static Status find_offers(Outcomes *outcomes, Db *db, Error *err)
{
    DbArray ids = {0};
    db_array_begin(&ids, DB_ARRAY_INT8);
    for (int i = 0; i < outcomes->count; i++) {
        if (outcomes->items[i].said.offer_id != 0) {
            db_array_i64(&ids, outcomes->items[i].said.offer_id);
        }
    }
    Status status = offers_read(db, &ids, &outcomes->offers, err);
    db_array_done(&ids);
    return status;
}

/* The offer that the item speaks of, when it is one of this lead. */
static Offer *offer_of(const Outcomes *outcomes, const OutcomeItem *item)
{
    Offer *offer = offers_find(&outcomes->offers, item->said.offer_id);
    return offer != NULL && offer->lead_id == item->said.lead_id ? offer : NULL;
}

static bool is_late(const OutcomeItem *item)
{
    return item->said.kind == OUTCOME_STARTED && item->offer != NULL &&
           item->offer->state == OFFER_ENDED && item->offer->given_up;
}

/* Of the campaign that made the call. */
static Status read_call(OutcomeItem *item, RecyclerState *state, Db *db, int64_t now_us, Error *err)
{
    const CampaignRules *rules = item->rules;
    int32_t campaign_no = item->offer != NULL ? item->offer->campaign_no : 0;
    Status status = STATUS_OK;
    if (campaign_no != 0 && (rules == NULL || rules->campaign_no != campaign_no)) {
        status = campaign_store_get(state->campaigns, db, campaign_no, 0, &rules, err);
    }
    if (status == STATUS_OK && item->said.kind == OUTCOME_ENDED) {
        outcome_call(&item->said, rules, item->offer, now_us, &item->call);
    }
    return status;
}

static Status read_rules(Outcomes *outcomes, const Work *work, Error *err)
{
    RecyclerState *state = work->service;
    Status status = gates_refresh(state->gates, work->db, err);
    for (int i = 0; status == STATUS_OK && i < outcomes->count; i++) {
        OutcomeItem *item = &outcomes->items[i];
        item->place = outcome_place_of(&outcomes->places, item->said.lead_id);
        item->offer = offer_of(outcomes, item);
        item->number_id = item->offer != NULL ? item->offer->number_id : 0;
        item->is_late = is_late(item);
        if (item->place != NULL) {
            status = campaign_store_get(state->campaigns, work->db, item->place->campaign_no,
                                        item->place->rules_version, &item->rules, err);
        }
        if (status == STATUS_OK) {
            status = read_call(item, state, work->db, work->now_us, err);
        }
    }
    /* Without a law pack that another host has nothing is decided here; nor is the process lost. */
    return status == STATUS_FATAL
               ? error_set(err, STATUS_RETRY, "rules_unusable",
                           "a campaign's rules cannot be used here: is a law pack missing?")
               : status;
}

/* Numbers that the offers do not tell, by the leads' phones; *ret_missing is set when one has no
 * row. */
static Status find_numbers(Outcomes *outcomes, Db *db, int *ret_missing, Error *err)
{
    DbArray phones = {0};
    db_array_begin(&phones, DB_ARRAY_INT8);
    for (int i = 0; i < outcomes->count; i++) {
        const OutcomeItem *item = &outcomes->items[i];
        if (item->number_id == 0 && item->place != NULL) {
            db_array_i64(&phones, item->place->phone);
        }
    }
    AUTO_RESULT *found = NULL;
    Status status = phones.count > 0 ? number_find(db, &phones, &found, err) : STATUS_OK;
    *ret_missing = 0;
    for (int i = 0; status == STATUS_OK && phones.count > 0 && i < outcomes->count; i++) {
        OutcomeItem *item = &outcomes->items[i];
        if (item->number_id == 0 && item->place != NULL) {
            int row = db_bin_find(found, 0, item->place->phone);
            item->number_id = row >= 0 ? db_bin_i64(found, row, 1) : 0;
            *ret_missing += row < 0;
        }
    }
    db_array_done(&phones);
    return status;
}

static Status make_numbers(const Outcomes *outcomes, const Work *work, Error *err)
{
    const RecyclerState *state = work->service;
    AUTO_FREE int64_t *phones = mem_alloc((size_t)(outcomes->count + 1) * sizeof *phones);
    int count = 0;
    for (int i = 0; i < outcomes->count; i++) {
        const OutcomeItem *item = &outcomes->items[i];
        bool known = item->number_id != 0 || item->place == NULL;
        for (int j = 0; !known && j < count; j++) {
            known = phones[j] == item->place->phone;
        }
        if (!known) {
            phones[count++] = item->place->phone;
        }
    }
    return number_make(work->db, state->cfg, phones, count, err);
}

static Status find_all(Outcomes *outcomes, const Work *work, int *ret_missing, Error *err)
{
    AUTO_TX Db *tx = work->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = find_leads(outcomes, tx, err);
    }
    if (status == STATUS_OK) {
        status = find_offers(outcomes, tx, err);
    }
    if (status == STATUS_OK) {
        status = read_rules(outcomes, work, err);
    }
    return status == STATUS_OK ? find_numbers(outcomes, tx, ret_missing, err) : status;
}

Status outcome_prepare(Work *work, Error *err)
{
    RecyclerState *state = work->service;
    Outcomes *outcomes = state->outcomes;
    int missing = 0;
    outcomes_reset(outcomes);
    campaign_store_trim(state->campaigns);
    read_items(outcomes, work);
    if (outcomes->count == 0) {
        return STATUS_OK;
    }
    Status status = find_all(outcomes, work, &missing, err);
    if (status != STATUS_OK || missing == 0) {
        return status;
    }
    status = make_numbers(outcomes, work, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TX Db *tx = work->db;
    status = db_begin(tx, err);
    return status == STATUS_OK ? find_numbers(outcomes, tx, &missing, err) : status;
}

/* ---- locking ---- */

/* Rows are in the order of their ids. */
static int64_t phone_of(const DbResult *locked, int64_t number_id)
{
    int row = db_bin_find(locked, 0, number_id);
    return row >= 0 && !db_is_null(locked, row, 1) ? db_bin_i64(locked, row, 1) : 0;
}

static Status lock_numbers(Outcomes *outcomes, Db *db, Error *err)
{
    DbArray ids = {0};
    db_array_begin(&ids, DB_ARRAY_INT8);
    for (int i = 0; i < outcomes->count; i++) {
        if (outcomes->items[i].number_id != 0) {
            db_array_i64(&ids, outcomes->items[i].number_id);
        }
    }
    AUTO_RESULT *locked = NULL;
    Status status = number_lock(db, &ids, false, &locked, err);
    db_array_done(&ids);
    for (int i = 0; status == STATUS_OK && i < outcomes->count; i++) {
        outcomes->items[i].phone = phone_of(locked, outcomes->items[i].number_id);
    }
    return status;
}

static bool asks_for_dnc(const OutcomeItem *item)
{
    return item->said.kind == OUTCOME_ENDED && item->call.disposition != NULL &&
           item->call.disposition->dnc;
}

/* All leads of numbers whose owners asked not to be called. */
static Status add_dnc_leads(const Outcomes *outcomes, Db *db, DbArray *ids, Error *err)
{
    DbArray phones = {0};
    db_array_begin(&phones, DB_ARRAY_INT8);
    for (int i = 0; i < outcomes->count; i++) {
        if (asks_for_dnc(&outcomes->items[i]) && outcomes->items[i].phone != 0) {
            db_array_i64(&phones, outcomes->items[i].phone);
        }
    }
    DbParams params = {0};
    db_param_array(&params, &phones);
    AUTO_RESULT *leads = NULL;
    Status status =
        phones.count > 0 ? db_query_binary(db, sql_dnc_leads, &params, &leads, err) : STATUS_OK;
    for (int row = 0; status == STATUS_OK && leads != NULL && row < db_rows(leads); row++) {
        db_array_i64(ids, db_bin_i64(leads, row, 0));
    }
    db_array_done(&phones);
    return status;
}

/* Leads that were offered with a number since its offer was given up, to somebody who calls it
 * after all. */
static Status add_late_leads(const Outcomes *outcomes, Db *db, DbArray *ids, Error *err)
{
    DbArray numbers = {0};
    db_array_begin(&numbers, DB_ARRAY_INT8);
    for (int i = 0; i < outcomes->count; i++) {
        if (outcomes->items[i].is_late) {
            db_array_i64(&numbers, outcomes->items[i].number_id);
        }
    }
    DbParams params = {0};
    db_param_array(&params, &numbers);
    AUTO_RESULT *leads = NULL;
    Status status = numbers.count > 0
                        ? db_query_binary(db, sql_outcome_offered, &params, &leads, err)
                        : STATUS_OK;
    for (int row = 0; status == STATUS_OK && leads != NULL && row < db_rows(leads); row++) {
        db_array_i64(ids, db_bin_i64(leads, row, 0));
    }
    db_array_done(&numbers);
    return status;
}

static Status lock_leads(Outcomes *outcomes, Db *db, Error *err)
{
    DbArray ids = {0};
    db_array_begin(&ids, DB_ARRAY_INT8);
    for (int i = 0; i < outcomes->count; i++) {
        db_array_i64(&ids, outcomes->items[i].said.lead_id);
    }
    Status status = add_dnc_leads(outcomes, db, &ids, err);
    if (status == STATUS_OK) {
        status = add_late_leads(outcomes, db, &ids, err);
    }
    if (status == STATUS_OK) {
        status = lead_dials_lock(db, &ids, false, &outcomes->dials, err);
    }
    db_array_done(&ids);
    outcomes->touched_by =
        mem_alloc((size_t)(outcomes->dials.count + 1) * sizeof *outcomes->touched_by);
    outcomes->recalls = mem_alloc((size_t)(outcomes->dials.count + 1) * sizeof *outcomes->recalls);
    return status;
}

/* Is each lead, now locked, where it was found? */
static Status check_leads(Outcomes *outcomes, Error *err)
{
    for (int i = 0; i < outcomes->count; i++) {
        OutcomeItem *item = &outcomes->items[i];
        item->row = lead_dials_find(&outcomes->dials, item->said.lead_id);
        const LeadDial *lead = item->row >= 0 ? &outcomes->dials.rows[item->row] : NULL;
        bool same = lead != NULL && item->place != NULL && lead->phone == item->place->phone &&
                    lead->list_no == item->place->list_no;
        if (!same && (lead != NULL || item->place != NULL)) {
            return error_set(err, STATUS_RETRY, "lead_moved", "a lead changed meanwhile");
        }
    }
    return STATUS_OK;
}

static Status lock_offers(Outcomes *outcomes, Db *db, Error *err)
{
    offers_done(&outcomes->offers);
    Status status = find_offers(outcomes, db, err);
    for (int i = 0; status == STATUS_OK && i < outcomes->count; i++) {
        OutcomeItem *item = &outcomes->items[i];
        bool known = item->offer != NULL;
        item->offer = offer_of(outcomes, item);
        if (known != (item->offer != NULL) || is_late(item) != item->is_late) {
            return error_set(err, STATUS_RETRY, "offer_moved", "an offer came or ended meanwhile");
        }
    }
    return status;
}

/* ---- which calls are new ---- */

typedef struct CallKey {
    const char *source;
    const char *call_id;
    bool taken;
} CallKey;

static int call_compare(const void *a, const void *b)
{
    const CallKey *first = a;
    const CallKey *second = b;
    int by_source = strcmp(first->source, second->source);
    return by_source != 0 ? by_source : strcmp(first->call_id, second->call_id);
}

/* The first that tells of a call is the one that counts. */
static void mark_new(Outcomes *outcomes, const DbResult *known)
{
    int count = db_rows(known);
    AUTO_FREE CallKey *keys = mem_alloc((size_t)(count + 1) * sizeof *keys);
    for (int row = 0; row < count; row++) {
        keys[row] = (CallKey){db_text(known, row, 0), db_text(known, row, 1), false};
    }
    qsort(keys, (size_t)count, sizeof *keys, call_compare);
    for (int i = 0; i < outcomes->count && count > 0; i++) {
        OutcomeItem *item = &outcomes->items[i];
        CallKey wanted = {item->message->source, item->said.call_id, false};
        CallKey *key = item->said.kind == OUTCOME_ENDED
                           ? bsearch(&wanted, keys, (size_t)count, sizeof *keys, call_compare)
                           : NULL;
        item->is_new = key != NULL && !key->taken;
        if (item->is_new) {
            key->taken = true;
        }
    }
}

static Status know_calls(Outcomes *outcomes, Db *db, int64_t now_us, Error *err)
{
    DbArray sources = {0};
    DbArray call_ids = {0};
    db_array_begin(&sources, DB_ARRAY_TEXT);
    db_array_begin(&call_ids, DB_ARRAY_TEXT);
    for (int i = 0; i < outcomes->count; i++) {
        outcomes->items[i].is_new = false;
        if (outcomes->items[i].said.kind == OUTCOME_ENDED) {
            db_array_string(&sources, outcomes->items[i].message->source);
            db_array_string(&call_ids, outcomes->items[i].said.call_id);
        }
    }
    AUTO_RESULT *known = NULL;
    Status status = STATUS_OK;
    if (sources.count > 0) {
        status = outcome_know_calls(db, &sources, &call_ids, now_us, &known, err);
    }
    if (status == STATUS_OK && known != NULL) {
        mark_new(outcomes, known);
    }
    db_array_done(&sources);
    db_array_done(&call_ids);
    return status;
}

/* ---- planning ---- */

static void touch(Outcomes *outcomes, const OutcomeItem *item, int row)
{
    outcomes->dials.changed[row] = true;
    outcomes->touched_by[row] = item->message;
}

/* Every lead of the number: the entry is for all campaigns. */
static void turn_dnc(Outcomes *outcomes, const OutcomeItem *item)
{
    db_array_i64(&outcomes->dnc_numbers, item->number_id);
    for (int row = 0; row < outcomes->dials.count; row++) {
        LeadDial *lead = &outcomes->dials.rows[row];
        if (lead->phone == item->phone && !lead->dnc) {
            lead->dnc = true;
            lead_dial_restage(lead);
            touch(outcomes, item, row);
        }
    }
}

static bool rule_has_distance(const CampaignRules *rules, const char *code)
{
    const RecycleRule *rule = campaign_rule(rules, code);
    return rule != NULL && rule->min_distance_s > 0;
}

static int start_compare(const void *a, const void *b)
{
    int64_t first = *(const int64_t *)a;
    int64_t second = *(const int64_t *)b;
    return (first < second) - (first > second);
}

/* The last starts of the lead's calls, this one among them: of the ledger, and of this batch, which
 * is not in it yet. */
static Status read_starts(
    const Outcomes *outcomes, const OutcomeItem *item, Db *db, OutcomeNext *next, Error *err)
{
    int64_t starts[OUTCOME_STARTS_MAX + OUTCOME_MESSAGES_MAX];
    int count = 0;
    Status status = outcome_read_starts(db, item->said.lead_id, starts, &count, err);
    for (const OutcomeItem *told = outcomes->items; told <= item; told++) {
        if (told->is_new && told->said.lead_id == item->said.lead_id) {
            starts[count++] = told->call.started_us;
        }
    }
    qsort(starts, (size_t)count, sizeof *starts, start_compare);
    next->start_count = count < OUTCOME_STARTS_MAX ? count : OUTCOME_STARTS_MAX;
    memcpy(next->starts_us, starts, (size_t)next->start_count * sizeof *starts);
    return status;
}

static Status apply_to_lead(Outcomes *outcomes, OutcomeItem *item, const Work *work, Error *err)
{
    const RecyclerState *state = work->service;
    LeadDial *lead = &outcomes->dials.rows[item->row];
    const Gate *gate = gates_find(state->gates, lead->gate_no);
    OutcomeNext next = {.rules = item->rules, .list_hours = item->place->list_hours};
    Status status = STATUS_OK;
    if (gate == NULL) {
        return error_set(err, STATUS_RETRY, "gate_unknown", "a gate was made meanwhile");
    }
    next.place = &gate->place;
    item->call.other_number = item->phone != lead->phone;
    if (rule_has_distance(item->rules, item->call.code) ||
        rule_has_distance(item->rules, lead->status)) {
        status = read_starts(outcomes, item, work->db, &next, err);
    }
    if (status == STATUS_OK) {
        outcome_apply_call(lead, &item->said, &item->call, &next);
        touch(outcomes, item, item->row);
    }
    return status;
}

static void add_attempt(Outcomes *outcomes, const OutcomeItem *item)
{
    AttemptRow row = {.lead_id = item->said.lead_id,
                      .number_id = item->number_id,
                      .offer_id = item->offer != NULL ? item->offer->offer_id : 0,
                      .source = item->message->source,
                      .said = &item->said,
                      .call = &item->call};
    if (item->offer != NULL) {
        row.list_no = item->offer->list_no;
        row.campaign_no = item->offer->campaign_no;
    } else if (item->place != NULL) {
        row.list_no = item->place->list_no;
        row.campaign_no = item->place->campaign_no;
    }
    attempts_add(&outcomes->attempts, &row);
}

static Status plan_ended(Outcomes *outcomes, OutcomeItem *item, const Work *work, Error *err)
{
    Status status = STATUS_OK;
    if (item->is_new && item->offer != NULL) {
        offer_end(item->offer, "ended",
                  work->now_us); /* also one that was given up: now it is known */
        if (item->row >= 0 && outcomes->dials.rows[item->row].offer_id == item->offer->offer_id) {
            outcomes->dials.rows[item->row].offer_id = 0;
        }
    }
    if (item->is_new) {
        add_attempt(outcomes, item);
        status = item->row >= 0 ? apply_to_lead(outcomes, item, work, err) : STATUS_OK;
    }
    if (status == STATUS_OK && asks_for_dnc(item) && item->number_id != 0) {
        turn_dnc(outcomes, item);
    }
    return status;
}

/* Its number is being called: nobody else is to. */
static void recall_others(Outcomes *outcomes, const OutcomeItem *item)
{
    for (int row = 0; row < outcomes->dials.count; row++) {
        const LeadDial *lead = &outcomes->dials.rows[row];
        if (lead->phone == item->phone && lead->offer_id != 0) {
            outcomes->recalls[row] = "number_called";
            touch(outcomes, item, row);
        }
    }
}

static Status plan_item(Outcomes *outcomes, OutcomeItem *item, const Work *work, Error *err)
{
    LeadDial *lead = item->row >= 0 ? &outcomes->dials.rows[item->row] : NULL;
    if (item->offer != NULL) {
        db_array_i64(&outcomes->campaigns, item->offer->campaign_no);
    }
    switch (item->said.kind) {
    case OUTCOME_STARTED:
        if (item->offer != NULL) {
            outcome_start(item->offer, &item->said, work->now_us);
        }
        if (item->is_late && item->phone != 0) {
            recall_others(outcomes, item);
        }
        return STATUS_OK;
    case OUTCOME_RELEASED:
        if (item->offer != NULL && outcome_release(item->offer, lead, work->now_us) &&
            lead != NULL) {
            touch(outcomes, item, item->row);
        }
        return STATUS_OK;
    case OUTCOME_ENDED:
        break;
    }
    return plan_ended(outcomes, item, work, err);
}

static Status plan(Outcomes *outcomes, const Work *work, Error *err)
{
    Status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < outcomes->count; i++) {
        status = plan_item(outcomes, &outcomes->items[i], work, err);
    }
    return status;
}

/* ---- writing ---- */

static Status write(Outcomes *outcomes, const Work *work, Error *err)
{
    Db *db = work->db;
    Status status = attempts_write(&outcomes->attempts, db, work->now_us, err);
    if (status == STATUS_OK) {
        status = offers_write(&outcomes->offers, db, err);
    }
    if (status == STATUS_OK) {
        status = outcome_add_dnc(db, &outcomes->dnc_numbers, "dialer", work->now_us, err);
    }
    if (status == STATUS_OK) {
        status = lead_dials_write(&outcomes->dials, db, err);
    }
    return status == STATUS_OK
               ? lead_dials_apply(&outcomes->dials, db, work->outbox, &outcomes->gates, err)
               : status;
}

/* Stages were computed by the rules of these gates. */
static Status check_gates(const Outcomes *outcomes, Error *err)
{
    for (int i = 0; i < outcomes->count; i++) {
        const OutcomeItem *item = &outcomes->items[i];
        const ListGate *gate =
            item->place != NULL ? list_gate_of(&outcomes->gates, item->place->list_no) : NULL;
        if (gate != NULL && (gate->campaign_no != item->rules->campaign_no ||
                             gate->rules_version != item->rules->rules_version)) {
            return error_set(err, STATUS_RETRY, "rules_moved",
                             "the list's campaign or its rules changed meanwhile");
        }
    }
    return STATUS_OK;
}

/* ---- telling ---- */

static void tell_attempt(const Outcomes *outcomes, const OutcomeItem *item, LeadTell *tell)
{
    tell->message = item->message;
    const ListGate *gate = list_gate_of(&outcomes->gates, outcomes->dials.rows[item->row].list_no);
    LeadAttempt attempt = {.call_id = item->said.call_id,
                           .disposition = item->said.disposition,
                           .offer_id = item->offer != NULL ? item->offer->offer_id : 0,
                           .started_us = item->call.started_us,
                           .contact =
                               item->call.disposition != NULL && item->call.disposition->contact};
    lead_tell_attempted(tell, item->row, gate, &attempt);
}

static void count_unmapped(const Outcomes *outcomes)
{
    int unmapped = 0;
    for (int i = 0; i < outcomes->count; i++) {
        const OutcomeItem *item = &outcomes->items[i];
        unmapped += item->is_new && item->rules != NULL && item->call.disposition == NULL;
    }
    metric_add(&metric_outcomes_unmapped, unmapped, NULL, NULL);
}

static Status tell(const Outcomes *outcomes, const Work *work, Error *err)
{
    count_unmapped(outcomes);
    LeadTell tell = {.outbox = work->outbox, .dials = &outcomes->dials};
    for (int i = 0; i < outcomes->count; i++) {
        if (outcomes->items[i].is_new && outcomes->items[i].row >= 0) {
            tell_attempt(outcomes, &outcomes->items[i], &tell);
        }
    }
    for (int row = 0; row < outcomes->dials.count; row++) {
        const LeadDial *lead = &outcomes->dials.rows[row];
        if (outcomes->dials.changed[row]) {
            tell.message = outcomes->touched_by[row];
            lead_tell_finished(&tell, row, list_gate_of(&outcomes->gates, lead->list_no),
                               lead->status);
        }
    }
    tell.message = NULL;
    Status status = offer_revoke_ended(&tell, work->db, &outcomes->gates, err);
    return status == STATUS_OK
               ? offer_revoke(&tell, work->db, &outcomes->gates, outcomes->recalls, err)
               : status;
}

Status outcome_apply(Work *work, Error *err)
{
    RecyclerState *state = work->service;
    Outcomes *outcomes = state->outcomes;
    outcomes_unlock(outcomes);
    /* when a call was, and is due again, goes by this host's clock */
    Status status = clock_off_begin(work->db, work->now_us, err);
    if (status == STATUS_OK) {
        status = lock_numbers(outcomes, work->db, err);
    }
    if (status == STATUS_OK) {
        status = lock_leads(outcomes, work->db, err);
    }
    if (status == STATUS_OK) {
        status = check_leads(outcomes, err);
    }
    if (status == STATUS_OK) {
        status = lock_offers(outcomes, work->db, err);
    }
    if (status == STATUS_OK) {
        status = know_calls(outcomes, work->db, work->now_us, err);
    }
    if (status == STATUS_OK) {
        status = plan(outcomes, work, err);
    }
    if (status == STATUS_OK) {
        status = write(outcomes, work, err);
    }
    if (status == STATUS_OK) {
        status = check_gates(outcomes, err);
    }
    if (status == STATUS_OK) {
        status = tell(outcomes, work, err);
    }
    return status == STATUS_OK ? outcome_answered(work->db, &outcomes->campaigns, work->now_us, err)
                               : status;
}
