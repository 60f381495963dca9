#include "runtime/dead_letter.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/mem.h"

/* Parts of a record by size, and what must be left of it. The client takes a million bytes with all
 * that Kafka adds. */
static const struct {
    const char *what;
    size_t key;
    size_t header;
    int header_count;
    size_t value;
    const char *left; /* NULL: nothing */
} cases[] = {
    {"small", 1, 10, 2, 100, NULL},
    {"large value", 1, 10, 2, 890000, NULL},
    {"too large a value", 1, 10, 2, 990000, "value"},
    {"large key", 400000, 10, 2, 400000, NULL},
    {"large key and value", 400000, 10, 2, 590000, "value"},
    {"too large a key", 990000, 10, 2, 10, "key"},
    {"too large a key, large value", 500000, 10, 2, 490000, "key"},
    {"large header", 1, 800000, 1, 10, NULL},
    {"large header and value", 1, 600000, 1, 390000, "value"},
    {"too large a header", 1, 990000, 1, 10, "headers, value"},
    {"too large together", 1, 30000, 33, 10, "headers, value"},
    {"key and headers", 400000, 590000, 1, 10, "headers, value"},
    {"many headers", 1, 10, 48, 10, "headers"},
};

static char *bytes_of(size_t size)
{
    char *bytes = mem_alloc(size + 1);
    memset(bytes, 'x', size);
    return bytes;
}

static size_t letter_take(const Outbox *outbox, BusMessage *ret, BusHeader headers[])
{
    for (int lane = 0; lane < OUTBOX_LANES; lane++) {
        size_t at = 0;
        const StrBuf *payload = &outbox->lanes[lane];
        if (outbox_next(payload->data, payload->len, &at, ret, headers)) {
            cr_assert_eq(at, payload->len);
            return payload->len;
        }
    }
    cr_assert_fail("no letter");
    return 0;
}

static const char *letter_left(const BusMessage *letter, size_t *ret_len)
{
    for (int i = 0; i < letter->header_count; i++) {
        if (strcmp(letter->headers[i].name, "leadspool_error_left") == 0) {
            *ret_len = letter->headers[i].len;
            return letter->headers[i].value;
        }
    }
    return NULL;
}

Test(dead_letter, always_fits_and_says_what_it_left)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_FREE char *bytes = bytes_of(1000000);
        BusRecord record = {.topic = "importer.commands",
                            .key = bytes,
                            .key_len = cases[i].key,
                            .value = bytes,
                            .value_len = cases[i].value,
                            .header_count = cases[i].header_count};
        for (int n = 0; n < cases[i].header_count; n++) {
            record.headers[n] = (BusHeader){"foreign", bytes, cases[i].header};
        }
        Message message = {.record = &record};
        error_set(&message.cause, STATUS_BAD_INPUT, "no_identity", "ce_id is missing");
        Outbox outbox;
        outbox_init(&outbox, "test");
        dead_letter_add(&message, "importer", 1, &outbox);

        BusMessage letter;
        BusHeader headers[BUS_HEADERS_MAX];
        cr_assert_lt(letter_take(&outbox, &letter, headers), 950000, "%s", cases[i].what);
        size_t len = 0;
        const char *left = letter_left(&letter, &len);
        cr_assert_eq(left == NULL, cases[i].left == NULL, "%s: left %.*s", cases[i].what, (int)len,
                     left);
        cr_assert(left == NULL ||
                      (len == strlen(cases[i].left) && memcmp(left, cases[i].left, len) == 0),
                  "%s: left %.*s", cases[i].what, (int)len, left);
        bool no_value = cases[i].left != NULL && strstr(cases[i].left, "value") != NULL;
        bool no_key = cases[i].left != NULL && strstr(cases[i].left, "key") != NULL;
        cr_assert_eq(letter.value_len, no_value ? 0 : cases[i].value, "%s", cases[i].what);
        cr_assert_eq(letter.key_len, no_key ? 0 : cases[i].key, "%s", cases[i].what);
        outbox_done(&outbox);
    }
}
