/* export_spec.h - what an export is to be: the data of list.export, checked. Layer:
 * services/exporter; pure.
 *
 * The same JSON is the command's data and the job's params, so that whoever resumes the job reads
 * what the command said. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "domain/filter.h"

/* What is exported; each has fields of its own. */
typedef enum ExportWhat {
    EXPORT_LEADS,
    EXPORT_ATTEMPTS, /* the ledger of calls of the list */
    EXPORT_DNC,      /* do-not-call entries that hold for the list */
    EXPORT_REJECTS,  /* the reject file of one of its imports, as it is */
    EXPORT_WHAT_COUNT,
} ExportWhat;

typedef struct ExportColumn {
    const FilterField *field; /* static; NULL: custom.*, which the job replaces */
    char *key;                /* of a custom field, else NULL */
    char *header;
} ExportColumn;

typedef struct ExportSpec {
    char *list_id;
    ExportWhat what;
    ExportColumn *columns;
    size_t column_count;
    Filter *where; /* NULL: all */
    bool by_due;
    char delimiter;
    bool line_feed; /* lines end with LF, not CRLF */
    bool bom;
    bool header;
    bool raw;
    int64_t now_us;    /* when it was read: of EXPORT_DNC, what has expired by then is not open */
    int64_t import_no; /* of EXPORT_REJECTS */
} ExportSpec;

enum { EXPORT_COLUMNS_MAX = 512 };

/* STATUS_BAD_INPUT as json_read_fields() and filter_json() say, and: export_field (no such field),
 * too_many_fields. export_spec_done() frees. */
Status export_spec_read(const json_t *data, ExportSpec *ret, Error *err) MUST_CHECK;
void export_spec_done(ExportSpec *spec);
#define AUTO_EXPORT_SPEC __attribute__((cleanup(export_spec_done))) ExportSpec

const char *export_what_name(ExportWhat what);
/* Puts a column for each key in place of custom.*, without those that a column has already, those
 * that domain/custom_key.h does not take, and those for which there is no room left. *ret_named:
 * keys that have a column now. */
Status export_spec_expand(ExportSpec *spec,
                          const char *const keys[],
                          size_t count,
                          size_t *ret_named,
                          Error *err) MUST_CHECK;
/* Is there a custom.* to be replaced? */
bool export_spec_wants_keys(const ExportSpec *spec);
bool export_spec_wants_reasons(const ExportSpec *spec);
