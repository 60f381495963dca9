/* lead_merge.h - what a lead becomes when new values meet the old. Layer: services/importer; pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "importer/lead_row.h"

/* Bits of what an update says something about: LEAD_HAS(LEAD_CITY), and these. */
#define LEAD_HAS(text)    (UINT32_C(1) << (text))
#define LEAD_HAS_PRIORITY (UINT32_C(1) << 24)
#define LEAD_HAS_CUSTOM   (UINT32_C(1) << 25)
#define LEAD_HAS_PHONE    (UINT32_C(1) << 26)
/* Any of these moves the candidate time zones. */
#define LEAD_HAS_ZONE                                                                              \
    (LEAD_HAS_PHONE | LEAD_HAS(LEAD_STATE) | LEAD_HAS(LEAD_COUNTRY) | LEAD_HAS(LEAD_TIME_ZONE))

typedef struct LeadChange {
    const LeadRow *row; /* the new values */
    uint32_t has;       /* fields that are given, empty ones included */
    bool empty_erases;  /* a given empty value erases; else it is as if not given */
    bool custom_nulls;  /* custom keys with null erase the key (else custom holds values only) */
} LeadChange;

/* Puts the change into *lead. Returns the bits of the fields that differ now; 0: nothing. phone and
 * external_id are never erased. custom is merged key by key; *custom_scratch owns the merged text,
 * which lead->custom then borrows. Does not touch lead_id, list_no, stage, dnc, zone_set_no,
 * content_hash, revision, lead_version. */
uint32_t lead_merge(LeadRow *lead, const LeadChange *change, StrBuf *custom_scratch);

/* Do these changed fields change the candidate time zones? (phone, state, country, time_zone) */
bool lead_merge_moves_zone(uint32_t changed);

/* JSON array of the changed fields' names: ["city","phone"]. */
void lead_merge_names(uint32_t changed, StrBuf *json);
