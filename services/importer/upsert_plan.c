#include "importer/upsert_plan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "importer/lead_facts.h"

static const UpsertProblem problem_conflict = {
    "identity_conflict", "external_id",
    "the external_id is that of one lead of the list and the phone that of another"};
static const UpsertProblem problem_no_phone = {
    "phone_missing", "phone",
    "no lead of the list has this external_id, and a new one needs a phone"};
static const UpsertProblem problem_erase = {
    "cannot_be_erased", "external_id",
    "the external_id of a lead cannot be erased: leave it out, or give another"};
static const UpsertProblem problem_custom = {"field_too_long", "custom",
                                             "the custom fields of a lead have more than 64 KB"};
static const UpsertProblem problem_zone = {"time_zone_unknown", "time_zone",
                                           "the time zone means nothing in the lead's country"};

void upsert_plan_init(UpsertPlan *plan, Arena *arena, const ZoneSets *zones)
{
    *plan = (UpsertPlan){.arena = arena, .zones = zones};
    upsert_keys_init(&plan->keys, arena);
    strbuf_init(&plan->custom);
}

void upsert_plan_done(UpsertPlan *plan)
{
    upsert_keys_done(&plan->keys);
    strbuf_done(&plan->custom);
    free(plan->dirty);
    free(plan->moved);
    free(plan->leads);
    free(plan->missing);
}

void upsert_plan_reset(UpsertPlan *plan)
{
    upsert_keys_reset(&plan->keys);
    plan->dirty_count = plan->moved_count = plan->lead_count = plan->missing_count = 0;
    plan->dnc_count = 0;
}

/* Room for one more element of a growing array. */
static void *plan_room(void *array, int count, int *cap, size_t size)
{
    if (count < *cap) {
        return array;
    }
    *cap = *cap > 0 ? *cap * 2 : 64;
    return mem_realloc(array, (size_t)*cap * size);
}

static UpsertLead *plan_new_lead(UpsertPlan *plan, UpsertList *list)
{
    UpsertLead *lead = arena_alloc(plan->arena, sizeof *lead);
    *lead = (UpsertLead){.list = list};
    plan->leads = plan_room(plan->leads, plan->lead_count, &plan->lead_cap, sizeof *plan->leads);
    plan->leads[plan->lead_count++] = lead;
    return lead;
}

UpsertLead *upsert_plan_add(UpsertPlan *plan, UpsertList *list, const LeadRow *row)
{
    UpsertLead *lead = plan_new_lead(plan, list);
    lead->row = *row;
    lead->in_table = true;
    lead->stored_stage = row->stage;
    lead->phone_key = upsert_keys_phone(&plan->keys, row->list_no, row->phone);
    lead->phone_key->now = lead->phone_key->stored = lead;
    if (row->texts[LEAD_EXTERNAL_ID].len > 0) {
        lead->external_key =
            upsert_keys_external(&plan->keys, row->list_no, row->texts[LEAD_EXTERNAL_ID]);
        lead->external_key->now = lead->external_key->stored = lead;
    }
    return lead;
}

static UpsertKey *item_phone_key(UpsertPlan *plan, const UpsertItem *item)
{
    return item->row.phone != 0 ? upsert_keys_phone(&plan->keys, item->row.list_no, item->row.phone)
                                : NULL;
}

static UpsertKey *item_external_key(UpsertPlan *plan, const UpsertItem *item)
{
    TextSlice external_id = item->row.texts[LEAD_EXTERNAL_ID];
    return external_id.len > 0 ? upsert_keys_external(&plan->keys, item->row.list_no, external_id)
                               : NULL;
}

static bool key_confirms(const UpsertKey *key, int64_t found)
{
    return found == 0 || (key->stored != NULL && key->stored->row.lead_id == found);
}

bool upsert_plan_confirms(UpsertPlan *plan, const UpsertItem *item)
{
    return key_confirms(item_phone_key(plan, item), item->found_by_phone) &&
           key_confirms(item_external_key(plan, item), item->found_by_external_id);
}

/* ---- keys change hands ---- */

static void plan_note_moved(UpsertPlan *plan, UpsertKey *key)
{
    if (!key->moved) {
        key->moved = true;
        plan->moved =
            plan_room(plan->moved, plan->moved_count, &plan->moved_cap, sizeof *plan->moved);
        plan->moved[plan->moved_count++] = key;
    }
}

static void plan_give(UpsertPlan *plan, UpsertKey *key, UpsertLead *lead)
{
    if (key != NULL) {
        key->now = lead;
        plan_note_moved(plan, key);
    }
}

/* In the table the key is another lead's still. */
static bool key_is_taken(const UpsertKey *key, const UpsertLead *lead)
{
    return key != NULL && key->stored != NULL && key->stored != lead;
}

