/* upsert_plan.h - what becomes of the leads of a batch, item by item. Layer: services/importer;
 * pure.
 *
 * The plan knows all leads that items of the batch may be about, locked, and the do-not-call
 * entries of their phones. Items are taken in order; each sees what those before it did. A lead
 * that several items change is written once, unless it takes a phone or external_id that another
 * lead of the batch gave up, but has in the table still: then what was planned is written first
 * (UPSERT_WRITE), so that the unique indexes never see both.
 *
 * Who is meant: the lead with this external_id in the list, else the one with this phone. When they
 * are two, the item is rejected (identity_conflict). Revisions: an item whose revision is not newer
 * than the stored one is stale and changes nothing; when it is equal and says nothing new it is
 * unchanged. A newer revision that says nothing new is stored, without an event. An item without a
 * revision is always applied. */
#pragma once

#include "importer/upsert_item.h"
#include "importer/upsert_keys.h"
#include "importer/zone_sets.h"

struct UpsertLead {
    LeadRow row;
    UpsertList *list;
    UpsertKey *phone_key;
    UpsertKey *external_key; /* NULL: it has none */
    bool in_table;
    bool dirty;         /* in plan->dirty */
    bool created;       /* by this batch */
    bool queued;        /* its place in the queue of ready leads may be another */
    bool renumbered;    /* it has another phone than in the table */
    Stage stored_stage; /* 0: it is new */
    int told;           /* events so far */
};

/* A phone that may not be called for a campaign. */
typedef struct UpsertDnc {
    int64_t phone;
    int32_t campaign_no;
} UpsertDnc;

typedef struct UpsertPlan {
    Arena *arena;
    const ZoneSets *zones;
    const UpsertDnc *dnc; /* sorted by phone and campaign */
    int dnc_count;
    int64_t next_lead_id;
    int64_t now_us; /* when leads that are made begin */
    UpsertKeys keys;
    StrBuf custom;
    UpsertLead **dirty; /* to be written */
    int dirty_count;
    int dirty_cap;
    UpsertKey **moved; /* keys whose holder is not the one in the table */
    int moved_count;
    int moved_cap;
    UpsertLead **leads; /* all */
    int lead_count;
    int lead_cap;
    ZoneEvidence *missing; /* zone sets that have no number yet: nothing may be written */
    int missing_count;
    int missing_cap;
} UpsertPlan;

typedef enum UpsertStep {
    UPSERT_TAKEN,
    UPSERT_WRITE, /* nothing was done: write the dirty leads, then take the item again */
} UpsertStep;

void upsert_plan_init(UpsertPlan *plan, Arena *arena, const ZoneSets *zones);
void upsert_plan_done(UpsertPlan *plan);
void upsert_plan_reset(UpsertPlan *plan); /* for another batch, together with the arena */

/* A locked lead; the text that row borrows must stay until the plan is reset. */
UpsertLead *upsert_plan_add(UpsertPlan *plan, UpsertList *list, const LeadRow *row);
/* Does the lead have this key in the table, as the look-up before the lock said? */
bool upsert_plan_confirms(UpsertPlan *plan, const UpsertItem *item);

UpsertStep upsert_plan_take(UpsertPlan *plan, UpsertItem *item);
/* The dirty leads are in the table now. */
void upsert_plan_written(UpsertPlan *plan);

/* Moves the counters of the lists by what the plan changed. */
void upsert_plan_count(UpsertPlan *plan);

/* Where row, changed by the item, may be called; false when its time zone is not understood. */
bool upsert_item_evidence(const UpsertItem *item, const LeadRow *row, ZoneEvidence *ret);
