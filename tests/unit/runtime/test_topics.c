#include "runtime/topics.h"

#include <criterion/criterion.h>

Test(topics, each_command_topic_has_the_worker_that_reads_it)
{
    static const char *const cases[][2] = {
        {TOPIC_IMPORTER_COMMANDS, "importer"}, {TOPIC_DNC_COMMANDS, "importer"},
        {TOPIC_RECYCLER_COMMANDS, "recycler"}, {TOPIC_EXPORTER_COMMANDS, "exporter"},
        {TOPIC_STATS_COMMANDS, "stats"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_str_eq(topic_taken_by(cases[i][0]), cases[i][1]);
    }
    cr_expect_null(topic_taken_by(TOPIC_LEAD_EVENTS));
    cr_expect_null(topic_taken_by("no.topic"));
}
