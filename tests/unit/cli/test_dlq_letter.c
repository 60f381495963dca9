#include "cli/dlq_letter.h"

#include <criterion/criterion.h>
#include <string.h>

Test(dlq_letter, ids_are_a_topic_and_an_offset)
{
    static const struct {
        const char *text;
        const char *topic; /* NULL: none */
        int64_t offset;
    } cases[] = {
        {"importer.commands/12", "importer.commands", 12},
        {"a/b/0", "a/b", 0},
        {"importer.commands", NULL, 0},
        {"/12", NULL, 0},
        {"importer.commands/", NULL, 0},
        {"importer.commands/-1", NULL, 0},
        {"importer.commands/1x", NULL, 0},
        {"", NULL, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        DlqId id;
        Error err;
        Status status = dlq_id_parse(cases[i].text, &id, &err);
        cr_assert_eq(status == STATUS_OK, cases[i].topic != NULL, "%s", cases[i].text);
        if (cases[i].topic != NULL) {
            cr_assert_str_eq(id.topic, cases[i].topic);
            cr_assert_eq(id.offset, cases[i].offset);
        }
    }
}

static BusRecord letter_with(const char *last_name, const char *last_value)
{
    BusRecord record = {
        .topic = "a.dlq", .offset = 3, .key = "k", .key_len = 1, .value = "v", .value_len = 1};
    const char *const headers[][2] = {{"ce_id", "1"},
                                      {"__connect.errors.topic", "a"},
                                      {"leadspool_error_code", "x"},
                                      {"traceparent", "t"},
                                      {last_name, last_value}};
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        record.headers[record.header_count++] =
            (BusHeader){headers[i][0], headers[i][1], strlen(headers[i][1])};
    }
    return record;
}

Test(dlq_letter, what_was_added_is_taken_off)
{
    BusRecord letter = letter_with("leadspool_error_at", "now");
    BusHeader headers[BUS_HEADERS_MAX];
    BusMessage message;
    Error err;
    cr_assert_eq(dlq_letter_original(&letter, "a", headers, &message, &err), STATUS_OK);
    cr_assert_str_eq(message.topic, "a");
    cr_assert_eq(message.header_count, 2);
    cr_assert_str_eq(message.headers[0].name, "ce_id");
    cr_assert_str_eq(message.headers[1].name, "traceparent");
    cr_assert_eq(message.value, letter.value);
    cr_assert_eq(message.key, letter.key);
}

Test(dlq_letter, what_was_not_kept_whole_is_not_sent_again)
{
    BusRecord letter = letter_with("leadspool_error_left", "value");
    BusHeader headers[BUS_HEADERS_MAX];
    BusMessage message;
    Error err;
    cr_assert_eq(dlq_letter_original(&letter, "a", headers, &message, &err), STATUS_BAD_INPUT);
    cr_assert_str_eq(err.code, "incomplete_letter");
}

Test(dlq_letter, what_would_come_behind_newer_events_is_not_sent_again)
{
    BusRecord letter = letter_with("leadspool_error_at", "now");
    static const struct {
        const char *topic;
        Status status;
    } cases[] = {
        {"list.stats", STATUS_BAD_INPUT},
        {"list.events", STATUS_BAD_INPUT},
        {"dialer.outcomes", STATUS_OK},
        {"stats.commands", STATUS_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        BusHeader headers[BUS_HEADERS_MAX];
        BusMessage message;
        Error err;
        Status status = dlq_letter_original(&letter, cases[i].topic, headers, &message, &err);
        cr_assert_eq(status, cases[i].status, "%s", cases[i].topic);
        cr_assert(status == STATUS_OK || strcmp(err.code, "outdated_letter") == 0);
    }
}
