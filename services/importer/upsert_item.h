/* upsert_item.h - one lead of a lead.upsert: what it asks for and what became of it. Layer:
 * services/importer.
 *
 * Text lies in the JSON of its message, or in the arena of its batch. */
#pragma once

#include "domain/zone.h"
#include "importer/lead_merge.h"
#include "runtime/list_stats.h"

typedef enum UpsertResult {
    UPSERT_CREATED,
    UPSERT_UPDATED,
    UPSERT_UNCHANGED,
    UPSERT_STALE, /* its revision is not newer than the stored one */
    UPSERT_REJECTED,
    UPSERT_RESULTS,
} UpsertResult;

typedef struct UpsertProblem {
    const char *code;
    const char *field;
    const char *text;
} UpsertProblem;

/* A list that a batch is about. */
typedef struct UpsertList {
    char list_id[65];
    char default_country[3];
    bool deleting;
    bool changed; /* leads of it were written */
    int32_t campaign_no;
    ListDelta delta;
} UpsertList;

typedef struct UpsertLead UpsertLead;

typedef struct UpsertItem {
    UpsertList *list;
    /* What it asks for. */
    LeadRow row; /* phone 0, revision -1: not given */
    uint32_t has;
    bool blank_external_id; /* given, but empty */
    char country[3];        /* of the phone when it is national; ISO 3166 or "" */
    /* Leads that were found before any was locked; 0: none. */
    int64_t found_by_phone;
    int64_t found_by_external_id;
    /* What became of it. */
    UpsertResult result;
    const UpsertProblem *problem; /* with UPSERT_REJECTED; set by reading or by planning */
    uint32_t changed;
    UpsertLead *lead;
    TextSlice external_id; /* the lead's, after this item */
    Stage stage;           /* as well */
    int n_ordinal;         /* among the events of this lead in the transaction */
} UpsertItem;
