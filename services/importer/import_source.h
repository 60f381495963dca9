/* import_source.h - the file that a job reads: the one that its command looked at, or none. Layer:
 * services/importer. */
#pragma once

#include "importer/import_parse.h"

typedef struct ImportSource {
    int fd;
    Arena arena;
    CsvFields header; /* no cells: the file has none */
} ImportSource;
#define IMPORT_SOURCE_INIT                                                                         \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/* STATUS_BAD_INPUT source_gone, or source_changed: it is not what it was. STATUS_RETRY when this
 * process may not open it. */
Status import_source_open(const char *inbox, const ImportSpec *spec, ImportSource *ret, Error *err)
    MUST_CHECK;
/* Is it still? */
Status
import_source_check(const ImportSource *source, const ImportSpec *spec, Error *err) MUST_CHECK;
void import_source_close(ImportSource *source);
