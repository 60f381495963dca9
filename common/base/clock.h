/* clock.h - the one clock, and RFC 3339. Layer: base.
 *
 * Times are int64 microseconds since 1970-01-01 UTC and end in _us; durations say their unit too.
 * The loop and the job runner read the clock once per message or chunk and pass the time down as a
 * parameter; pure code and SQL never ask for it. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/error.h"

#define CLOCK_US_PER_SECOND INT64_C(1000000)

int64_t clock_now_us(void);  /* wall clock, the frozen time, or a file's */
int64_t clock_mono_ms(void); /* for leases, timeouts and rates; never goes back, never frozen */

/* For waits, which a step of the wall clock must not stretch or end: in so many ms by the clock of
 * clock_mono_ms(), and whether the thread has ended by then. */
struct timespec clock_mono_in(int64_t wait_ms);
bool clock_join(pthread_t thread, const struct timespec *until);

/* For simulations: clock_now_us() reads the time from a file from here on, microseconds since 1970
 * as decimal text. Whoever moves it replaces the file (rename), so that it is never half written;
 * while it cannot be read, or goes back, the last time stands. Before other threads start.
 * STATUS_FATAL with code clock_unreadable when there is no time in it. */
Status clock_use_file(const char *path, Error *err) MUST_CHECK;
bool clock_is_virtual(void);    /* a file gives it, or it is frozen */
void clock_nap(int64_t nap_ms); /* a signal may end it early */

/* For tests: clock_now_us() gives now_us from here on; clock_unfreeze() ends it. Process-wide. */
void clock_freeze(int64_t now_us);
void clock_unfreeze(void);

/* "2026-11-23T17:05:09.123456Z", always UTC with six digits. Times outside the years 0000-9999 are
 * clamped to them. */
enum { CLOCK_RFC3339_SIZE = 28 };
void clock_format_rfc3339(int64_t time_us, char ret_text[CLOCK_RFC3339_SIZE]);

/* A full date-time with an offset, as RFC 3339 section 5.6 has it ("t", "z" and a blank for "T"
 * taken); digits beyond microseconds are cut; second 60 counts as the next second. STATUS_BAD_INPUT
 * with code invalid_time for all else, a missing offset included: a time without a zone has no
 * meaning here. */
Status clock_parse_rfc3339(const char *text, int64_t *ret_time_us, Error *err) MUST_CHECK;
