#include "recycler/topup.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/guard.h"
#include "base/mem.h"
#include "base/metric_table.h"
#include "recycler/clock_off.h"
#include "recycler/offer_made.h"
#include "recycler/put_off.h"
#include "recycler/topup_plan.h"
#include "recycler/topup_store.h"
#include "runtime/dnc_plan.h"
#include "runtime/number_store.h"
#include "sql_queries.h"

/* One run: what was found, and what is locked of it. */
typedef struct Run {
    Topup *topup;
    HopperGroup *groups; /* found's, and so are the leads */
    TopupLead *leads;
    int count;
    TopupNumbers numbers;
    LeadDials dials;
    ListGates gates;
    int offered;
} Run;

static void run_done(Run *run)
{
    topup_numbers_done(&run->numbers);
    lead_dials_done(&run->dials);
    list_gates_done(&run->gates);
}

/* ---- finding ---- */

static Status find_leads(const Topup *topup, TopupFound *found, Error *err)
{
    AUTO_TX Db *tx = topup->db;
    Status status = db_begin(tx, err);
    return status == STATUS_OK ? topup_pick(topup, found, err) : status;
}

static int phone_compare(const void *a, const void *b)
{
    int64_t first = *(const int64_t *)a;
    int64_t second = *(const int64_t *)b;
    return (first > second) - (first < second);
}

/* Phones without a row, each once; the number of them. */
static int phones_missing(const TopupFound *found, int64_t phones[])
{
    int all = 0;
    int count = 0;
    for (int i = 0; i < found->count; i++) {
        if (found->leads[i].phone != 0 && found->leads[i].number_id == 0) {
            phones[all++] = found->leads[i].phone;
        }
    }
    qsort(phones, (size_t)all, sizeof *phones, phone_compare);
    for (int i = 0; i < all; i++) {
        if (i == 0 || phones[i] != phones[i - 1]) {
            phones[count++] = phones[i];
        }
    }
    return count;
}

static void take_ids(TopupFound *found, const DbResult *ids)
{
    for (int i = 0; i < found->count; i++) {
        TopupLead *lead = &found->leads[i];
        int row = lead->number_id == 0 ? db_bin_find(ids, 0, lead->phone) : -1;
        if (row >= 0) {
            lead->number_id = db_bin_i64(ids, row, 1);
        }
    }
}

/* A number whose row another makes at this moment has none here: its lead waits for another run. */
static Status make_numbers(const Topup *topup, TopupFound *found, Error *err)
{
    AUTO_FREE int64_t *phones = mem_alloc((size_t)(found->count + 1) * sizeof *phones);
    int count = phones_missing(found, phones);
    if (count == 0) {
        return STATUS_OK;
    }
    AUTO_RESULT *ids = NULL;
    Status status = number_make_ids(topup->db, topup->cfg, phones, count, &ids, err);
    if (status == STATUS_OK) {
        take_ids(found, ids);
    }
    return status;
}

/* One that was searched from its beginning has no more; of others leads may have been passed over.
 */
static void mark_group(const Topup *topup, HopperGroup *group)
{
    HopperGroup begin = *group;
    hopper_group_unbind(&begin, topup->rules->order);
    group->dry =
        topup->rules->order != LEAD_ORDER_RANDOM || group->bound_due_us == begin.bound_due_us;
    if (!group->dry) {
        *group = begin;
    }
}

/* Groups that gave all they had. When the search itself was full nobody knows. */
static void mark_dry(const Topup *topup, TopupFound *found)
{
    AUTO_FREE int *given = mem_alloc((size_t)(found->group_count + 1) * sizeof *given);
    for (int i = 0; i < found->count; i++) {
        given[found->leads[i].group]++;
    }
    int limit = topup_group_limit(topup, found->group_count);
    for (int i = 0; i < found->group_count && found->count < topup->want; i++) {
        found->groups[i].dry = false;
        if (given[i] < limit) {
            mark_group(topup, &found->groups[i]);
        }
    }
}

