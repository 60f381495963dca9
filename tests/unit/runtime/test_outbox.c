#include "runtime/outbox.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

static Outbox outbox;

static void setup(void)
{
    outbox_init(&outbox, "test");
    outbox_reset(&outbox, 7, 1700000000123456);
}

static void teardown(void)
{
    outbox_done(&outbox);
}

TestSuite(outbox, .init = setup, .fini = teardown);

static int lane_in_use(void)
{
    int found = -1;
    for (int lane = 0; lane < OUTBOX_LANES; lane++) {
        if (outbox.counts[lane] > 0) {
            cr_assert_eq(found, -1, "more than one lane");
            found = lane;
        }
    }
    return found;
}

static Event event_of(const char *key, int64_t n, const char *data)
{
    return (Event){.topic = "lead.events",
                   .key = key,
                   .key_len = strlen(key),
                   .type = "lead.updated",
                   .subject = "42",
                   .cause = "importer.commands/3/0/17",
                   .n = n,
                   .data = data,
                   .data_len = data != NULL ? strlen(data) : 0};
}

static void check_bytes(const char *found, size_t len, const char *wanted, const char *what)
{
    cr_assert_eq(len, strlen(wanted), "%s: %zu bytes", what, len);
    cr_assert_eq(memcmp(found, wanted, len), 0, "%s: %.*s", what, (int)len, found);
}

static const char *header_text(const BusMessage *message, const char *name, size_t *ret_len)
{
    for (int i = 0; i < message->header_count; i++) {
        if (strcmp(message->headers[i].name, name) == 0) {
            *ret_len = message->headers[i].len;
            return message->headers[i].value;
        }
    }
    return NULL;
}

