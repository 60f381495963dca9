#include <criterion/criterion.h>
#include <string.h>

#include "base/mem.h"
#include "runtime/intake.h"

static Intake intake;
static Batch batch;
static const Handler one_by_one = {"one", NULL, 1, true, NULL, NULL};
static const Handler many = {"many", NULL, 100, false, NULL, NULL};

static const Handler *handler_of(void *context, const Message *message)
{
    (void)context;
    return strcmp(message->type, "one") == 0    ? &one_by_one
           : strcmp(message->type, "many") == 0 ? &many
                                                : NULL;
}

static void begin(void)
{
    memset(&intake, 0, sizeof intake);
    memset(&batch, 0, sizeof batch);
}

static Held *hold(int32_t partition, int64_t next_offset)
{
    Position position = {
        .topic = "t", .partition = partition, .next_offset = next_offset, .verified = true};
    return intake_hold(&intake, &position);
}

static void add(Held *held, const char *type, size_t bytes)
{
    Message *message = mem_alloc(sizeof *message);
    message->record = mem_alloc(sizeof *message->record);
    message->record->offset = held->next_seen;
    message->record->value_len = bytes;
    snprintf(message->type, sizeof message->type, "%s", type);
    intake_add(&intake, held, message);
}

static bool pick(int messages, int64_t bytes, bool alone)
{
    BatchLimit limit = {messages, bytes, alone};
    return intake_pick(&intake, handler_of, NULL, limit, &batch);
}

Test(intake, a_position_is_told_when_it_moves_and_all_once_a_minute, .init = begin)
{
    BusPartition told[INTAKE_PARTITIONS_MAX];
    Held *moves = hold(0, 5);
    hold(1, 7);
    hold(2, 9)->position.halted = true;
    cr_expect_eq(intake_untold(&intake, 1000, told), 2);
    cr_expect_eq(intake_untold(&intake, 2000, told), 0);
    moves->position.next_offset = 6;
    cr_expect_eq(intake_untold(&intake, 3000, told), 1);
    cr_expect_eq(told[0].offset, 6);
    cr_expect_eq(intake_untold(&intake, 60999, told), 0);
    cr_expect_eq(intake_untold(&intake, 61000, told), 2);
    cr_expect_eq(told[1].offset, 7);
    cr_expect_eq(intake_untold(&intake, 62000, told), 0);
}

Test(intake, nothing_queued_gives_no_batch, .init = begin)
{
    hold(0, 0);
    cr_expect_not(pick(10, 1000, false));
}

Test(intake, batch_is_a_prefix_of_one_handler, .init = begin)
{
    Held *held = hold(0, 5);
    add(held, "many", 1);
    add(held, "many", 1);
    add(held, "one", 1);
    add(held, "many", 1);
    cr_assert(pick(10, 1000, false));
    cr_expect_eq(batch.handler, &many);
    cr_expect_eq(batch.count, 2);
    cr_expect_eq(batch.messages[0]->record->offset, 5);
    cr_expect_eq(batch.messages[1]->record->offset, 6);
}

Test(intake, recorded_commands_come_one_at_a_time, .init = begin)
{
    Held *held = hold(0, 0);
    add(held, "one", 1);
    add(held, "one", 1);
    cr_assert(pick(10, 1000, false));
    cr_expect_eq(batch.count, 1);
}

Test(intake, batch_spans_partitions_unless_alone, .init = begin)
{
    add(hold(0, 0), "many", 1);
    add(hold(1, 0), "many", 1);
    cr_assert(pick(10, 1000, false));
    cr_expect_eq(batch.count, 2);
    cr_assert(pick(10, 1000, true));
    cr_expect_eq(batch.count, 1);
}

Test(intake, batch_ends_at_its_bytes, .init = begin)
{
    Held *held = hold(0, 0);
    for (int i = 0; i < 5; i++) {
        add(held, "many", 400);
    }
    cr_expect_eq(intake.queued_bytes, 2000);
    cr_assert(pick(10, 1000, false));
    cr_expect_eq(batch.count, 3, "the one that passes the limit is the last");
}

Test(intake, careful_partition_gives_one_message_alone, .init = begin)
{
    Held *held = hold(0, 3);
    held->position.careful_until = 4;
    add(held, "many", 1);
    add(held, "many", 1);
    add(hold(1, 0), "many", 1);
    cr_assert(pick(10, 1000, false));
    cr_expect(batch.careful);
    cr_expect_eq(batch.count, 1);
    held->position.next_offset = 4; /* the range is behind us */
    intake.turn = 0;
    cr_assert(pick(10, 1000, false));
    cr_expect_not(batch.careful);
}