void topup_found_done(TopupFound *found)
{
    free(found->leads);
    found->leads = NULL;
    found->first = found->count = 0;
}

Status topup_find(const Topup *topup, TopupFound *found, Error *err)
{
    topup_found_done(found);
    found->began_ms = clock_mono_ms();
    Status status = find_leads(topup, found, err);
    if (status == STATUS_OK) {
        status = make_numbers(topup, found, err);
    }
    if (status == STATUS_OK) {
        mark_dry(topup, found);
        found->found_us = topup->now_us;
    } else {
        topup_found_done(found);
    }
    return status;
}

/* ---- locking ---- */

static Status lock_leads(Run *run, Error *err)
{
    DbArray ids = {0};
    db_array_begin(&ids, DB_ARRAY_INT8);
    for (int i = 0; i < run->count; i++) {
        db_array_i64(&ids, run->leads[i].lead_id);
    }
    Status status = lead_dials_lock_by(run->topup->db, sql_topup_lock, &ids, &run->dials, err);
    db_array_done(&ids);
    for (int i = 0; status == STATUS_OK && i < run->count; i++) {
        run->leads[i].row = lead_dials_find(&run->dials, run->leads[i].lead_id);
    }
    return status;
}

/* ---- what the numbers say ---- */

static bool number_is_dnc(const Run *run, int64_t phone)
{
    const DbResult *holds = run->numbers.holds;
    int first = db_bin_find(holds, 0, phone);
    for (int row = first; row >= 0 && row < db_rows(holds); row++) {
        int64_t campaign_no = db_bin_i64(holds, row, 1);
        if (db_bin_i64(holds, row, 0) != phone) {
            break;
        }
        if ((campaign_no == DNC_EVERY_CAMPAIGN || campaign_no == run->topup->rules->campaign_no)) {
            return true;
        }
    }
    return false;
}

/* Starts of calls to the number, newest first, into ret; their number. */
static int number_calls(const Run *run, int64_t number_id, int64_t ret[])
{
    const DbResult *calls = run->numbers.calls;
    int first = calls != NULL ? db_bin_find(calls, 0, number_id) : -1;
    int count = 0;
    for (int row = first; row >= 0 && row < db_rows(calls); row++) {
        if (db_bin_i64(calls, row, 0) != number_id) {
            break;
        }
        ret[count++] = db_bin_time(calls, row, 1);
    }
    return count;
}

/* Another list has the number too, and comes first in this run. */
static bool number_is_taken(const Run *run, int index)
{
    for (int i = 0; i < index; i++) {
        if (run->leads[i].number_id == run->leads[index].number_id &&
            run->leads[i].decision.verdict == TOPUP_OFFER && run->leads[i].row >= 0) {
            return true;
        }
    }
    return false;
}

/* ---- deciding ---- */

static int list_compare(const void *list_no, const void *list)
{
    int32_t wanted = *(const int32_t *)list_no;
    int32_t found = ((const TopupList *)list)->list_no;
    return (wanted > found) - (wanted < found);
}

static const Hours *list_hours(const Topup *topup, int32_t list_no)
{
    const TopupList *list =
        bsearch(&list_no, topup->lists, (size_t)topup->list_count, sizeof *list, list_compare);
    return list != NULL ? &list->hours : NULL;
}

static ReadyKey found_key(const Run *run, const TopupLead *lead)
{
    const HopperGroup *group = &run->groups[lead->group];
    return (ReadyKey){.lead_id = lead->lead_id,
                      .due_us = lead->due_us,
                      .list_no = group->list_no,
                      .gate_no = group->gate_no,
                      .class_no = group->class_no,
                      .lead_rank = group->lead_rank};
}

