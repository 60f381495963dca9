#include "base/metrics.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { METRIC_BUCKETS = 18 };

static const double metric_bounds[METRIC_BUCKETS] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.035,
                                                     0.05,  0.075,  0.1,   0.15, 0.25,  0.5,
                                                     1,     2.5,    5,     10,   30,    60};

/* One combination of label values. Series are appended and never removed, so that readers need no
 * lock. */
struct MetricSeries {
    _Atomic(MetricSeries *) next;
    char *labels[2]; /* "" where there is none */
    _Atomic bool hidden;
    _Atomic uint64_t value_bits; /* a double; a histogram's sum */
    _Atomic uint64_t buckets[METRIC_BUCKETS + 1];
};

/* Guards the list of metrics and the appending of series. */
static pthread_mutex_t metric_lock = PTHREAD_MUTEX_INITIALIZER;
static Metric *metric_first;
static Metric **metric_last = &metric_first;

static double metric_double(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t metric_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void metric_add_bits(_Atomic uint64_t *value_bits, double amount)
{
    uint64_t old = atomic_load(value_bits);
    while (
        !atomic_compare_exchange_weak(value_bits, &old, metric_bits(metric_double(old) + amount))) {
    }
}

static void metric_join(Metric *metric)
{
    pthread_mutex_lock(&metric_lock);
    if (!metric->registered) {
        metric->registered = true;
        *metric_last = metric;
        metric_last = &metric->next;
    }
    pthread_mutex_unlock(&metric_lock);
}

/* The series, or NULL with *ret_slot where a new one goes. */
static MetricSeries *metric_find(Metric *metric,
                                 const char *label1,
                                 const char *label2,
                                 _Atomic(MetricSeries *) **ret_slot)
{
    _Atomic(MetricSeries *) *slot = &metric->series;
    MetricSeries *series;
    while ((series = atomic_load(slot)) != NULL) {
        if (strcmp(series->labels[0], label1) == 0 && strcmp(series->labels[1], label2) == 0) {
            return series;
        }
        slot = &series->next;
    }
    *ret_slot = slot;
    return NULL;
}

static MetricSeries *metric_append(Metric *metric, const char *label1, const char *label2)
{
    if (metric->series_count >= METRIC_MAX_SERIES) {
        label1 = metric->labels[0] != NULL ? "other" : "";
        label2 = metric->labels[1] != NULL ? "other" : "";
    }
    _Atomic(MetricSeries *) *slot;
    MetricSeries *series = metric_find(metric, label1, label2, &slot);
    if (series == NULL) {
        series = mem_alloc(sizeof *series);
        series->labels[0] = mem_strdup(label1);
        series->labels[1] = mem_strdup(label2);
        metric->series_count++;
        atomic_store(slot, series);
    }
    return series;
}

static MetricSeries *metric_series(Metric *metric, const char *label1, const char *label2)
{
    assert((metric->labels[0] == NULL) == (label1 == NULL));
    assert((metric->labels[1] == NULL) == (label2 == NULL));
    metric_register(metric);
    label1 = label1 != NULL ? label1 : "";
    label2 = label2 != NULL ? label2 : "";
    _Atomic(MetricSeries *) *slot;
    MetricSeries *series = metric_find(metric, label1, label2, &slot);
    if (series == NULL) {
        pthread_mutex_lock(&metric_lock);
        series = metric_append(metric, label1, label2);
        pthread_mutex_unlock(&metric_lock);
    }
    return series;
}

void metric_register(Metric *metric)
{
    if (metric->registered) {
        return;
    }
    metric_join(metric);
    if (metric->labels[0] == NULL) { /* its only series can be shown at once */
        metric_series(metric, NULL, NULL);
    }
}

void metric_add(Metric *metric, double amount, const char *label1, const char *label2)
{
    assert(metric->type != METRIC_TYPE_HISTOGRAM);
    assert(metric->type != METRIC_TYPE_COUNTER || amount >= 0);
    MetricSeries *series = metric_series(metric, label1, label2);
    metric_add_bits(&series->value_bits, amount);
    series->hidden = false;
}

void metric_set(Metric *gauge, double value, const char *label1, const char *label2)
{
    assert(gauge->type == METRIC_TYPE_GAUGE);
    MetricSeries *series = metric_series(gauge, label1, label2);
    series->value_bits = metric_bits(value);
    series->hidden = false;
}

void metric_observe(Metric *histogram, double seconds, const char *label1, const char *label2)
{
    assert(histogram->type == METRIC_TYPE_HISTOGRAM);
    MetricSeries *series = metric_series(histogram, label1, label2);
    int bucket = 0;
    while (bucket < METRIC_BUCKETS && seconds > metric_bounds[bucket]) {
        bucket++;
    }
    series->buckets[bucket]++;
    metric_add_bits(&series->value_bits, seconds);
}

void metric_forget(Metric *gauge, const char *label1, const char *label2)
{
    assert(gauge->type == METRIC_TYPE_GAUGE);
    MetricSeries *series = metric_series(gauge, label1, label2);
    series->value_bits = metric_bits(0);
    series->hidden = true;
}

static void metric_write_escaped(StrBuf *buf, const char *text, const char *special)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            strbuf_adds(buf, "\\n");
        } else if (strchr(special, *text) != NULL) {
            strbuf_addf(buf, "\\%c", *text);
        } else {
            strbuf_addc(buf, *text);
        }
    }
}