static void
plan_hold_keys(UpsertPlan *plan, UpsertLead *lead, UpsertKey *phone, UpsertKey *external)
{
    if (phone != NULL && phone != lead->phone_key) {
        plan_give(plan, lead->phone_key, NULL);
        plan_give(plan, phone, lead);
        lead->phone_key = phone;
    }
    if (external != NULL && external != lead->external_key) {
        plan_give(plan, lead->external_key, NULL);
        plan_give(plan, external, lead);
        lead->external_key = external;
    }
}

/* ---- what follows from a change ---- */

static bool plan_is_dnc(const UpsertPlan *plan, int64_t phone, int32_t campaign_no)
{
    int low = 0;
    int high = plan->dnc_count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        const UpsertDnc *dnc = &plan->dnc[middle];
        if (dnc->phone < phone || (dnc->phone == phone && dnc->campaign_no < campaign_no)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < plan->dnc_count && plan->dnc[low].phone == phone &&
           plan->dnc[low].campaign_no == campaign_no;
}

bool upsert_item_evidence(const UpsertItem *item, const LeadRow *row, ZoneEvidence *ret)
{
    char country[3] = "";
    TextSlice stored = row->texts[LEAD_COUNTRY];
    if (stored.len == 2) {
        memcpy(country, stored.data, 2);
    } else {
        memcpy(country, item->list->default_country, sizeof country);
    }
    return zone_candidates((uint64_t)row->phone, row->texts[LEAD_STATE], country,
                           row->texts[LEAD_TIME_ZONE], ret);
}

static bool plan_set_zone(UpsertPlan *plan, const UpsertItem *item, LeadRow *row)
{
    ZoneEvidence evidence;
    if (!upsert_item_evidence(item, row, &evidence)) {
        return false;
    }
    row->zone_set_no = zone_sets_known(plan->zones, &evidence);
    if (row->zone_set_no < 0) {
        row->zone_set_no = 0;
        plan->missing = plan_room(plan->missing, plan->missing_count, &plan->missing_cap,
                                  sizeof *plan->missing);
        plan->missing[plan->missing_count++] = evidence;
        return true;
    }
    row->gate_no = zone_sets_gate(plan->zones, &evidence);
    return true;
}

/* The new values in *row; NULL, or why not. */
static const UpsertProblem *
plan_merge(UpsertPlan *plan, const UpsertItem *item, LeadRow *row, uint32_t *ret_changed)
{
    LeadChange change = {
        .row = &item->row, .has = item->has, .empty_erases = true, .custom_nulls = true};
    uint32_t changed = lead_merge(row, &change, &plan->custom);
    if (row->custom.len > LEAD_CUSTOM_MAX) {
        return &problem_custom;
    }
    if (changed & LEAD_HAS_CUSTOM && row->custom.len > 0) {
        row->custom.data = arena_copy(plan->arena, row->custom.data, row->custom.len);
    }
    if (lead_merge_moves_zone(changed) && !plan_set_zone(plan, item, row)) {
        return &problem_zone;
    }
    if (changed & LEAD_HAS_PHONE) {
        row->dnc = plan_is_dnc(plan, row->phone, item->list->campaign_no);
        lead_restage_moved(row);
    }
    *ret_changed = changed;
    return NULL;
}

/* ---- ends of an item ---- */

static UpsertStep item_end(UpsertItem *item, UpsertResult result, UpsertLead *lead)
{
    item->result = result;
    item->lead = lead;
    item->external_id = lead->row.texts[LEAD_EXTERNAL_ID];
    item->stage = lead->row.stage;
    return UPSERT_TAKEN;
}

static UpsertStep item_reject(UpsertItem *item, const UpsertProblem *problem)
{
    item->result = UPSERT_REJECTED;
    item->problem = problem;
    item->external_id = item->row.texts[LEAD_EXTERNAL_ID];
    return UPSERT_TAKEN;
}

static void plan_soil(UpsertPlan *plan, UpsertLead *lead)
{
    if (!lead->dirty) {
        lead->dirty = true;
        plan->dirty =
            plan_room(plan->dirty, plan->dirty_count, &plan->dirty_cap, sizeof *plan->dirty);
        plan->dirty[plan->dirty_count++] = lead;
    }
}

/* lead_version rises once in a transaction, whatever it tells in it. */
static void plan_tell(UpsertPlan *plan, UpsertItem *item, UpsertLead *lead)
{
    if (lead->told == 0 && !lead->created) {
        lead->row.lead_version++;
    }
    item->n_ordinal = lead->told++;
    lead->row.content_hash = 0;
    lead->list->changed = true;
    plan_soil(plan, lead);
}

static UpsertStep
plan_create(UpsertPlan *plan, UpsertItem *item, UpsertKey *phone, UpsertKey *external)
{
    if (key_is_taken(phone, NULL) || key_is_taken(external, NULL)) {
        return UPSERT_WRITE;
    }
    LeadRow row = {.list_no = item->row.list_no,
                   .lead_version = 1,
                   .revision = item->row.revision,
                   .created_us = plan->now_us,
                   .priority = LEAD_PRIORITY_DEFAULT,
                   .stage = STAGE_READY};
    const UpsertProblem *problem = plan_merge(plan, item, &row, &item->changed);
    if (problem != NULL) {
        return item_reject(item, problem);
    }
    UpsertLead *lead = plan_new_lead(plan, item->list);
    lead->row = row;
    lead->row.lead_id = plan->next_lead_id++;
    lead->created = true;
    plan_hold_keys(plan, lead, phone, external);
    plan_tell(plan, item, lead);
    return item_end(item, UPSERT_CREATED, lead);
}

/* A newer revision with nothing new in it. */
static UpsertStep plan_keep(UpsertPlan *plan, UpsertItem *item, UpsertLead *lead)
{
    if (item->row.revision > lead->row.revision) {
        lead->row.revision = item->row.revision;
        plan_soil(plan, lead);
    }
    return item_end(item, UPSERT_UNCHANGED, lead);
}

static UpsertStep plan_change(
    UpsertPlan *plan, UpsertItem *item, UpsertLead *lead, UpsertKey *phone, UpsertKey *external)
{
    int64_t revision = item->row.revision;
    if (revision >= 0 && revision < lead->row.revision) {
        return item_end(item, UPSERT_STALE, lead);
    }
    if (item->blank_external_id && lead->external_key != NULL) {
        return item_reject(item, &problem_erase);
    }
    if (key_is_taken(phone, lead) || key_is_taken(external, lead)) {
        return UPSERT_WRITE;
    }
    LeadRow row = lead->row;
    const UpsertProblem *problem = plan_merge(plan, item, &row, &item->changed);
    if (problem != NULL) {
        return item_reject(item, problem);
    }
    if (item->changed == 0) {
        return plan_keep(plan, item, lead);
    }
    if (revision >= 0 && revision == lead->row.revision) {
        return item_end(item, UPSERT_STALE, lead);
    }
    lead->row = row;
    lead->row.revision = revision >= 0 ? revision : row.revision;
    lead->renumbered = lead->renumbered || (item->changed & LEAD_HAS_PHONE) != 0;
    lead->queued = lead->queued || (item->changed & (LEAD_HAS_PHONE | LEAD_HAS_PRIORITY)) != 0 ||
                   lead_merge_moves_zone(item->changed);
    plan_hold_keys(plan, lead, phone, external);
    plan_tell(plan, item, lead);
    return item_end(item, UPSERT_UPDATED, lead);
}

UpsertStep upsert_plan_take(UpsertPlan *plan, UpsertItem *item)
{
    if (item->problem != NULL) {
        return item_reject(item, item->problem);
    }
    UpsertKey *phone = item_phone_key(plan, item);
    UpsertKey *external = item_external_key(plan, item);
    UpsertLead *by_phone = phone != NULL ? phone->now : NULL;
    UpsertLead *by_external = external != NULL ? external->now : NULL;
    if (by_phone != NULL && by_external != NULL && by_phone != by_external) {
        return item_reject(item, &problem_conflict);
    }
    UpsertLead *lead = by_external != NULL ? by_external : by_phone;
    if (lead != NULL) {
        return plan_change(plan, item, lead, phone, external);
    }
    if (phone == NULL) {
        return item_reject(item, &problem_no_phone);
    }
    return plan_create(plan, item, phone, external);
}

void upsert_plan_written(UpsertPlan *plan)
{
    for (int i = 0; i < plan->dirty_count; i++) {
        plan->dirty[i]->dirty = false;
        plan->dirty[i]->in_table = true;
    }
    for (int i = 0; i < plan->moved_count; i++) {
        plan->moved[i]->stored = plan->moved[i]->now;
        plan->moved[i]->moved = false;
    }
    plan->dirty_count = plan->moved_count = 0;
}

void upsert_plan_count(UpsertPlan *plan)
{
    for (int i = 0; i < plan->lead_count; i++) {
        const UpsertLead *lead = plan->leads[i];
        ListDelta *delta = &lead->list->delta;
        if (lead->stored_stage == lead->row.stage) {
            continue;
        }
        list_delta_stage(delta, lead->row.stage, 1);
        if (lead->created) {
            list_delta_status(delta, "NEW", 1);
        } else {
            list_delta_stage(delta, lead->stored_stage, -1);
        }
    }
}
