/* metrics.h - counters, gauges and histograms, written as Prometheus text. Layer: base.
 *
 *   static Metric messages = METRIC_COUNTER("leadspool_messages_total", "Messages handled.",
 *                                           "topic", "result");
 *   metric_add(&messages, 1, topic, "applied");
 *
 * Those of the workers stand in one table, metric_table.h. A Metric joins the registry at its first
 * use, or at metric_register so that it shows as 0 before. At most two labels, with values from
 * small closed sets. Beyond METRIC_MAX_SERIES combinations, the rest is counted under "other".
 *
 * All calls are safe from any thread; adding is a list walk and an atomic add, without a lock once
 * the combination has been seen. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "base/strbuf.h"

enum { METRIC_MAX_SERIES = 200 };

typedef enum MetricType {
    METRIC_TYPE_COUNTER,
    METRIC_TYPE_GAUGE,
    METRIC_TYPE_HISTOGRAM,
} MetricType;

typedef struct MetricSeries MetricSeries;

typedef struct Metric {
    MetricType type;
    const char *name;
    const char *unit;     /* or NULL: metric_table.h has those of the workers */
    const char *services; /* the same */
    const char *help;
    const char *labels[2]; /* NULL where there is none */
    /* the registry's own */
    _Atomic bool registered;
    struct Metric *next;
    _Atomic(MetricSeries *) series;
    _Atomic int series_count;
} Metric;

/* Label names follow the help text: none, one or two. Histograms are of seconds, in buckets from 1
 * ms to 60 s. */
#define METRIC_INIT(metric_type, metric_name, help_text, ...)                                      \
    {                                                                                              \
        .type = (metric_type), .name = (metric_name), .help = (help_text), .labels = {             \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define METRIC_COUNTER(...)   METRIC_INIT(METRIC_TYPE_COUNTER, __VA_ARGS__)
#define METRIC_GAUGE(...)     METRIC_INIT(METRIC_TYPE_GAUGE, __VA_ARGS__)
#define METRIC_HISTOGRAM(...) METRIC_INIT(METRIC_TYPE_HISTOGRAM, __VA_ARGS__)

void metric_register(Metric *metric);

/* label1, label2: values in the order of the names, NULL where the metric has none. Copied. */
void metric_add(Metric *metric, double amount, const char *label1, const char *label2);
void metric_set(Metric *gauge, double value, const char *label1, const char *label2);
void metric_observe(Metric *histogram, double seconds, const char *label1, const char *label2);

/* A gauge that no longer applies (a partition that moved away) is left out until set again. */
void metric_forget(Metric *gauge, const char *label1, const char *label2);

/* All registered metrics in the text format 0.0.4, in the order of their registration. */
void metrics_write(StrBuf *buf);
