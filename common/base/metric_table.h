/* metric_table.h - the metrics of all workers, as metric_NAME; the table is metric_table.inc.
 * Layer: base.
 *
 * Names are leadspool_*, in base units; counters end in _total. Labels have values from small
 * closed sets: never a list, a campaign, a lead or a phone. */
#pragma once

#include <stddef.h>

#include "base/metrics.h"

#define METRIC(variable, type, name, unit, services, help, ...) extern Metric metric_##variable;
#include "base/metric_table.inc"
#undef METRIC

extern Metric *const metric_table[];
extern const size_t metric_table_count;

/* So that what a worker counts is there as 0 before it happens. service: "importer". */
void metric_table_register(const char *service);
