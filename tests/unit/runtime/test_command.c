#include "runtime/command.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/mem.h"

/* Keys of commands by size, and whether the answer has the same. */
static const struct {
    size_t size;
    bool kept;
} cases[] = {{1, true}, {1024, true}, {1025, false}, {990000, false}};

static void reply_take(const Outbox *outbox, BusMessage *ret, BusHeader headers[])
{
    for (int lane = 0; lane < OUTBOX_LANES; lane++) {
        size_t at = 0;
        if (outbox_next(outbox->lanes[lane].data, outbox->lanes[lane].len, &at, ret, headers)) {
            return;
        }
    }
    cr_assert_fail("no reply");
}

Test(command, answers_under_the_key_unless_it_is_huge)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_FREE char *key = mem_alloc(cases[i].size + 1);
        memset(key, 'k', cases[i].size);
        BusRecord record = {.topic = "importer.commands", .key = key, .key_len = cases[i].size};
        Message message = {.record = &record,
                           .id = "the-id",
                           .source = "urn:test",
                           .type = "list.create",
                           .subject = "urn:test/the-id",
                           .fate = MESSAGE_COMPLETED,
                           .reply = "\"results\":[]"};
        Outbox outbox;
        outbox_init(&outbox, "test");
        command_reply(&message, &outbox);
        BusMessage reply;
        BusHeader headers[BUS_HEADERS_MAX];
        reply_take(&outbox, &reply, headers);
        const char *wanted = cases[i].kept ? key : "the-id";
        cr_assert_eq(reply.key_len, strlen(wanted), "%zu bytes", cases[i].size);
        cr_assert_eq(memcmp(reply.key, wanted, reply.key_len), 0, "%zu bytes", cases[i].size);
        outbox_done(&outbox);
    }
}
