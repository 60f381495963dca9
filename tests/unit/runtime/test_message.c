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

#define PARENT "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
#define OTHER  "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"

static const struct {
    BusHeader headers[2];
    const char *parent, *state; /* NULL: no trace */
} traces[] = {
    {{HEADER("traceparent", PARENT), HEADER("tracestate", "a=1")}, PARENT, "a=1"},
    {{HEADER("ce_traceparent", PARENT), HEADER("ce_tracestate", "a=1")}, PARENT, "a=1"},
    {{HEADER("ce_traceparent", PARENT), HEADER("traceparent", OTHER)}, OTHER, ""},
    {{HEADER("ce_traceparent", PARENT), HEADER("traceparent", "x")}, PARENT, ""},
    {{HEADER("traceparent", "x"), HEADER("tracestate", "a=1")}, NULL, NULL},
    {{HEADER("ce_x", PARENT), HEADER("tracestate", "a=1")}, NULL, NULL},
};

Test(message, has_the_trace_of_its_headers)
{
    for (size_t i = 0; i < sizeof traces / sizeof traces[0]; i++) {
        BusRecord record = record_of("importer.commands", "{}");
        record.headers[record.header_count++] = traces[i].headers[0];
        record.headers[record.header_count++] = traces[i].headers[1];
        Message *message = message_new(&record, 1);
        cr_assert_eq(message->fate, MESSAGE_OPEN, "case %zu", i);
        cr_assert_eq(message->trace != NULL, traces[i].parent != NULL, "case %zu", i);
        if (message->trace != NULL) {
            cr_assert_str_eq(message->trace->parent, traces[i].parent);
            cr_assert_str_eq(message->trace->state, traces[i].state);
        }
        message_let_go(message);
    }
}

Test(message, in_structured_mode_has_the_trace_of_its_envelope)
{
    BusRecord record = record_of(
        "importer.commands", "{\"id\":\"1\",\"source\":\"urn:test\",\"type\":\"x.y\",\"data\":{},"
                             "\"traceparent\":\"" PARENT "\",\"tracestate\":\"a=1\"}");
    record.headers[0] = (BusHeader)HEADER("content-type", "application/cloudevents+json");
    record.header_count = 1;
    Message *message = message_new(&record, 1);
    cr_assert_eq(message->fate, MESSAGE_OPEN);
    cr_assert_not_null(message->trace);
    cr_assert_str_eq(message->trace->parent, PARENT);
    cr_assert_str_eq(message->trace->state, "a=1");
    message_let_go(message);
}