static void decide_lead(Run *run, int index, int64_t calls[])
{
    const Topup *topup = run->topup;
    TopupLead *lead = &run->leads[index];
    const LeadDial *dial = &run->dials.rows[lead->row];
    const Gate *gate = gates_find(topup->gates, dial->gate_no);
    ReadyKey found = found_key(run, lead);
    TopupFacts facts = {
        .lead = dial,
        .found = &found,
        .rules = topup->rules,
        .list_hours = list_hours(topup, dial->list_no),
        .place = &gate->place,
        .dnc = number_is_dnc(run, dial->phone),
        .number_offered =
            db_bin_find(run->numbers.open, 0, lead->number_id) >= 0 || number_is_taken(run, index),
        .calls_us = calls,
        .call_count = number_calls(run, lead->number_id, calls),
        .now_us = topup->now_us,
    };
    topup_decide(&facts, &lead->decision);
}

/* A lead that another transaction holds, whose phone is another by now, or whose number is held,
 * waits for another run. */
static bool may_decide(const Run *run, const TopupLead *lead)
{
    int number = lead->number_id != 0 ? db_bin_find(run->numbers.locked, 0, lead->number_id) : -1;
    if (lead->row < 0 || number < 0 || db_bin_i64(run->numbers.locked, number, 1) != lead->phone) {
        return false;
    }
    const LeadDial *dial = &run->dials.rows[lead->row];
    return dial->phone == lead->phone && gates_find(run->topup->gates, dial->gate_no) != NULL;
}

static void decide(Run *run)
{
    int most = run->numbers.calls != NULL ? db_rows(run->numbers.calls) : 0;
    AUTO_FREE int64_t *calls = mem_alloc((size_t)(most + 1) * sizeof *calls);
    for (int i = 0; i < run->count; i++) {
        if (may_decide(run, &run->leads[i])) {
            decide_lead(run, i, calls);
        } else {
            run->leads[i].row = -1;
        }
    }
}

/* ---- changing ---- */

enum { NEVER_AGAIN_S = 24 * 3600 }; /* a lead that no time is open for is looked at once a day */

static void change_offer(LeadDial *dial, const TopupLead *lead, int64_t now_us)
{
    (void)now_us;
    dial->offer_id = lead->offer_id;
}

static void change_dnc(LeadDial *dial, const TopupLead *lead, int64_t now_us)
{
    (void)lead;
    (void)now_us;
    dial->dnc = true;
}

static void change_exhausted(LeadDial *dial, const TopupLead *lead, int64_t now_us)
{
    (void)lead;
    (void)now_us;
    dial->hold |= LEAD_HOLD_EXHAUSTED;
}

static void change_later(LeadDial *dial, const TopupLead *lead, int64_t now_us)
{
    (void)now_us;
    dial->due_us = lead->decision.later_us;
}

static void change_never(LeadDial *dial, const TopupLead *lead, int64_t now_us)
{
    (void)lead;
    dial->due_us = now_us + NEVER_AGAIN_S * INT64_C(1000000);
}

static void (*const changes[])(LeadDial *, const TopupLead *, int64_t) = {
    [TOPUP_OFFER] = change_offer, [TOPUP_STALE] = NULL,
    [TOPUP_DNC] = change_dnc,     [TOPUP_EXHAUSTED] = change_exhausted,
    [TOPUP_LATER] = change_later, [TOPUP_NEVER] = change_never,
};

static void change_leads(Run *run)
{
    for (int i = 0; i < run->count; i++) {
        const TopupLead *lead = &run->leads[i];
        if (lead->row < 0 || changes[lead->decision.verdict] == NULL) {
            continue;
        }
        changes[lead->decision.verdict](&run->dials.rows[lead->row], lead, run->topup->now_us);
        lead_dial_restage(&run->dials.rows[lead->row]);
        run->dials.changed[lead->row] = true;
        run->offered += lead->decision.verdict == TOPUP_OFFER;
    }
}

