#include <criterion/criterion.h>
#include <string.h>

#include "runtime/holding.h"
#include "runtime/position.h"

enum { PARTITIONS = INTAKE_PARTITIONS_MAX + 44, CONNECT_MS = 5000 };

/* Clock, database and broker: the linker puts these in place of the library's (--wrap). */
static struct {
    int64_t now_ms;
    int good;  /* so many partitions are claimed at once */
    int tries; /* to claim one; a failed one takes CONNECT_MS, as with a host that drops packets */
    int assigned;
} fake;

static Intake intake;
static Holding holding = {.group = "g", .worker_id = "w", .intake = &intake};
static BusPartition partitions[PARTITIONS];
static LeftOut left_out;
static Error err;

int64_t __wrap_clock_mono_ms(void);
void __wrap_clock_nap(int64_t nap_ms);
Status __wrap_position_claim(Db *db,
                             Consumer *consumer,
                             const char *group,
                             const char *worker_id,
                             const BusPartition *partition,
                             int careful_messages,
                             int64_t now_us,
                             Position *ret,
                             int64_t *ret_start,
                             Error *ret_err);
Status
__wrap_consumer_assign(Consumer *consumer, const BusPartition starts[], int count, Error *ret_err);
void __wrap_consumer_mirror(Consumer *consumer, const BusPartition of[], int count);

int64_t __wrap_clock_mono_ms(void)
{
    return fake.now_ms;
}

void __wrap_clock_nap(int64_t nap_ms)
{
    fake.now_ms += nap_ms;
}

Status __wrap_position_claim(Db *db,
                             Consumer *consumer,
                             const char *group,
                             const char *worker_id,
                             const BusPartition *partition,
                             int careful_messages,
                             int64_t now_us,
                             Position *ret,
                             int64_t *ret_start,
                             Error *ret_err)
{
    (void)db, (void)consumer, (void)group, (void)worker_id, (void)careful_messages, (void)now_us;
    fake.tries++;
    if (partition->partition >= fake.good) {
        fake.now_ms += CONNECT_MS;
        return error_set(ret_err, STATUS_RETRY, "db_connect", "no answer");
    }
    *ret = (Position){.topic = partition->topic, .partition = partition->partition};
    *ret_start = 0;
    return STATUS_OK;
}

Status
__wrap_consumer_assign(Consumer *consumer, const BusPartition starts[], int count, Error *ret_err)
{
    (void)consumer, (void)starts, (void)ret_err;
    fake.assigned = count;
    return STATUS_OK;
}

void __wrap_consumer_mirror(Consumer *consumer, const BusPartition of[], int count)
{
    (void)consumer, (void)of, (void)count;
}

static bool goes_on(void)
{
    return false;
}

static bool stops(void)
{
    return true;
}

static Status take(int count, int good, bool (*give_up)(void))
{
    memset(&fake, 0, sizeof fake);
    fake.good = good;
    for (int i = 0; i < PARTITIONS; i++) {
        partitions[i] = (BusPartition){"t", i, 0};
    }
    left_out = (LeftOut){0};
    return holding_take(&holding, partitions, count, give_up, &left_out, &err);
}

Test(holding, all_that_answer_are_assigned)
{
    cr_expect_eq(take(6, 6, goes_on), STATUS_OK);
    cr_expect_eq(fake.assigned, 6);
    cr_expect_eq(left_out.not_claimed + left_out.no_room, 0);
}

/* The last try may have begun just before the half minute was over. */
Test(holding, a_host_that_drops_packets_costs_half_a_minute_whatever_the_partitions)
{
    cr_expect_eq(take(200, 1, goes_on), STATUS_OK);
    cr_expect_leq(fake.now_ms, 30000 + CONNECT_MS + 1000, "%ld ms", (long)fake.now_ms);
    cr_expect_eq(fake.assigned, 1);
    cr_expect_eq(left_out.not_claimed, 199);
    cr_expect_eq(left_out.no_room, 0);
}

Test(holding, none_claimed_is_to_be_tried_again_with_the_reason)
{
    cr_expect_eq(take(200, 0, goes_on), STATUS_RETRY);
    cr_expect_str_eq(err.code, "db_connect");
    cr_expect_leq(fake.now_ms, 30000 + CONNECT_MS + 1000, "%ld ms", (long)fake.now_ms);
}

Test(holding, one_that_is_to_stop_tries_once)
{
    cr_expect_eq(take(200, 0, stops), STATUS_RETRY);
    cr_expect_eq(fake.tries, 1);
}

Test(holding, what_has_no_room_is_told_apart_from_what_was_not_claimed)
{
    cr_expect_eq(take(PARTITIONS, PARTITIONS, goes_on), STATUS_OK);
    cr_expect_eq(fake.assigned, INTAKE_PARTITIONS_MAX);
    cr_expect_eq(left_out.not_claimed, 0);
    cr_expect_eq(left_out.no_room, 44);
}
