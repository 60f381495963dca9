/* import_counts.h - the accounting of an import. Layer: services/importer; pure.
 *
 * rows = inserted + updated + duplicates + rejected, at every checkpoint. */
#pragma once

#include <stdint.h>

typedef struct ImportCounts {
    int64_t rows;
    int64_t inserted;
    int64_t updated;
    int64_t duplicate_in_file;
    int64_t duplicate_in_list;
    int64_t duplicate_in_campaign;
    int64_t rejected;
    int64_t unverified; /* of the inserted: the metadata does not know the number */
    int64_t dnc;        /* of the inserted: on a do-not-call list */
} ImportCounts;

enum { IMPORT_COUNTS = sizeof(ImportCounts) / sizeof(int64_t) };

/* The counts as an array, in the order above, which is that of the table's columns. */
static inline int64_t *import_counts_array(ImportCounts *counts)
{
    return &counts->rows;
}

static inline void import_counts_add(ImportCounts *sum, const ImportCounts *more)
{
    const int64_t *from = &more->rows;
    for (int i = 0; i < IMPORT_COUNTS; i++) {
        import_counts_array(sum)[i] += from[i];
    }
}

static inline int64_t import_counts_duplicate(const ImportCounts *counts)
{
    return counts->duplicate_in_file + counts->duplicate_in_list + counts->duplicate_in_campaign;
}
