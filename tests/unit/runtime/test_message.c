#include "runtime/message.h"

#include <criterion/criterion.h>
#include <string.h>

#define HEADER(name, value)                                                                        \
    {                                                                                              \
        name, value, sizeof value - 1                                                              \
    }

static BusRecord record_of(const char *topic, const char *value)
{
    return (BusRecord){
        .topic = topic,
        .value = value,
        .value_len = value != NULL ? strlen(value) : 0,
        .header_count = 4,
        .headers = {HEADER("ce_id", "1"), HEADER("ce_source", "urn:test"),
                    HEADER("ce_type", "list.stats"),
                    HEADER("ce_sequence", "00000000000000000002.9007199254740993.0")}};
}

/* The record is the test's own. */
static void message_let_go(Message *message)
{
    message->record = NULL;
    message_free(message);
}

static const struct {
    const char *topic, *value;
    MessageFate fate;
    bool tombstone;
} cases[] = {
    {"list.stats", "{}", MESSAGE_OPEN, false},
    {"list.stats", NULL, MESSAGE_OPEN, true},
    {"list.events", NULL, MESSAGE_OPEN, true},
    {"list.stats", "no JSON", MESSAGE_DEAD, false},
    {"importer.commands", "{}", MESSAGE_OPEN, false},
    {"importer.commands", NULL, MESSAGE_REJECTED, false},
    {"importer.commands", "no JSON", MESSAGE_REJECTED, false},
    {"dialer.outcomes", "no JSON", MESSAGE_REJECTED, false},
};

Test(message, is_answered_as_its_topic_wants)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        BusRecord record = record_of(cases[i].topic, cases[i].value);
        Message *message = message_new(&record, 1);
        cr_assert_eq(message->fate, cases[i].fate, "case %zu", i);
        cr_assert_eq(message->tombstone, cases[i].tombstone, "case %zu", i);
        message_reopen(message);
        cr_assert_eq(message->fate, cases[i].fate, "case %zu, again", i);
        message_let_go(message);
    }
}

Test(message, reads_its_sequence)
{
    int64_t epoch = 0;
    int64_t n = 0;
    BusRecord record = record_of("list.stats", "{}");
    Message *message = message_new(&record, 1);
    cr_assert(message_sequence(message, &epoch, &n));
    cr_assert_eq(epoch, 2);
    cr_assert_eq(n, INT64_C(9007199254740993));
    record.headers[3] = (BusHeader)HEADER("ce_sequence", "x.1.0");
    cr_assert_not(message_sequence(message, &epoch, &n));
    record.header_count = 3;
    cr_assert_not(message_sequence(message, &epoch, &n));
    message_let_go(message);
}
