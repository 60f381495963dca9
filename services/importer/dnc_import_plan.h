/* dnc_import_plan.h - what the rows of a do-not-call file do to the entries of their numbers.
 * Layer: services/importer; pure.
 *
 * Each row is a dnc.add (dnc_plan.h), in the order of the file: an entry is made, or made to hold
 * longer, or there was one that holds as long. */
#pragma once

#include "domain/text.h"
#include "importer/import_counts.h"
#include "runtime/dnc_plan.h"

typedef struct DncImportRow {
    int64_t phone;
    int64_t expires_us; /* or DNC_FOREVER */
} DncImportRow;

/* A number of the rows. In: phone, number_id, open. Out: the rest. */
typedef struct DncImportNumber {
    int64_t phone;
    int64_t number_id;
    DncEntry open;      /* its open entry; out: as it will be */
    int64_t end_no;     /* the entry to be ended; 0: none */
    const char *end_as; /* with this in removed_by */
    bool insert;        /* an entry is to be made, until open.expires_us */
} DncImportNumber;

/* numbers: by phone, one each; every row's is there. Adds to inserted, updated (made to hold
 * longer) and duplicate_in_list (held as long). */
void dnc_import_plan(DncImportNumber numbers[],
                     int count,
                     const DncImportRow rows[],
                     int row_count,
                     int64_t now_us,
                     ImportCounts *counts);

/* A moment (RFC 3339), or a day: it holds to the end of that, in UTC. False: it is neither. */
bool dnc_import_expires(TextSlice text, int64_t *ret_us);
