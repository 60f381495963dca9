#include "base/metrics.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static void expect_page(const char *expected)
{
    AUTO_STRBUF buf = STRBUF_INIT;
    metrics_write(&buf);
    cr_expect_str_eq(buf.data, expected);
}

static bool page_has(const char *text)
{
    AUTO_STRBUF buf = STRBUF_INIT;
    metrics_write(&buf);
    return strstr(buf.data, text) != NULL;
}

Test(metrics, nothing_is_shown_before_its_first_use)
{
    expect_page("");
}

Test(metrics, counts_by_labels)
{
    static Metric messages =
        METRIC_COUNTER("leadspool_messages_total", "Messages handled.", "topic", "result");
    metric_add(&messages, 1, "importer.commands", "applied");
    metric_add(&messages, 2, "importer.commands", "applied");
    metric_add(&messages, 1, "importer.commands", "rejected");
    expect_page("# HELP leadspool_messages_total Messages handled.\n"
                "# TYPE leadspool_messages_total counter\n"
                "leadspool_messages_total{topic=\"importer.commands\",result=\"applied\"} 3\n"
                "leadspool_messages_total{topic=\"importer.commands\",result=\"rejected\"} 1\n");
}

Test(metrics, a_metric_without_labels_shows_as_zero_once_registered)
{
    static Metric fenced = METRIC_COUNTER("leadspool_fenced_total", "Claims lost.", NULL);
    metric_register(&fenced);
    metric_register(&fenced);
    expect_page("# HELP leadspool_fenced_total Claims lost.\n"
                "# TYPE leadspool_fenced_total counter\n"
                "leadspool_fenced_total 0\n");
}

Test(metrics, gauges_are_set_and_forgotten)
{
    static Metric lag = METRIC_GAUGE("leadspool_lag_seconds", "Behind.", "partition");
    metric_set(&lag, 1.5, "0", NULL);
    metric_set(&lag, -2, "1", NULL);
    cr_expect(page_has("leadspool_lag_seconds{partition=\"0\"} 1.5\n"));
    cr_expect(page_has("leadspool_lag_seconds{partition=\"1\"} -2\n"));
    metric_forget(&lag, "0", NULL);
    cr_expect_not(page_has("partition=\"0\""));
    metric_add(&lag, 1, "0", NULL);
    cr_expect(page_has("leadspool_lag_seconds{partition=\"0\"} 1\n"));
}

Test(metrics, histograms_are_cumulative)
{
    static Metric handle = METRIC_HISTOGRAM("leadspool_handle_seconds", "Time.", "topic");
    metric_observe(&handle, 0.001, "t", NULL);
    metric_observe(&handle, 0.0011, "t", NULL);
    metric_observe(&handle, 0.3, "t", NULL);
    metric_observe(&handle, 100, "t", NULL);
    cr_expect(page_has("# TYPE leadspool_handle_seconds histogram\n"));
    cr_expect(page_has("leadspool_handle_seconds_bucket{topic=\"t\",le=\"0.001\"} 1\n"));
    cr_expect(page_has("leadspool_handle_seconds_bucket{topic=\"t\",le=\"0.0025\"} 2\n"));
    cr_expect(page_has("leadspool_handle_seconds_bucket{topic=\"t\",le=\"0.25\"} 2\n"));
    cr_expect(page_has("leadspool_handle_seconds_bucket{topic=\"t\",le=\"0.5\"} 3\n"));
    cr_expect(page_has("leadspool_handle_seconds_bucket{topic=\"t\",le=\"5\"} 3\n"));
    cr_expect(page_has("leadspool_handle_seconds_bucket{topic=\"t\",le=\"60\"} 3\n"));
    cr_expect(page_has("leadspool_handle_seconds_bucket{topic=\"t\",le=\"+Inf\"} 4\n"));
    cr_expect(page_has("leadspool_handle_seconds_sum{topic=\"t\"} 100.3021\n"));
    cr_expect(page_has("leadspool_handle_seconds_count{topic=\"t\"} 4\n"));
}

Test(metrics, label_values_are_escaped)
{
    static Metric metric = METRIC_COUNTER("leadspool_x_total", "A \\ and\nmore.", "code");
    metric_add(&metric, 1, "a\"b\\c\nd", NULL);
    expect_page("# HELP leadspool_x_total A \\\\ and\\nmore.\n"
                "# TYPE leadspool_x_total counter\n"
                "leadspool_x_total{code=\"a\\\"b\\\\c\\nd\"} 1\n");
}

Test(metrics, too_many_combinations_end_up_as_other)
{
    static Metric metric = METRIC_COUNTER("leadspool_x_total", "X.", "code", "result");
    for (int i = 0; i < METRIC_MAX_SERIES + 50; i++) {
        char code[16];
        snprintf(code, sizeof code, "c%d", i);
        metric_add(&metric, 1, code, "r");
    }
    cr_expect(page_has("leadspool_x_total{code=\"c199\",result=\"r\"} 1\n"));
    cr_expect_not(page_has("code=\"c200\""));
    cr_expect(page_has("leadspool_x_total{code=\"other\",result=\"other\"} 50\n"));
}

enum { THREADS = 4, ADDS = 50000 };
static Metric shared = METRIC_COUNTER("leadspool_shared_total", "S.", "code");
static Metric shared_time = METRIC_HISTOGRAM("leadspool_shared_seconds", "S.", NULL);

static void *add_many(void *unused)
{
    for (int i = 0; i < ADDS; i++) {
        metric_add(&shared, 1, i % 2 == 0 ? "even" : "odd", NULL);
        metric_observe(&shared_time, 0.5, NULL, NULL);
    }
    return unused;
}

Test(metrics, threads_lose_no_count)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, add_many, NULL);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    cr_expect(page_has("leadspool_shared_total{code=\"even\"} 100000\n"));
    cr_expect(page_has("leadspool_shared_total{code=\"odd\"} 100000\n"));
    cr_expect(page_has("leadspool_shared_seconds_count 200000\n"));
    cr_expect(page_has("leadspool_shared_seconds_sum 100000\n"));
}
