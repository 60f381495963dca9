/* clock_off.h - how far this host's clock is from PostgreSQL's, which all hosts share. Layer:
 * services/recycler. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "adapters/db.h"
#include "base/error.h"

/* Microseconds that this host is ahead, negative: behind. server_us was told between before_us and
 * after_us: an answer that took its time is no difference. */
int64_t clock_off_us(int64_t before_us, int64_t server_us, int64_t after_us);
/* So far that hours and caps are not to be told by this host's clock. was: so it was at the last
 * look; it has to come nearer, then, lest one about the limit changes with each. */
bool clock_off_is_much(int64_t off_us, bool was);
/* For a transaction that writes by what the clock told at before_us. STATUS_RETRY clock_off: it may
 * have been wrong, or was set in between; also when the answer took so long that it tells nothing.
 */
Status
clock_off_check(int64_t before_us, int64_t server_us, int64_t after_us, Error *err) MUST_CHECK;

/* lead_begin() of such a transaction, with that check unless the clock is virtual. */
Status clock_off_begin(Db *db, int64_t now_us, Error *err) MUST_CHECK;