/* Rows of the queue that name a lead which is gone, or is not as they say. */
static Status drop_stale(const Run *run, Error *err)
{
    ReadyMoves moves = {0};
    ready_moves_begin(&moves);
    for (int i = 0; i < run->count; i++) {
        const TopupLead *lead = &run->leads[i];
        if (lead->phone == 0 || (lead->row >= 0 && lead->decision.verdict == TOPUP_STALE)) {
            ReadyKey key = found_key(run, lead);
            ready_moves_add(&moves, &key, NULL);
        }
    }
    Status status = ready_moves_write(&moves, run->topup->db, err);
    ready_moves_done(&moves);
    return status;
}

static Status note_put_off(const Run *run, Error *err)
{
    PutOffRules rules = {.campaign_no = run->topup->rules->campaign_no,
                         .rules_version = run->topup->rules->rules_version};
    AUTO_FREE PutOffLead *leads = mem_alloc((size_t)(run->count + 1) * sizeof *leads);
    int count = 0;
    for (int i = 0; i < run->count; i++) {
        const TopupDecision *decision = &run->leads[i].decision;
        if (run->leads[i].row >= 0 &&
            (decision->verdict == TOPUP_LATER || decision->verdict == TOPUP_NEVER)) {
            leads[count++] = (PutOffLead){run->leads[i].row, decision->why};
        }
    }
    return put_off_note(&run->dials, leads, count, &rules, run->topup->db, err);
}

static Status write_leads(Run *run, Error *err)
{
    Topup *topup = run->topup;
    Status status = topup_insert_offers(topup, run->groups, run->leads, run->count, err);
    if (status == STATUS_OK) {
        change_leads(run);
        status = lead_dials_write(&run->dials, topup->db, err);
    }
    if (status == STATUS_OK) {
        status = note_put_off(run, err);
    }
    if (status == STATUS_OK) {
        status = drop_stale(run, err);
    }
    return status == STATUS_OK
               ? lead_dials_apply(&run->dials, topup->db, topup->outbox, &run->gates, err)
               : status;
}

enum { MOMENT_S = 10 }; /* between the look at the clock and the offer, at most */

/* Windows of a list change with its gate locked. The clock may have become wrong since the hopper
 * compared. */
static Status check_hours(const Run *run, Error *err)
{
    AUTO_RESULT *result = NULL;
    int64_t before_us = clock_now_us();
    Status status = topup_read_hours(run->topup, &run->gates, &result, err);
    int64_t after_us = clock_now_us();
    if (status == STATUS_OK && !clock_is_virtual() && db_rows(result) > 0) {
        status = clock_off_check(before_us, db_i64(result, 0, 2), after_us, err);
    }
    for (int row = 0; status == STATUS_OK && row < db_rows(result); row++) {
        const Hours *used = list_hours(run->topup, (int32_t)db_i64(result, row, 0));
        Hours hours;
        status = hours_parse(db_text(result, row, 1), &hours, err);
        if (status == STATUS_OK && (used == NULL || !hours_equal(used, &hours))) {
            status =
                error_set(err, STATUS_RETRY, "rules_moved", "the list's windows changed meanwhile");
        }
    }
    return status;
}

/* A process that was frozen since it looked at the clock decided for another hour. In a transaction
 * it cannot have been for long: the server ends one that is idle. */
static Status check_time(const Run *run, Error *err)
{
    int64_t age_us = clock_now_us() - run->topup->now_us; /* negative: the clock was set back */
    bool fresh = age_us >= 0 && age_us <= MOMENT_S * CLOCK_US_PER_SECOND;
    return fresh ? STATUS_OK
                 : error_set(err, STATUS_RETRY, "rules_moved", "too much time went by meanwhile");
}

static bool gate_is_active(const ListGate *gate)
{
    return (strcmp(gate->life, "active") == 0 && gate->campaign_active) || BROKEN(OFFER_ACTIVE);
}

