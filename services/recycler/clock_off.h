/* clock_off.h - how far this host's clock is from PostgreSQL's, which all hosts share. Layer:
 * services/recycler; pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Microseconds that this host is ahead, negative: behind. server_us was told between before_us and
 * after_us: an answer that took its time is no difference. */
int64_t clock_off_us(int64_t before_us, int64_t server_us, int64_t after_us);
/* So far that hours and caps are not to be told by this host's clock. */
bool clock_off_is_much(int64_t off_us);
