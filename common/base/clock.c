#include "base/clock.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DAYS_BEFORE_1970 = 719468 }; /* days from 0000-03-01 to 1970-01-01 */

static const int64_t clock_min_us = INT64_C(-62167219200) * CLOCK_US_PER_SECOND;     /* year 0000 */
static const int64_t clock_max_us = INT64_C(253402300800) * CLOCK_US_PER_SECOND - 1; /* 9999 */

static _Atomic bool clock_is_frozen;
static _Atomic int64_t clock_frozen_us;

static char *clock_file; /* NULL: none; set before other threads start */
static _Atomic int64_t clock_file_us;

/* 0: there is no time in it. */
static int64_t clock_read_file(void)
{
    char text[32];
    int fd = open(clock_file, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0) {
        close(fd);
    }
    text[len > 0 ? len : 0] = '\0';
    size_t digits = strspn(text, "0123456789");
    bool whole = digits > 0 && digits <= 18 && (text[digits] == '\0' || text[digits] == '\n');
    return whole ? strtoll(text, NULL, 10) : 0;
}

static int64_t clock_now_file_us(void)
{
    int64_t found_us = clock_read_file();
    int64_t last_us = clock_file_us;
    while (found_us > last_us) {
        if (atomic_compare_exchange_weak(&clock_file_us, &last_us, found_us)) {
            return found_us;
        }
    }
    return last_us;
}

Status clock_use_file(const char *path, Error *err)
{
    clock_file = strdup(path);
    clock_file_us = 0;
    if (clock_file != NULL && clock_now_file_us() > 0) {
        return STATUS_OK;
    }
    free(clock_file);
    clock_file = NULL;
    return error_set(err, STATUS_FATAL, "clock_unreadable", "%s: no time is in it", path);
}

bool clock_is_virtual(void)
{
    return clock_is_frozen || clock_file != NULL;
}

int64_t clock_now_us(void)
{
    if (clock_is_frozen) {
        return clock_frozen_us;
    }
    if (clock_file != NULL) {
        return clock_now_file_us();
    }
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * CLOCK_US_PER_SECOND + now.tv_nsec / 1000;
}

int64_t clock_mono_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct timespec clock_mono_in(int64_t wait_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += wait_ms % 1000 * 1000000L;
    until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    return until;
}

bool clock_join(pthread_t thread, const struct timespec *until)
{
    return pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, until) == 0;
}

void clock_nap(int64_t nap_ms)
{
    struct timespec nap = {.tv_sec = nap_ms / 1000, .tv_nsec = nap_ms % 1000 * 1000000L};
    nanosleep(&nap, NULL);
}

void clock_freeze(int64_t now_us)
{
    clock_frozen_us = now_us;
    clock_is_frozen = true;
}

void clock_unfreeze(void)
{
    clock_is_frozen = false;
}

void clock_format_rfc3339(int64_t time_us, char ret_text[CLOCK_RFC3339_SIZE])
{
    time_us = time_us < clock_min_us ? clock_min_us : time_us;
    time_us = time_us > clock_max_us ? clock_max_us : time_us;
    int64_t fraction_us = time_us % CLOCK_US_PER_SECOND;
    fraction_us += fraction_us < 0 ? CLOCK_US_PER_SECOND : 0;
    time_t seconds = (time_us - fraction_us) / CLOCK_US_PER_SECOND;
    struct tm utc;
    gmtime_r(&seconds, &utc);
    size_t len = strftime(ret_text, CLOCK_RFC3339_SIZE, "0000-%m-%dT%H:%M:%S", &utc);
    int year = utc.tm_year + 1900;
    for (int i = 3; i >= 0; i--, year /= 10) { /* strftime pads no year before 1000 */
        ret_text[i] = (char)('0' + year % 10);
    }
    snprintf(ret_text + len, CLOCK_RFC3339_SIZE - len, ".%06dZ", (int)fraction_us);
}

/* The digits at *text as a number, *text moved behind them; -1 when there are not exactly `count`.
 * */
static int clock_digits(const char **text, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++, (*text)++) {
        if (**text < '0' || **text > '9') {
            return -1;
        }
        value = value * 10 + (**text - '0');
    }
    return value;
}

static bool clock_skip(const char **text, const char *any_of)
{
    if (**text == '\0' || strchr(any_of, **text) == NULL) {
        return false;
    }
    (*text)++;
    return true;
}

static bool clock_range(int value, int min, int max)
{
    return value >= min && value <= max;
}

static int clock_month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant's days_from_civil). */
static int64_t clock_days(int year, int month, int day)
{
    year -= month <= 2 ? 1 : 0;
    int era = (year >= 0 ? year : year - 399) / 400;
    int year_of_era = year - era * 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int64_t)era * 146097 + day_of_era - DAYS_BEFORE_1970;
}

static bool clock_parse_date(const char **text, int64_t *ret_days)
{
    int year = clock_digits(text, 4);
    bool dashed = clock_skip(text, "-");
    int month = clock_digits(text, 2);
    dashed = clock_skip(text, "-") && dashed;
    int day = clock_digits(text, 2);
    if (!dashed || year < 0 || !clock_range(month, 1, 12) ||
        !clock_range(day, 1, clock_month_days(year, month))) {
        return false;
    }
    *ret_days = clock_days(year, month, day);
    return true;
}

static bool clock_parse_time(const char **text, int *ret_seconds)
{
    int hour = clock_digits(text, 2);
    bool colons = clock_skip(text, ":");
    int minute = clock_digits(text, 2);
    colons = clock_skip(text, ":") && colons;
    int second = clock_digits(text, 2);
    *ret_seconds = hour * 3600 + minute * 60 + second;
    return colons && clock_range(hour, 0, 23) && clock_range(minute, 0, 59) &&
           clock_range(second, 0, 60);
}

static bool clock_parse_fraction(const char **text, int *ret_us)
{
    *ret_us = 0;
    if (!clock_skip(text, ".")) {
        return true;
    }
    int digits = 0;
    for (int unit = 100000; **text >= '0' && **text <= '9'; (*text)++, unit /= 10, digits++) {
        *ret_us += (**text - '0') * unit;
    }
    return digits > 0;
}

static bool clock_parse_offset(const char **text, int *ret_seconds)
{
    *ret_seconds = 0;
    if (clock_skip(text, "Zz")) {
        return **text == '\0';
    }
    int sign = **text == '-' ? -1 : 1;
    if (!clock_skip(text, "+-")) {
        return false;
    }
    int hour = clock_digits(text, 2);
    bool colon = clock_skip(text, ":");
    int minute = clock_digits(text, 2);
    *ret_seconds = sign * (hour * 3600 + minute * 60);
    return colon && clock_range(hour, 0, 23) && clock_range(minute, 0, 59) && **text == '\0';
}

Status clock_parse_rfc3339(const char *text, int64_t *ret_time_us, Error *err)
{
    int64_t days;
    int seconds;
    int fraction_us;
    int offset_seconds;
    if (text == NULL || !clock_parse_date(&text, &days) || !clock_skip(&text, "Tt ") ||
        !clock_parse_time(&text, &seconds) || !clock_parse_fraction(&text, &fraction_us) ||
        !clock_parse_offset(&text, &offset_seconds)) {
        return error_set(err, STATUS_BAD_INPUT, "invalid_time",
                         "not a time with its offset from UTC, as in 2026-11-23T17:05:09Z");
    }
    *ret_time_us = (days * 86400 + seconds - offset_seconds) * CLOCK_US_PER_SECOND + fraction_us;
    return STATUS_OK;
}
