#include <criterion/criterion.h>
#include <string.h>

#include "runtime/intake.h"
#include "runtime/topics.h"

enum { TOPICS_MAX = 64 };

static int partitions_of(const BusTopicSpec specs[], const char *service)
{
    int sum = 0;
    for (size_t i = 0; i < topic_count; i++) {
        bool taken = specs[i].taken_by != NULL && strcmp(specs[i].taken_by, service) == 0;
        sum += taken ? specs[i].partitions : 0;
    }
    return sum;
}

Test(topics, one_worker_has_room_for_all_that_its_topics_have_at_most)
{
    static const char *const services[] = {"importer", "recycler", "exporter", "stats"};
    static const Config cfg = {.topic_partitions = CONFIG_TOPIC_PARTITIONS_MAX};
    BusTopicSpec specs[TOPICS_MAX];
    cr_assert_leq(topic_count, (size_t)TOPICS_MAX);
    topics_declared(&cfg, specs);
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        int most = partitions_of(specs, services[i]);
        cr_expect_geq(most, CONFIG_TOPIC_PARTITIONS_MAX, "%s", services[i]);
        cr_expect_leq(most, INTAKE_PARTITIONS_MAX, "%s: %d", services[i], most);
    }
}

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

Test(topics, with_several_brokers_two_have_what_was_confirmed)
{
    static const struct {
        int brokers, replicas, min_insync;
        bool thin;
    } cases[] = {
        {1, 1, 1, false}, {3, 1, 1, true}, {3, 3, 1, true}, {3, 2, 2, false}, {3, 3, 2, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        TopicState state = {.partitions = 6,
                            .brokers = cases[i].brokers,
                            .replicas = cases[i].replicas,
                            .has.min_insync = cases[i].min_insync};
        cr_expect_eq(topic_is_thin(&state), cases[i].thin, "%zu", i);
    }
    cr_expect_not(topic_is_thin(&(TopicState){.brokers = 3}), "one that is missing");
}