Test(outbox, event_goes_on_with_its_trace_or_the_transactions)
{
    static const Trace own = {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "a=1"};
    static const Trace whole = {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", ""};
    const Trace *const traces[][3] = {/* the event's, the transaction's, what it says */
                                      {NULL, NULL, NULL},
                                      {&own, NULL, &own},
                                      {NULL, &whole, &whole},
                                      {&own, &whole, &own}};
    for (size_t i = 0; i < sizeof traces / sizeof traces[0]; i++) {
        outbox_reset(&outbox, 7, 1700000000123456);
        Event event = event_of("a", 9, "{}");
        event.trace = traces[i][0];
        outbox.trace = traces[i][1];
        outbox_add(&outbox, &event);
        const StrBuf *payload = &outbox.lanes[lane_in_use()];
        BusMessage message;
        BusHeader headers[BUS_HEADERS_MAX];
        size_t at = 0;
        size_t len = 0;
        cr_assert(outbox_next(payload->data, payload->len, &at, &message, headers));
        const char *parent = header_text(&message, "traceparent", &len);
        cr_assert_eq(parent != NULL, traces[i][2] != NULL, "case %zu", i);
        if (parent != NULL) {
            check_bytes(parent, len, traces[i][2]->parent, "traceparent");
        }
        const char *state = header_text(&message, "tracestate", &len);
        cr_assert_eq(state != NULL, traces[i][2] == &own, "case %zu", i);
        cr_assert_eq(at, payload->len);
    }
}

Test(outbox, event_comes_out_as_it_went_in)
{
    static const struct {
        const char *name;
        const char *value;
    } headers_wanted[] = {
        {"ce_specversion", "1.0"},
        {"ce_source", "/leadspool/test"},
        {"ce_type", "lead.updated"},
        {"ce_subject", "42"},
        {"ce_sequence", "00000000000000000007.00000000000000000009.000000"},
        {"ce_correlationid", "the-command"},
        {"content-type", "application/json"},
    };
    Event event = event_of("a", 9, "{\"x\":1}");
    event.correlation = "the-command";
    outbox_add(&outbox, &event);
    const StrBuf *payload = &outbox.lanes[lane_in_use()];

    BusMessage message;
    BusHeader headers[BUS_HEADERS_MAX];
    size_t at = 0;
    cr_assert(outbox_next(payload->data, payload->len, &at, &message, headers));
    cr_assert_str_eq(message.topic, "lead.events");
    check_bytes(message.key, message.key_len, "a", "key");
    check_bytes(message.value, message.value_len, "{\"x\":1}", "value");
    for (size_t i = 0; i < sizeof headers_wanted / sizeof headers_wanted[0]; i++) {
        size_t len = 0;
        const char *text = header_text(&message, headers_wanted[i].name, &len);
        cr_assert_not_null(text, "%s", headers_wanted[i].name);
        check_bytes(text, len, headers_wanted[i].value, headers_wanted[i].name);
    }
    cr_assert_eq(at, payload->len);
    cr_assert_not(outbox_next(payload->data, payload->len, &at, &message, headers));
    cr_assert_eq(at, payload->len, "the end is no damage");
}

Test(outbox, tombstone_has_no_value)
{
    Event event = event_of("a", 1, NULL);
    outbox_add(&outbox, &event);
    const StrBuf *payload = &outbox.lanes[lane_in_use()];
    BusMessage message;
    BusHeader headers[BUS_HEADERS_MAX];
    size_t at = 0;
    cr_assert(outbox_next(payload->data, payload->len, &at, &message, headers));
    cr_assert_null(message.value);
    cr_assert_eq(message.value_len, 0);
}

Test(outbox, any_message_comes_out_as_it_went_in)
{
    const BusHeader given[] = {{"empty", "", 0}, {"null", NULL, 0}, {"bytes", "a\0b", 3}};
    BusMessage raw = {.topic = "x.dlq", .header_count = 3, .headers = given};
    outbox_add_raw(&outbox, &raw);
    const StrBuf *payload = &outbox.lanes[lane_in_use()];
    BusMessage message;
    BusHeader headers[BUS_HEADERS_MAX];
    size_t at = 0;
    cr_assert(outbox_next(payload->data, payload->len, &at, &message, headers));
    cr_assert_str_eq(message.topic, "x.dlq");
    cr_assert_null(message.key);
    cr_assert_null(message.value);
    cr_assert_eq(message.header_count, 3);
    for (int i = 0; i < 3; i++) {
        cr_assert_str_eq(headers[i].name, given[i].name);
        cr_assert_eq(headers[i].len, given[i].len);
        cr_assert_eq(headers[i].value == NULL, given[i].value == NULL);
        cr_assert(given[i].len == 0 || memcmp(headers[i].value, given[i].value, given[i].len) == 0);
    }
}

Test(outbox, what_is_not_in_the_table_of_messages_is_not_told, .signal = SIGABRT)
{
    Event event = event_of("a", 1, "{}");
    event.type = "lead.renamed";
    outbox_add(&outbox, &event);
}

Test(outbox, a_key_has_one_lane_and_keys_spread)
{
    bool used[OUTBOX_LANES] = {false};
    int lanes = 0;
    for (int i = 0; i < 200; i++) {
        char key[24];
        snprintf(key, sizeof key, "list-%d", i);
        outbox_reset(&outbox, 1, 0);
        for (int n = 0; n < 3; n++) {
            Event event = event_of(key, n, "{}");
            event.topic = n == 1 ? "list.events" : "lead.events";
            event.type = n == 1 ? "list.updated" : "lead.updated";
            outbox_add(&outbox, &event);
        }
        int lane = lane_in_use();
        cr_assert_eq(outbox.counts[lane], 3);
        lanes += !used[lane];
        used[lane] = true;
    }
    cr_assert_eq(lanes, OUTBOX_LIVE_LANE);
    cr_assert_not(used[OUTBOX_LIVE_LANE]);
}

Test(outbox, counters_of_lists_have_a_lane_of_their_own)
{
    Event event = event_of("list-1", 1, "{}");
    event.topic = "list.stats";
    event.type = "list.stats";
    outbox_add(&outbox, &event);
    cr_assert_eq(lane_in_use(), OUTBOX_LIVE_LANE);
    BusMessage letter = {.topic = "list.stats.dlq", .key = "list-1", .key_len = 6};
    outbox_add_raw(&outbox, &letter);
    cr_assert_eq(outbox.counts[OUTBOX_LIVE_LANE], 1);
}

Test(outbox, messages_of_a_lane_keep_their_order)
{
    enum { EVENTS = 50 };
    for (int n = 0; n < EVENTS; n++) {
        AUTO_FREE char *data = mem_sprintf("{\"n\":%d}", n);
        Event event = event_of("a", n, data);
        outbox_add(&outbox, &event);
    }
    const StrBuf *payload = &outbox.lanes[lane_in_use()];
    BusMessage message;
    BusHeader headers[BUS_HEADERS_MAX];
    size_t at = 0;
    for (int n = 0; n < EVENTS; n++) {
        AUTO_FREE char *data = mem_sprintf("{\"n\":%d}", n);
        cr_assert(outbox_next(payload->data, payload->len, &at, &message, headers));
        check_bytes(message.value, message.value_len, data, "value");
    }
    cr_assert_eq(at, payload->len);
}

Test(outbox, a_lane_that_grows_is_cut_into_rows)
{
    enum { DATA_BYTES = 100 * 1024, EVENTS = 20 };
    AUTO_FREE char *data = mem_alloc(DATA_BYTES + 1);
    memset(data, 'x', DATA_BYTES);
    for (int n = 0; n < EVENTS; n++) {
        Event event = event_of("a", n, data);
        outbox_add(&outbox, &event);
        cr_assert_lt(outbox.lanes[lane_in_use()].len, OUTBOX_ROW_BYTES + DATA_BYTES + 1024);
    }
    cr_assert_eq(outbox.row_lanes.count, 3, "6 events of 100 kB reach 512 kB");
    cr_assert_eq(outbox.counts[lane_in_use()], 2);
}

/* Cut short anywhere: what is whole before comes out, and the cut is seen. */
Test(outbox, a_payload_cut_short_is_seen)
{
    Event first = event_of("a", 1, "{\"x\":1}");
    Event second = event_of("a", 2, "{\"x\":2}");
    outbox_add(&outbox, &first);
    int lane = lane_in_use();
    size_t border = outbox.lanes[lane].len;
    outbox_add(&outbox, &second);
    size_t whole = outbox.lanes[lane].len;
    for (size_t len = 1; len < whole; len++) {
        AUTO_FREE char *copy =
            mem_alloc(len); /* so that a sanitizer sees what lies behind it read */
        memcpy(copy, outbox.lanes[lane].data, len);
        BusMessage message;
        BusHeader headers[BUS_HEADERS_MAX];
        size_t at = 0;
        int count = 0;
        while (outbox_next(copy, len, &at, &message, headers)) {
            count++;
        }
        cr_assert_eq(count, len < border ? 0 : 1, "%zu bytes: %d messages", len, count);
        cr_assert_eq(at, len < border ? 0 : border, "%zu bytes: stopped at %zu", len, at);
    }
}

Test(outbox, wild_numbers_in_a_payload_are_seen)
{
    static const struct {
        const char *what;
        const char *bytes;
        size_t len;
    } cases[] = {
        {"a topic longer than the payload",
         "\x7f\xff\xff\xff"
         "x",
         5},
        {"a length that would wrap around",
         "\0\0\0\x02t\0"
         "\xff\xff\xff\xfe"
         "k",
         11},
        {"more headers than there can be",
         "\0\0\0\x02t\0"
         "\xff\xff\xff\xff"
         "\xff\xff\xff\xff"
         "\0\0\0\x31",
         18},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        BusMessage message;
        BusHeader headers[BUS_HEADERS_MAX];
        size_t at = 0;
        cr_assert_not(outbox_next(cases[i].bytes, cases[i].len, &at, &message, headers), "%s",
                      cases[i].what);
        cr_assert_eq(at, 0, "%s", cases[i].what);
    }
}
