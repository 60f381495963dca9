#include "base/metric_table.h"

#include <criterion/criterion.h>
#include <string.h>

static bool ends_in(const char *text, const char *ending)
{
    size_t len = strlen(text);
    size_t ending_len = strlen(ending);
    return len >= ending_len && strcmp(text + len - ending_len, ending) == 0;
}

Test(metric_table, names_say_type_and_unit)
{
    for (size_t i = 0; i < metric_table_count; i++) {
        const Metric *metric = metric_table[i];
        bool counts = metric->type == METRIC_TYPE_COUNTER;
        cr_expect_eq(strncmp(metric->name, "leadspool_", strlen("leadspool_")), 0, "%s",
                     metric->name);
        cr_expect_eq(ends_in(metric->name, "_total"), counts, "%s", metric->name);
        cr_expect_eq(ends_in(metric->name, "_seconds"), strcmp(metric->unit, "seconds") == 0, "%s",
                     metric->name);
        cr_expect_eq(ends_in(metric->name, "_bytes"), strcmp(metric->unit, "bytes") == 0, "%s",
                     metric->name);
        cr_expect(ends_in(metric->help, "."), "%s", metric->name);
        for (size_t j = 0; j < i; j++) {
            cr_expect_str_neq(metric->name, metric_table[j]->name);
        }
    }
}

Test(metric_table, no_label_names_a_list_a_lead_or_a_phone)
{
    static const char *const allowed[] = {"service", "version",  "topic", "result", "state",
                                          "code",    "sqlstate", "kind",  "lease",  "lanes",
                                          "size",    "what",     "why"};
    for (size_t i = 0; i < metric_table_count; i++) {
        for (int at = 0; at < 2 && metric_table[i]->labels[at] != NULL; at++) {
            bool known = false;
            for (size_t j = 0; j < sizeof allowed / sizeof allowed[0]; j++) {
                known = known || strcmp(metric_table[i]->labels[at], allowed[j]) == 0;
            }
            cr_expect(known, "%s{%s}", metric_table[i]->name, metric_table[i]->labels[at]);
        }
    }
}

Test(metric_table, a_worker_shows_its_own_and_what_all_have)
{
    metric_table_register("stats");
    AUTO_STRBUF page = STRBUF_INIT;
    metrics_write(&page);
    cr_expect_not_null(strstr(page.data, "\nleadspool_fenced_total 0\n"));
    cr_expect_not_null(strstr(page.data, "\nleadspool_redis_up 0\n"));
    cr_expect_null(strstr(page.data, "leadspool_offers_total"));
}
