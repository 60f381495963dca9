/* export_fields.h - the fields of each kind of export. Layer: services/exporter; pure data.
 *
 * Leads have those of filters (domain/filter_fields.h). */
#pragma once

#include "exporter/export_spec.h"

/* Ends with a row without a name; NULL for EXPORT_REJECTS, which has none. */
const FilterField *export_fields(ExportWhat what);
/* What an export without fields has; names by blank. */
const char *export_default_fields(ExportWhat what);
