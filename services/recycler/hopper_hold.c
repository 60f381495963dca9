#include "recycler/hopper_hold.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metric_table.h"
#include "recycler/clock_off.h"
#include "sql_queries.h"

bool hopper_hold_clock_off(const HopperHold *hold)
{
    return atomic_load(&hold->clock) == HOPPER_CLOCK_OFF;
}

static void note_clock(HopperHold *hold, int64_t off_us)
{
    bool was = hopper_hold_clock_off(hold);
    bool off = clock_off_is_much(off_us, was);
    double off_s = (double)off_us / CLOCK_US_PER_SECOND;
    metric_set(&metric_clock_off_seconds, off_s, NULL, NULL);
    atomic_store(&hold->clock, off ? HOPPER_CLOCK_OFF : HOPPER_CLOCK_RIGHT);
    if (off && !was) {
        LOG_ERROR("clock.off", "seconds=%.1f msg=%s", off_s,
                  "this host's clock is not PostgreSQL's: nothing is offered or applied by it");
    } else if (was && !off) {
        LOG_INFO("clock.right", "seconds=%.1f", off_s);
    }
}

Status hopper_hold_look(HopperHold *hold, Db *db, Error *err)
{
    AUTO_RESULT *result = NULL;
    int64_t before_us = clock_now_us();
    Status status = db_query_binary(db, sql_hopper_hold, NULL, &result, err);
    int64_t after_us = clock_now_us();
    if (status != STATUS_OK) {
        return status;
    }
    int64_t now_us = clock_is_virtual() ? after_us : db_bin_time(result, 0, 1);
    hold->set_back = db_bin_time(result, 0, 0) > now_us;
    note_clock(hold, clock_off_us(before_us, now_us, after_us));
    return STATUS_OK;
}