/* The last word: the gates, locked now, must be those that the decisions were made for. */
static Status check_gates(const Run *run, Error *err)
{
    if (BROKEN(OFFER_GATE)) {
        return STATUS_OK;
    }
    const CampaignRules *rules = run->topup->rules;
    for (int i = 0; i < run->gates.count; i++) {
        const ListGate *gate = &run->gates.gates[i];
        if (!gate_is_active(gate) || gate->campaign_no != rules->campaign_no ||
            gate->rules_version != rules->rules_version) {
            return error_set(err, STATUS_RETRY, "rules_moved",
                             "the list or its campaign changed meanwhile");
        }
    }
    Status status = check_time(run, err);
    return status == STATUS_OK ? check_hours(run, err) : status;
}

/* ---- telling ---- */

static void tell(Run *run)
{
    OfferMade made = {.tell = {.outbox = run->topup->outbox, .dials = &run->dials},
                      .gates = &run->gates};
    for (int i = 0; i < run->count; i++) {
        const TopupLead *lead = &run->leads[i];
        if (lead->row < 0) {
            continue;
        }
        const ListGate *gate = list_gate_of(&run->gates, run->dials.rows[lead->row].list_no);
        if (lead->decision.verdict == TOPUP_OFFER) {
            offer_made_tell(&made, lead->row, lead->decision.not_after_us);
        } else if (lead->decision.verdict == TOPUP_DNC) {
            lead_tell_updated(&made.tell, lead->row, gate, "[\"dnc\"]");
        } else if (lead->decision.verdict == TOPUP_EXHAUSTED) {
            lead_tell_finished(&made.tell, lead->row, gate, "rules");
        }
    }
}

/* ---- the run ---- */

static Status run_locked(Run *run, Error *err)
{
    Topup *topup = run->topup;
    Status status = topup_lock_numbers(topup, run->leads, run->count, &run->numbers, err);
    if (status == STATUS_OK) {
        status = lock_leads(run, err);
    }
    if (status == STATUS_OK) {
        decide(run);
        status = write_leads(run, err);
    }
    if (status == STATUS_OK) {
        status = check_gates(run, err);
    }
    if (status == STATUS_OK) {
        tell(run);
        status = outbox_store(topup->outbox, topup->db, err);
    }
    return status;
}

/* Two top-ups of one number at a time cannot be; if they are, the second one fails here. */
static Status offer_race(const Db *db, Status status, Error *err)
{
    if (status == STATUS_BAD_INPUT && strcmp(db_sqlstate(db), "23505") == 0) {
        return error_set(err, STATUS_RETRY, "offer_race", "the lead or its number has an offer");
    }
    return status;
}

static Status run_transaction(Run *run, Error *err)
{
    Topup *topup = run->topup;
    AUTO_TX Db *tx = topup->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        outbox_reset(topup->outbox, db_epoch(tx), topup->now_us);
        status = offer_race(tx, run_locked(run, err), err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

/* The next search begins behind what was looked at. */
static void move_bounds(const Run *run)
{
    for (int i = 0; i < run->count; i++) {
        HopperGroup *group = &run->groups[run->leads[i].group];
        group->bound_due_us = run->leads[i].due_us;
        group->bound_lead = run->leads[i].lead_id;
    }
}

static void tell_time(const Run *run, int64_t began_ms)
{
    double seconds = (double)(clock_mono_ms() - began_ms) / 1000.0;
    metric_observe(&metric_topup_seconds, seconds, run->count == TOPUP_MOST ? "full" : "part",
                   NULL);
}

Status topup_offer(Topup *topup, TopupFound *found, int *ret_offered, Error *err)
{
    Run run = {.topup = topup,
               .groups = found->groups,
               .leads = found->leads + found->first,
               .count = found->count < topup->want ? found->count : topup->want};
    int64_t began_ms = found->began_ms != 0 ? found->began_ms : clock_mono_ms();
    Status status = run_transaction(&run, err);
    if (status == STATUS_OK) {
        move_bounds(&run);
        tell_time(&run, began_ms);
        found->began_ms = 0;
        found->first += run.count;
        found->count -= run.count;
        *ret_offered = run.offered;
    }
    run_done(&run);
    return status;
}
