#include "runtime/outbox_floor.h"

#include "base/clock.h"
#include "base/guard.h"
#include "sql_queries.h"

enum { FLOOR_LOOK_MS = 1000 };

void outbox_floor_reset(OutboxFloor *floor)
{
    *floor = (OutboxFloor){.epoch = floor->epoch, .look_ms = floor->look_ms};
}

static Status floor_ask(Db *tx, const char *sql, int64_t *ret, Error *err)
{
    AUTO_RESULT *result = NULL;
    Status status = db_query(tx, sql, NULL, &result, err);
    if (status == STATUS_OK) {
        *ret = db_i64(result, 0, 0);
    }
    return status;
}

static Status floor_begin(OutboxFloor *floor, Db *tx, Error *err)
{
    int64_t drawn = 0;
    Status status = floor_ask(tx, sql_outbox_drawn, &drawn, err);
    if (status != STATUS_OK || drawn <= floor->ripe) {
        return status; /* where nothing happens, no transaction numbers are used up */
    }
    status = floor_ask(tx, sql_outbox_number, &floor->before, err);
    if (status == STATUS_OK) {
        floor->candidate = drawn;
    }
    return status;
}

static Status floor_ripen(OutboxFloor *floor, Db *tx, Error *err)
{
    int64_t horizon = 0;
    Status status = floor_ask(tx, sql_outbox_horizon, &horizon, err);
    bool ended = horizon >= floor->before || BROKEN(OUTBOX_FLOOR);
    if (status == STATUS_OK && ended) {
        floor->ripe = floor->candidate;
        floor->candidate = 0;
    }
    return status;
}

bool outbox_floor_is_due(const OutboxFloor *floor)
{
    return clock_mono_ms() >= floor->look_ms;
}

Status outbox_floor_look(OutboxFloor *floor, Db *tx, Error *err)
{
    if (floor->epoch != db_epoch(tx)) {
        outbox_floor_reset(floor);
        floor->epoch = db_epoch(tx);
    }
    if (!outbox_floor_is_due(floor)) {
        return STATUS_OK;
    }
    Status status =
        floor->candidate > 0 ? floor_ripen(floor, tx, err) : floor_begin(floor, tx, err);
    if (status == STATUS_OK) {
        floor->look_ms = clock_mono_ms() + FLOOR_LOOK_MS;
    }
    return status;
}

void outbox_floor_raise(OutboxFloor *floor, int64_t first_id)
{
    if (floor->ripe > floor->id && first_id > floor->ripe) {
        floor->id = floor->ripe;
    }
}
