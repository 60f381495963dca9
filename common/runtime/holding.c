#include "runtime/holding.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"

enum {
    CLAIM_PATIENCE_MS = 10000,
    CLAIM_PATIENCE_ALL_MS = 30000,
    CLAIM_NAP_MS = 200,
    RIGHTS_EVERY_MS = 3000,
    LOOK_EVERY_MS = 2000,
};

/* Until PostgreSQL has said where to start, nothing is read: trying again goes on for a while. */
static Status holding_claim(Holding *holding,
                            const BusPartition *partition,
                            int64_t deadline_ms,
                            bool (*give_up)(void),
                            BusPartition *ret_start,
                            Error *err)
{
    Position position;
    int64_t start = 0;
    for (;;) {
        Status status = position_claim(holding->db, holding->consumer, holding->group,
                                       holding->worker_id, partition, holding->careful_messages,
                                       clock_now_us(), &position, &start, err);
        if (status == STATUS_OK) {
            break;
        }
        if (status == STATUS_FATAL || clock_mono_ms() > deadline_ms || give_up()) {
            return status;
        }
        clock_nap(CLAIM_NAP_MS);
    }
    if (position.careful_until > position.next_offset) {
        LOG_WARN("position.careful", "topic=%s partition=%d next_offset=%" PRId64, position.topic,
                 position.partition, position.next_offset);
    }
    if (position.halted) {
        LOG_ERROR("position.halted", "topic=%s partition=%d msg=%s", position.topic,
                  position.partition, "reading stopped: see `leadspool position ls`");
    }
    intake_hold(holding->intake, &position);
    *ret_start = (BusPartition){partition->topic, partition->partition, start};
    return STATUS_OK;
}

static int64_t holding_deadline_ms(int64_t all_ms)
{
    int64_t one_ms = clock_mono_ms() + CLAIM_PATIENCE_MS;
    return one_ms < all_ms ? one_ms : all_ms;
}

void holding_mirror(Holding *holding)
{
    BusPartition partitions[INTAKE_PARTITIONS_MAX];
    int count = intake_untold(holding->intake, clock_mono_ms(), partitions);
    if (count > 0) {
        consumer_mirror(holding->consumer, partitions, count);
    }
}

void holding_ask_rights(Holding *holding)
{
    int64_t now_ms = clock_mono_ms();
    if (now_ms >= holding->rights_at_ms && consumer_lacks_rights(holding->consumer)) {
        holding->rights_at_ms = now_ms + RIGHTS_EVERY_MS;
        intake_tell_again(holding->intake);
        holding_mirror(holding);
        consumer_ask_rights(holding->consumer);
    }
}

Status holding_take(Holding *holding,
                    const BusPartition partitions[],
                    int count,
                    bool (*give_up)(void),
                    LeftOut *ret_left_out,
                    Error *err)
{
    holding_drop(holding);
    BusPartition starts[INTAKE_PARTITIONS_MAX];
    int started = 0;
    int wanted = count < INTAKE_PARTITIONS_MAX ? count : INTAKE_PARTITIONS_MAX;
    LeftOut left_out = {.no_room = count - wanted};
    int64_t all_ms = clock_mono_ms() + CLAIM_PATIENCE_ALL_MS;
    for (int i = 0; i < wanted; i++) {
        if (i > 0 && (clock_mono_ms() > all_ms || give_up())) {
            left_out.not_claimed += wanted - i;
            break;
        }
        Status status = holding_claim(holding, &partitions[i], holding_deadline_ms(all_ms), give_up,
                                      &starts[started], err);
        if (status == STATUS_FATAL) {
            return status;
        }
        if (status != STATUS_OK) {
            LOG_WARN("position.not_claimed", "topic=%s partition=%d code=%s msg=%s",
                     partitions[i].topic, partitions[i].partition, err->code, err->text);
            left_out.not_claimed++;
        } else if (!holding->intake->held[holding->intake->held_count - 1].position.halted) {
            started++;
        }
    }
    holding->left_out = left_out.not_claimed + left_out.no_room;
    if (wanted > 0 && left_out.not_claimed == wanted) {
        return STATUS_RETRY;
    }
    Status status = consumer_assign(holding->consumer, starts, started, err);
    if (status == STATUS_OK) {
        holding_mirror(holding);
        *ret_left_out = left_out;
    }
    return status;
}

/* ---- letting go ---- */

void holding_drop(Holding *holding)
{
    BusPartition paused[INTAKE_PARTITIONS_MAX];
    int count = 0;
    for (int i = 0; i < holding->intake->held_count; i++) {
        const Held *held = &holding->intake->held[i];
        if (held->paused) {
            paused[count++] = (BusPartition){held->position.topic, held->position.partition, 0};
        }
    }
    if (count > 0) {
        consumer_resume(holding->consumer, paused, count);
    }
    intake_clear(holding->intake);
}

/* ret: INTAKE_PARTITIONS_MAX of the caller's. */
static int holding_positions(const Holding *holding, Position ret[])
{
    for (int i = 0; i < holding->intake->held_count; i++) {
        ret[i] = holding->intake->held[i].position;
    }
    return holding->intake->held_count;
}

bool holding_is_overtaken(Holding *holding)
{
    Error err;
    Position positions[INTAKE_PARTITIONS_MAX];
    bool overtaken = false;
    if (holding->intake->held_count == 0 ||
        clock_mono_ms() < holding->looked_at_ms + LOOK_EVERY_MS) {
        return false;
    }
    holding->looked_at_ms = clock_mono_ms();
    int count = holding_positions(holding, positions);
    return position_overtaken(holding->db, holding->group, positions, count, &overtaken, &err) ==
               STATUS_OK &&
           overtaken;
}

void holding_release(Holding *holding)
{
    Error err;
    Position positions[INTAKE_PARTITIONS_MAX];
    int count = holding_positions(holding, positions);
    holding_mirror(holding);
    if (count > 0 &&
        position_leave(holding->db, holding->group, positions, count, &err) != STATUS_OK) {
        LOG_DEBUG("position.not_left", "code=%s", err.code); /* the next owner is careful, then */
    }
    holding_drop(holding);
}

/* ---- pausing ---- */

/* Those not halted whose pause is not as wanted; their flag is as wanted then. */
static int holding_turn(Holding *holding, bool paused, BusPartition ret[])
{
    int count = 0;
    for (int i = 0; i < holding->intake->held_count; i++) {
        Held *held = &holding->intake->held[i];
        if (!held->position.halted && held->paused != paused) {
            held->paused = paused;
            ret[count++] = (BusPartition){held->position.topic, held->position.partition, 0};
        }
    }
    return count;
}

void holding_pause(Holding *holding)
{
    BusPartition partitions[INTAKE_PARTITIONS_MAX];
    int count = holding_turn(holding, true, partitions);
    if (count > 0) {
        consumer_pause(holding->consumer, partitions, count);
    }
}

void holding_resume(Holding *holding)
{
    BusPartition partitions[INTAKE_PARTITIONS_MAX];
    int count = holding_turn(holding, false, partitions);
    if (count > 0) {
        consumer_resume(holding->consumer, partitions, count);
    }
}

Status holding_halt(Holding *holding, Held *held, const char *reason, Error *err)
{
    LOG_ERROR("position.halted", "topic=%s partition=%d msg=%s", held->position.topic,
              held->position.partition, reason);
    if (!held->paused) {
        BusPartition partition = {held->position.topic, held->position.partition, 0};
        consumer_pause(holding->consumer, &partition, 1);
        held->paused = true;
    }
    intake_drop(holding->intake, held);
    return position_halt(holding->db, holding->group, &held->position, reason, err);
}
