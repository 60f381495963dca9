/* export_fields.h - the fields of each kind of export. Layer: services/exporter; pure data.
 *
 * Leads have those of filters (domain/filter_fields.h), and their reason (export_reason.h). */
#pragma once

#include "exporter/export_spec.h"

/* The index-th; NULL behind the last, and for EXPORT_REJECTS, which has none. */
const FilterField *export_field_at(ExportWhat what, size_t index);
/* What an export without fields has; names by blank. */
const char *export_default_fields(ExportWhat what);
