/* export_reason.h - the field "reason" of an export of leads: why a lead was not called at the
 * moment of the snapshot, as `leadspool stats --why` counts. Layer: services/exporter. */
#pragma once

#include "base/strbuf.h"
#include "domain/filter_fields.h"
#include "recycler/why_list.h"

/* A text; it is worked out here, so that no filter may ask for it. */
extern const FilterField export_reason_field;

/* The expression of a row's facts. list: NULL when only the rows are wanted. */
void export_reason_sql(const WhyList *list, StrBuf *sql);

/* facts: of a row, as the expression has them. */
void export_reason_add(const WhyList *list, const char *facts, StrBuf *buf);
