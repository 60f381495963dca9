/* The table of messages against what a service takes, and the table itself. */
#include "runtime/contract.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/topics.h"

static const char *const exporter[] = {TOPIC_EXPORTER_COMMANDS};
static const Handler whole[] = {{"list.export", TOPIC_EXPORTER_COMMANDS}, {0}};

static void
expect(const char *service, const char *topic, const Handler handlers[], const char *text)
{
    const char *const service_topics[] = {topic};
    char *breach = contract_breach(service, service_topics, 1, handlers);
    if (text == NULL) {
        cr_assert_null(breach, "%s", breach);
    } else {
        cr_assert_not_null(breach, "no breach, but should be: %s", text);
        cr_assert_str_eq(breach, text);
    }
    free(breach);
}

Test(contract, a_service_that_takes_what_the_table_says_may_start)
{
    expect("exporter", exporter[0], whole, NULL);
}

Test(contract, a_message_that_is_not_in_the_table_is_a_breach)
{
    static const Handler more[] = {
        {"list.export", TOPIC_EXPORTER_COMMANDS}, {"list.print", TOPIC_EXPORTER_COMMANDS}, {0}};
    expect("exporter", exporter[0], more, "list.print of exporter.commands");
}

Test(contract, a_message_of_another_topic_is_a_breach)
{
    static const Handler other[] = {{"list.create", TOPIC_EXPORTER_COMMANDS}, {0}};
    expect("exporter", exporter[0], other, "list.create of exporter.commands");
}

Test(contract, a_message_that_nobody_takes_is_a_breach)
{
    static const Handler none[] = {{0}};
    expect("exporter", exporter[0], none, "list.export of exporter.commands");
}

Test(contract, a_topic_that_is_another_services_is_a_breach)
{
    static const Handler none[] = {{0}};
    expect("exporter", TOPIC_LIST_STATS, none, "exporter reads list.stats");
}

Test(contract, of_events_a_service_takes_what_it_wants)
{
    static const Handler one[] = {{"job.accepted", TOPIC_LIST_EVENTS}, {0}};
    expect("stats", TOPIC_LIST_EVENTS, one, NULL);
}

Test(contract, topics_are_declared_and_messages_stand_there_once)
{
    for (size_t i = 0; i < contract_count; i++) {
        bool declared = contract[i].topic == NULL;
        for (size_t at = 0; at < topic_count; at++) {
            declared = declared || strcmp(topics[at].topic, contract[i].topic) == 0;
        }
        cr_expect(declared, "%s", contract[i].topic);
        for (size_t other = 0; other < i; other++) {
            cr_expect_str_neq(contract[i].type, contract[other].type);
        }
    }
}
