#include "base/metric_table.h"

#include <string.h>

#define METRIC(variable, kind, metric_name, metric_unit, who, text, ...)                           \
    Metric metric_##variable = {.type = METRIC_TYPE_##kind,                                        \
                                .name = (metric_name),                                             \
                                .unit = (metric_unit),                                             \
                                .services = (who),                                                 \
                                .help = (text),                                                    \
                                .labels = {__VA_ARGS__}};
#include "base/metric_table.inc"
#undef METRIC

#define METRIC(variable, ...) &metric_##variable,
Metric *const metric_table[] = {
#include "base/metric_table.inc"
};
#undef METRIC

const size_t metric_table_count = sizeof metric_table / sizeof metric_table[0];

void metric_table_register(const char *service)
{
    for (size_t i = 0; i < metric_table_count; i++) {
        const char *services = metric_table[i]->services;
        if (services[0] == '\0' || strcmp(services, service) == 0) {
            metric_register(metric_table[i]);
        }
    }
}
