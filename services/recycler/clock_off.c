#include "recycler/clock_off.h"

#include "base/clock.h"

#define CLOCK_OFF_US (5 * CLOCK_US_PER_SECOND)

int64_t clock_off_us(int64_t before_us, int64_t server_us, int64_t after_us)
{
    return server_us < before_us  ? before_us - server_us
           : server_us > after_us ? after_us - server_us
                                  : 0;
}

bool clock_off_is_much(int64_t off_us)
{
    return off_us > CLOCK_OFF_US || off_us < -CLOCK_OFF_US;
}
