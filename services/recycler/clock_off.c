#include "recycler/clock_off.h"

#include "base/clock.h"
#include "runtime/lead_dial.h"

#define CLOCK_OFF_US      (5 * CLOCK_US_PER_SECOND)
#define CLOCK_RIGHT_US    (CLOCK_OFF_US / 2)
#define CLOCK_PATIENCE_US (60 * CLOCK_US_PER_SECOND)

int64_t clock_off_us(int64_t before_us, int64_t server_us, int64_t after_us)
{
    return server_us < before_us  ? before_us - server_us
           : server_us > after_us ? after_us - server_us
                                  : 0;
}

bool clock_off_is_much(int64_t off_us, bool was)
{
    int64_t most_us = was ? CLOCK_RIGHT_US : CLOCK_OFF_US;
    return off_us > most_us || off_us < -most_us;
}

Status clock_off_check(int64_t before_us, int64_t server_us, int64_t after_us, Error *err)
{
    bool off = clock_off_is_much(clock_off_us(before_us, server_us, after_us), false);
    return off || after_us > before_us + CLOCK_PATIENCE_US
               ? error_set(err, STATUS_RETRY, "clock_off", "this host's clock is not PostgreSQL's")
               : STATUS_OK;
}

Status clock_off_begin(Db *db, int64_t now_us, Error *err)
{
    int64_t server_us = 0;
    if (clock_is_virtual()) {
        return lead_begin(db, err);
    }
    Status status = lead_begin_at(db, &server_us, err);
    return status == STATUS_OK ? clock_off_check(now_us, server_us, clock_now_us(), err) : status;
}
