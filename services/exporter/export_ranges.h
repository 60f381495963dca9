/* export_ranges.h - a list in pieces that several connections read beside each other. Layer:
 * services/exporter. */
#pragma once

#include "adapters/db.h"
#include "exporter/export_spec.h"

/* Rows with a number above after and at most upto. */
typedef struct ExportRange {
    int64_t after;
    int64_t upto;
} ExportRange;

enum { EXPORT_RANGE_LEADS = 16000 };

typedef struct ExportRanges {
    ExportRange *items;
    size_t count;
} ExportRanges;

/* Pieces in the order of lead_id, each of some EXPORT_RANGE_LEADS ids, that together are all there
 * is; one where the order or the kind of export wants that. In the snapshot's transaction. The
 * caller frees items. */
Status export_ranges_make(
    Db *db, const ExportSpec *spec, int32_t list_no, ExportRanges *ret, Error *err) MUST_CHECK;

/* The same of blocks of ids that are known: firsts[i] to lasts[i], rising. Pure. */
ExportRanges export_ranges_of(const int64_t firsts[], const int64_t lasts[], size_t count);
