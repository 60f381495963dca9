#include "base/clock.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SECOND CLOCK_US_PER_SECOND

Test(clock, formats_utc_with_six_digits)
{
    static const struct {
        int64_t time_us;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000000Z"},
        {-1, "1969-12-31T23:59:59.999999Z"},
        {1795453509 * SECOND + 123456, "2026-11-23T17:05:09.123456Z"},
        {951782400 * SECOND, "2000-02-29T00:00:00.000000Z"},
        {INT64_C(-62167219200) * SECOND, "0000-01-01T00:00:00.000000Z"},
        {INT64_MIN, "0000-01-01T00:00:00.000000Z"},
        {INT64_MAX, "9999-12-31T23:59:59.999999Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[CLOCK_RFC3339_SIZE];
        clock_format_rfc3339(cases[i].time_us, text);
        cr_expect_str_eq(text, cases[i].text);
    }
}

/* In place of the C library's: what a step of the wall clock does. */
static time_t wall_step_s;

int clock_gettime(clockid_t id, struct timespec *now)
{
    int failed = (int)syscall(SYS_clock_gettime, id, now);
    now->tv_sec += id == CLOCK_REALTIME ? wall_step_s : 0;
    return failed;
}

static void *nap(void *ms)
{
    clock_nap(*(int *)ms);
    return NULL;
}

Test(clock, a_step_of_the_wall_clock_neither_ends_a_wait_nor_stretches_it)
{
    static const struct {
        time_t step_s;
        int nap_ms;
        int wait_ms;
        bool ends;
    } cases[] = {{-3600, 200, 20000, true}, {3600, 3000, 100, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pthread_t thread;
        int nap_ms = cases[i].nap_ms;
        cr_assert_eq(pthread_create(&thread, NULL, nap, &nap_ms), 0);
        wall_step_s = cases[i].step_s;
        struct timespec until = clock_mono_in(cases[i].wait_ms);
        bool ended = clock_join(thread, &until);
        wall_step_s = 0;
        cr_expect_eq(ended, cases[i].ends, "%zu", i);
        if (!ended) {
            pthread_join(thread, NULL);
        }
    }
}

Test(clock, parses_rfc3339)
{
    static const struct {
        const char *text;
        int64_t time_us;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-23T17:05:09Z", 1795453509 * SECOND},
        {"2026-11-23t17:05:09.5z", 1795453509 * SECOND + 500000},
        {"2026-11-23 17:05:09.123456789Z", 1795453509 * SECOND + 123456},
        {"2026-11-23T12:05:09-05:00", 1795453509 * SECOND},
        {"2026-11-23T22:50:09+05:45", 1795453509 * SECOND},
        {"2024-02-29T00:00:00Z", 1709164800 * SECOND},
        {"2016-12-31T23:59:60Z", 1483228800 * SECOND},
        {"0000-01-01T00:00:00Z", INT64_C(-62167219200) * SECOND},
        {"1969-12-31T23:59:59.000001Z", -SECOND + 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t time_us = -1;
        Error err;
        cr_expect_eq(clock_parse_rfc3339(cases[i].text, &time_us, &err), STATUS_OK, "%s",
                     cases[i].text);
        cr_expect_eq(time_us, cases[i].time_us, "%s: %lld", cases[i].text, (long long)time_us);
    }
}

Test(clock, refuses_what_is_no_full_time)
{
    static const char *const cases[] = {
        "",
        "2026",
        "2026-11-23",
        "2026-11-23T17:05:09",
        "2026-11-23T17:05Z",
        "2026-11-23T17:05:09.Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T17:60:00Z",
        "2026-11-23T17:05:61Z",
        "2026-11-23T17:05:09+0500",
        "2026-11-23T17:05:09+24:00",
        "2026-11-23T17:05:09Z ",
        " 2026-11-23T17:05:09Z",
        "20261123T170509Z",
        "2026-1-23T17:05:09Z",
        "+026-11-23T17:05:09Z",
        "2026-11-23_17:05:09Z",
        "2026-11-23T17:05:09 Z",
        "2026-11-23T17:05:09EST",
        "1795453509",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t time_us = 42;
        Error err;
        cr_expect_eq(clock_parse_rfc3339(cases[i], &time_us, &err), STATUS_BAD_INPUT, "%s",
                     cases[i]);
        cr_expect_str_eq(err.code, "invalid_time");
        cr_expect_eq(time_us, 42);
    }
    cr_expect_eq(clock_parse_rfc3339(NULL, &(int64_t){0}, NULL), STATUS_BAD_INPUT);
}

Test(clock, every_day_of_four_centuries_survives_format_and_parse)
{
    for (int64_t day = -146097; day < 146097; day++) {
        char text[CLOCK_RFC3339_SIZE];
        int64_t time_us;
        clock_format_rfc3339(day * 86400 * SECOND + 1, text);
        cr_assert_eq(clock_parse_rfc3339(text, &time_us, NULL), STATUS_OK);
        cr_assert_eq(time_us, day * 86400 * SECOND + 1, "%s", text);
    }
}

Test(clock, stands_still_while_frozen)
{
    clock_freeze(1795453509 * SECOND);
    cr_expect_eq(clock_now_us(), 1795453509 * SECOND);
    clock_freeze(7);
    cr_expect_eq(clock_now_us(), 7);
    clock_unfreeze();
    cr_expect_gt(clock_now_us(), 1700000000 * SECOND);
}

Test(clock, monotonic_time_does_not_go_back)
{
    int64_t before = clock_mono_ms();
    cr_expect_geq(clock_mono_ms(), before);
    cr_expect_gt(before, 0);
}

static void write_clock(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

Test(clock, a_file_gives_the_time_and_never_goes_back)
{
    char path[] = "/tmp/clock-XXXXXX";
    int fd = mkstemp(path);
    Error err = {0};
    cr_assert_geq(fd, 0);
    close(fd);
    cr_expect_eq(clock_use_file(path, &err), STATUS_FATAL);
    cr_expect_str_eq(err.code, "clock_unreadable");
    cr_expect_not(clock_is_virtual());
    write_clock(path, "1000000\n");
    cr_assert_eq(clock_use_file(path, &err), STATUS_OK);
    cr_expect(clock_is_virtual());
    cr_expect_eq(clock_now_us(), 1000000);
    write_clock(path, "2500000");
    cr_expect_eq(clock_now_us(), 2500000);
    static const char *const bad[] = {"", "x", "12x", "2000000", "-5", "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        write_clock(path, bad[i]);
        cr_expect_eq(clock_now_us(), 2500000, "%s", bad[i]);
    }
    unlink(path);
    cr_expect_eq(clock_now_us(), 2500000);
}