static void metric_write_number(StrBuf *buf, double value)
{
    bool whole = fabs(value) < 9e15 && value == floor(value);
    strbuf_addf(buf, whole ? " %.0f\n" : " %.15g\n", value);
}

static void metric_write_label(StrBuf *buf, const char *name, const char *value, int *count)
{
    strbuf_addf(buf, "%s%s=\"", (*count)++ == 0 ? "{" : ",", name);
    metric_write_escaped(buf, value, "\\\"");
    strbuf_addc(buf, '"');
}

/* name and labels; le is a bucket's bound, or NULL. */
static void metric_write_name(StrBuf *buf,
                              const Metric *metric,
                              const char *ending,
                              const MetricSeries *series,
                              const char *le)
{
    int count = 0;
    strbuf_addf(buf, "%s%s", metric->name, ending);
    for (int i = 0; i < 2 && metric->labels[i] != NULL; i++) {
        metric_write_label(buf, metric->labels[i], series->labels[i], &count);
    }
    if (le != NULL) {
        metric_write_label(buf, "le", le, &count);
    }
    strbuf_adds(buf, count > 0 ? "}" : "");
}

static void metric_write_histogram(StrBuf *buf, const Metric *metric, MetricSeries *series)
{
    uint64_t total = 0;
    for (int i = 0; i <= METRIC_BUCKETS; i++) {
        char bound[32] = "+Inf";
        if (i < METRIC_BUCKETS) {
            snprintf(bound, sizeof bound, "%g", metric_bounds[i]);
        }
        total += series->buckets[i];
        metric_write_name(buf, metric, "_bucket", series, bound);
        metric_write_number(buf, (double)total);
    }
    metric_write_name(buf, metric, "_sum", series, NULL);
    metric_write_number(buf, metric_double(series->value_bits));
    metric_write_name(buf, metric, "_count", series, NULL);
    metric_write_number(buf, (double)total);
}

static void metric_write(StrBuf *buf, Metric *metric)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};
    strbuf_addf(buf, "# HELP %s ", metric->name);
    metric_write_escaped(buf, metric->help, "\\");
    strbuf_addf(buf, "\n# TYPE %s %s\n", metric->name, types[metric->type]);
    for (MetricSeries *series = metric->series; series != NULL; series = series->next) {
        if (series->hidden) {
            continue;
        }
        if (metric->type == METRIC_TYPE_HISTOGRAM) {
            metric_write_histogram(buf, metric, series);
        } else {
            metric_write_name(buf, metric, "", series, NULL);
            metric_write_number(buf, metric_double(series->value_bits));
        }
    }
}

void metrics_write(StrBuf *buf)
{
    pthread_mutex_lock(&metric_lock);
    for (Metric *metric = metric_first; metric != NULL; metric = metric->next) {
        metric_write(buf, metric);
    }
    pthread_mutex_unlock(&metric_lock);
}
