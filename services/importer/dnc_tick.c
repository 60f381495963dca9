#include "importer/dnc_tick.h"

#include "runtime/dnc_leads.h"
#include "runtime/dnc_store.h"
#include "runtime/lead_dial.h"

/* A transaction of the tick holds no more numbers than this, twice; the rest waits a second. Those
 * of which nothing is to be done cost little. */
enum { DNC_TICK_NUMBERS = 500, DNC_TICK_SETTLES = 20000 };

typedef struct DncTick {
    Db *db;
    Outbox *outbox;
    int64_t now_us;
    DncNumbers numbers;
    DbArray recheck_nos; /* the rows that asked for numbers */
} DncTick;

static Status tick_find(DncTick *tick, int64_t *ret_changed, Error *err)
{
    int64_t settled = 0;
    int64_t marked = 0;
    Status status = dnc_mark_rechecks(tick->db, &marked, err);
    if (status == STATUS_OK) {
        status = lead_look_begin(tick->db, err);
    }
    if (status == STATUS_OK) {
        status = dnc_settle_rechecks(tick->db, DNC_TICK_SETTLES, tick->now_us, &settled, err);
    }
    *ret_changed = marked + settled;
    if (status == STATUS_OK) {
        status = dnc_find_rechecks(tick->db, DNC_TICK_NUMBERS, &tick->numbers.ids,
                                   &tick->recheck_nos, err);
    }
    if (status == STATUS_OK) {
        status =
            dnc_find_expired(tick->db, DNC_TICK_NUMBERS, tick->now_us, &tick->numbers.ids, err);
    }
    return status;
}

static Status tick_follow(DncTick *tick, Error *err)
{
    int64_t moved;
    DncFollow follow = {
        .db = tick->db, .outbox = tick->outbox, .numbers = &tick->numbers, .now_us = tick->now_us};
    Status status = lead_begin(tick->db, err);
    if (status == STATUS_OK) {
        status = dnc_numbers_lock(&tick->numbers, tick->db, err);
    }
    if (status == STATUS_OK) {
        status = dnc_delete_rechecks(tick->db, &tick->recheck_nos, err);
    }
    if (status == STATUS_OK) {
        status = dnc_end_expired(tick->db, &tick->numbers.ids, tick->now_us, err);
    }
    return status == STATUS_OK ? dnc_leads_follow(&follow, &moved, err) : status;
}

static Status tick_run(DncTick *tick, Error *err)
{
    int64_t changed = 0;
    AUTO_TX Db *tx = tick->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        outbox_reset(tick->outbox, db_epoch(tx), tick->now_us);
        status = tick_find(tick, &changed, err);
    }
    if (status != STATUS_OK || (changed == 0 && tick->numbers.ids.count == 0)) {
        return status;
    }
    if (tick->numbers.ids.count > 0) {
        status = tick_follow(tick, err);
    }
    if (status == STATUS_OK) {
        status = outbox_store(tick->outbox, tx, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

Status dnc_tick(void *state, Db *db, Outbox *outbox, int64_t now_us, Error *err)
{
    (void)state;
    DncTick tick = {.db = db, .outbox = outbox, .now_us = now_us};
    dnc_numbers_begin(&tick.numbers);
    db_array_begin(&tick.recheck_nos, DB_ARRAY_INT8);
    Status status = tick_run(&tick, err);
    dnc_numbers_done(&tick.numbers);
    db_array_done(&tick.recheck_nos);
    return status;
}