Test(intake, again_begins_with_the_same_partition, .init = begin)
{
    for (int partition = 0; partition < 3; partition++) {
        Held *held = hold(partition, 0);
        add(held, "many", 1);
        add(held, "many", 1);
    }
    intake.turn = 1;
    cr_assert(pick(2, 1000, false));
    cr_expect_eq(batch.from[0]->position.partition, 1);
    intake_again(&intake, &batch);
    cr_assert(pick(1, 1000, true));
    cr_expect_eq(batch.from[0]->position.partition, 1);
}

Test(intake, turns_go_round, .init = begin)
{
    for (int partition = 0; partition < 3; partition++) {
        add(hold(partition, 0), "one", 1);
    }
    for (int partition = 0; partition < 3; partition++) {
        cr_assert(pick(10, 1000, false));
        cr_expect_eq(batch.from[0]->position.partition, partition);
    }
}

Test(intake, is_full_from_its_limits_down_to_half_of_them)
{
    static const struct {
        int queued;
        int64_t bytes;
        bool was_full;
        bool full;
    } cases[] = {
        {0, 0, false, false},  {7, 99, false, false}, {8, 0, false, true},   {0, 100, false, true},
        {9, 101, false, true}, {8, 100, true, true},  {4, 49, true, true},   {3, 50, true, true},
        {3, 49, true, false},  {0, 0, true, false},   {4, 50, false, false},
    };
    BatchLimit most = {.messages = 8, .bytes = 100};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Intake full = {.queued = cases[i].queued, .queued_bytes = cases[i].bytes};
        cr_expect_eq(intake_is_full(&full, most, cases[i].was_full), cases[i].full, "case %zu", i);
    }
}

Test(intake, all_that_a_message_takes_up_counts, .init = begin)
{
    Held *held = hold(0, 7);
    add(held, "many", 100);
    cr_expect_eq(intake.queued_bytes, 100);
    Message *message = mem_alloc(sizeof *message);
    message->record = mem_alloc(sizeof *message->record);
    *message->record = (BusRecord){.key_len = 10, .value = "[0,0,0]", .value_len = 7, .offset = 8};
    message->record->headers[message->record->header_count++] = (BusHeader){"h", "v", 500};
    intake_add(&intake, held, message);
    cr_expect_geq(intake.queued_bytes, 100 + 10 + 7 + 500 + 2 * 64);
}

Test(intake, what_was_queued_is_known_as_seen, .init = begin)
{
    Held *held = hold(0, 7);
    cr_expect_eq(held->next_seen, 7);
    add(held, "many", 1);
    cr_expect_eq(held->next_seen, 8);
}

Test(position, first_record_must_be_the_one_consumed_last)
{
    static const struct {
        int64_t offset;
        int64_t fingerprint;
        PositionMeeting meeting;
    } cases[] = {
        {9, 77, POSITION_DROP},
        {9, 78, POSITION_MISMATCH},
        {10, 77, POSITION_MISMATCH},
        {8, 77, POSITION_MISMATCH},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Position position = {.next_offset = 10, .has_fingerprint = true, .fingerprint = 77};
        cr_expect_eq(position_meet(&position, cases[i].offset, cases[i].fingerprint),
                     cases[i].meeting, "case %zu", i);
    }
}

Test(position, compaction_may_take_the_record_consumed_last)
{
    static const struct {
        int64_t offset;
        int64_t fingerprint;
        PositionMeeting meeting;
    } cases[] = {
        {9, 77, POSITION_DROP},  {9, 78, POSITION_MISMATCH}, {10, 78, POSITION_TAKE},
        {12, 78, POSITION_TAKE}, {8, 77, POSITION_MISMATCH},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Position position = {
            .next_offset = 10, .has_fingerprint = true, .fingerprint = 77, .compacted = true};
        cr_expect_eq(position_meet(&position, cases[i].offset, cases[i].fingerprint),
                     cases[i].meeting, "case %zu", i);
        cr_expect_eq(position.verified, cases[i].meeting != POSITION_MISMATCH, "case %zu", i);
    }
}

Test(position, records_below_are_dropped_once_verified)
{
    Position position = {.next_offset = 10, .verified = true};
    cr_expect_eq(position_meet(&position, 9, 0), POSITION_DROP);
    cr_expect_eq(position_meet(&position, 10, 0), POSITION_TAKE);
    cr_expect_eq(position_meet(&position, 12, 0), POSITION_TAKE, "offsets may have gaps");
}
