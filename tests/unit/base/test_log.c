#include "base/log.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

static int pipe_fds[2];
static char line[8192];

static void start(void)
{
    cr_assert_eq(pipe(pipe_fds), 0);
    log_set_fd(pipe_fds[1]);
    log_setup("importer", "leadspool", LOG_LEVEL_INFO);
    clock_freeze(INT64_C(1795453509123456));
}

static void stop(void)
{
    clock_unfreeze();
    log_set_fd(2);
    log_context_clear();
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

/* What one write() put into the pipe. */
static const char *read_line(void)
{
    ssize_t len = read(pipe_fds[0], line, sizeof line - 1);
    cr_assert_gt(len, 0);
    line[len] = '\0';
    return line;
}

static bool nothing_written(void)
{
    log_event(LOG_LEVEL_ERROR, "end", " ");
    return strstr(read_line(), "event=end") != NULL &&
           strchr(line, '\n') == line + strlen(line) - 1;
}

#define HEAD "ts=2026-11-23T17:05:09.123456Z level=info svc=importer ns=leadspool "

TestSuite(log, .init = start, .fini = stop);

Test(log, writes_one_line)
{
    LOG_INFO("job.claimed", "lane=%d rows=%lld", 1, 20000LL);
    cr_expect_str_eq(read_line(), HEAD "event=job.claimed lane=1 rows=20000\n");
}

Test(log, takes_an_event_without_fields)
{
    LOG_INFO("service.started");
    cr_expect_str_eq(read_line(), HEAD "event=service.started\n");
}

Test(log, a_text_without_a_key_is_the_message)
{
    LOG_INFO("library.said", "%s is down", "broker 3");
    cr_expect_str_eq(read_line(), HEAD "event=library.said msg=\"broker 3 is down\"\n");
}

Test(log, a_blank_in_the_format_stays_in_its_value)
{
    LOG_INFO("job.ended", "msg=%d rows were rejected rows=%d", 3, 100);
    cr_expect_str_eq(read_line(), HEAD "event=job.ended msg=\"3 rows were rejected\" rows=100\n");
}

Test(log, keeps_errno_and_knows_percent_m)
{
    errno = ENOENT;
    LOG_INFO("file.missing", "msg=%m");
    cr_expect_eq(errno, ENOENT);
    cr_expect_str_eq(read_line(), HEAD "event=file.missing msg=\"No such file or directory\"\n");
}

Test(log, input_stays_inside_its_value)
{
    static const struct {
        const char *value;
        const char *shown;
    } cases[] = {
        {"plain-1.csv", "plain-1.csv"},
        {"", "\"\""},
        {"a b", "\"a b\""},
        {"x job=7", "\"x job=7\""},
        {"say \"hi\"", "\"say \\\"hi\\\"\""},
        {"back\\slash", "\"back\\\\slash\""},
        {"two\nlines\r\t", "\"two\\nlines\\r\\t\""},
        {"\x1b[2J\x7f", "\"\\x1b[2J\\x7f\""},
        {"caf\xc3\xa9", "\"caf\xc3\xa9\""},
        {"\xc2\x85", "\"\\u0085\""},
        {"\xe2\x80\xa8", "\"\\u2028\""},
        {"\xe2\x80\xae"
         "drow",
         "\"\\u202edrow\""},
        {"\xe2\x81\xa6", "\"\\u2066\""},
        {"\xe2\x80\x8b", "\"\\u200b\""},
        {"\xef\xbb\xbf", "\"\\ufeff\""},
        {"\xff\xc0\x80", "\"\\xff\\xc0\\x80\""},
        {"\xed\xa0\x80", "\"\\xed\\xa0\\x80\""},
        {"\xe2\x82", "\"\\xe2\\x82\""},
        {"\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char expected[256];
        snprintf(expected, sizeof expected, HEAD "event=e file=%s n=1\n", cases[i].shown);
        LOG_INFO("e", "file=%s n=%d", cases[i].value, 1);
        cr_expect_str_eq(read_line(), expected);
    }
}

Test(log, input_that_brings_the_mark_of_a_pair_forges_nothing)
{
    LOG_INFO("e", "file=%s n=%d", "a\x1fjob=7", 1);
    cr_expect_str_eq(read_line(), HEAD "event=e msg=\"\\x1ffile=a\\x1fjob=7\\x1fn=1\"\n");
}

Test(log, masks_what_may_be_a_phone)
{
    static const struct {
        const char *value;
        const char *shown;
    } cases[] = {
        {"5046218927", "********27"},
        {"+1 504-621-8927", "\"+* ***-***-**27\""},
        {"+1 (504) 621-8927", "\"+* (***) ***-**27\""},
        {"1.504.621.8927", "*.***.***.**27"},
        {"504 / 621 / 8927", "\"*** / *** / **27\""},
        {"call +4930123456789 now", "\"call +***********89 now\""},
        {"tel:+15046218927;ext=12", "\"tel:+*********27;ext=12\""},
        {"5046218927x12", "********27x12"},
        {"044.668.18.00", "***.***.**.00"},
        {"504\t621\t8927", "\"***\\t***\\t**27\""},
        {"504\xc2\xa0"
         "621\xe2\x80\x91"
         "8927",
         "\"***\xc2\xa0***\xe2\x80\x91**27\""},
        {"5046218927 5046218928", "\"********** ********28\""},
        {"5046218927, 5046218928", "\"********27, ********28\""},
        {"123456789", "123456789"},
        {"621-8927", "621-8927"},
        {"1234567890123456", "1234567890123456"},
        {"7c1f36a2-5d0e-4b6a-9a55-0c2f6f1d8e43", "7c1f36a2-5d0e-4b6a-9a55-0c2f6f1d8e43"},
        {"12345678-1234-1234-1234-123456789012", "12345678-1234-1234-1234-123456789012"},
        {"192.168.100.102:9092", "192.168.100.102:9092"},
        {"at 2026-11-23T17:05:09.123456Z", "\"at 2026-11-23T17:05:09.123456Z\""},
        {"at 2026-11-23 17:05:09", "\"at 2026-11-23 17:05:09\""},
        {"lead 1234567890123456789 of 5046218927", "\"lead 1234567890123456789 of ********27\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char expected[256];
        snprintf(expected, sizeof expected, HEAD "event=e value=%s\n", cases[i].shown);
        LOG_INFO("e", "value=%s", cases[i].value);
        cr_expect_str_eq(read_line(), expected, "%s\n%s", line, expected);
    }
}

Test(log, numbers_under_their_own_keys_stay)
{
    LOG_INFO("e", "offset=%lld lead=%lld size_bytes=%lld other=%lld", 10000000001LL, 10000000002LL,
             10000000003LL, 10000000004LL);
    cr_expect_str_eq(
        read_line(), HEAD
        "event=e offset=10000000001 lead=10000000002 size_bytes=10000000003 other=*********04\n");
}

Test(log, a_phone_under_the_key_of_a_number_is_masked)
{
    LOG_INFO("e", "list=%s", "+15046218927");
    cr_expect_str_eq(read_line(), HEAD "event=e list=+*********27\n");
}

Test(log, appends_the_context_until_it_is_cleared)
{
    log_context_set(&(LogContext){.command = "c-1 x",
                                  .topic = "leadspool.importer.commands",
                                  .partition = 3,
                                  .offset = 12345678901});
    log_context_job(12);
    log_context_list("spring");
    LOG_INFO("e", "n=%d", 1);
    cr_expect_str_eq(read_line(),
                     HEAD "event=e command=\"c-1 x\" topic=leadspool.importer.commands partition=3 "
                          "offset=12345678901 job=12 list=spring n=1\n");
    log_context_clear();
    LOG_INFO("e", "n=%d", 1);
    cr_expect_str_eq(read_line(), HEAD "event=e n=1\n");
}

static void *log_from_thread(void *unused)
{
    LOG_INFO("thread", "n=%d", 1);
    return unused;
}

Test(log, context_belongs_to_its_thread)
{
    pthread_t thread;
    log_context_job(12);
    pthread_create(&thread, NULL, log_from_thread, NULL);
    pthread_join(thread, NULL);
    cr_expect_str_eq(read_line(), HEAD "event=thread n=1\n");
}

Test(log, cuts_a_long_line_at_a_whole_character)
{
    char value[4001];
    for (size_t i = 0; i < 2000; i++) {
        memcpy(value + 2 * i, "\xc3\xa9", 2);
    }
    value[4000] = '\0';
    LOG_INFO("e", "value=%s more=%d", value, 1);
    size_t len = strlen(read_line());
    cr_expect_leq(len, (size_t)LOG_LINE_BYTES);
    cr_expect_geq(len, (size_t)LOG_LINE_BYTES - 3);
    cr_expect_str_eq(line + len - 10, "\xc3\xa9\" cut=1\n");
}

Test(log, a_line_of_the_longest_length_is_whole)
{
    char value[LOG_LINE_BYTES];
    size_t room = LOG_LINE_BYTES - 8 - strlen(HEAD "event=e value=");
    memset(value, 'x', room);
    value[room] = '\0';
    LOG_INFO("e", "value=%s", value);
    cr_expect_str_eq(read_line() + LOG_LINE_BYTES - 8 - 2, "xx\n");
    value[room] = 'x';
    value[room + 1] = '\0';
    LOG_INFO("e", "value=%s", value);
    cr_expect_not_null(strstr(read_line(), " cut=1\n"));
}

Test(log, levels_can_change_at_any_time)
{
    LOG_DEBUG("hidden");
    cr_expect(nothing_written());
    log_set_level(LOG_LEVEL_DEBUG);
    LOG_DEBUG("shown");
    cr_expect_not_null(strstr(read_line(), "level=debug"));
    log_set_level(LOG_LEVEL_ERROR);
    LOG_WARN("hidden");
    cr_expect(nothing_written());
}

Test(log, level_words)
{
    LogLevel level = LOG_LEVEL_INFO;
    cr_expect(log_level_parse("warn", &level));
    cr_expect_eq(level, LOG_LEVEL_WARN);
    cr_expect_not(log_level_parse("WARN", &level));
    cr_expect_not(log_level_parse("", &level));
    cr_expect_eq(level, LOG_LEVEL_WARN);
    cr_expect_str_eq(log_level_name(LOG_LEVEL_DEBUG), "debug");
}

Test(log, chatter_is_limited_and_counted)
{
    LogRate rate = LOG_RATE_INIT(2, 60000);
    for (int i = 0; i < 5; i++) {
        log_rate_limited(&rate, LOG_LEVEL_INFO, "chatter", "n=%d", i);
    }
    read_line();
    cr_expect_not_null(strstr(line, "n=1\n"));
    cr_expect_null(strstr(line, "n=2"));
    rate.window_start_ms -= 60000;
    log_rate_limited(&rate, LOG_LEVEL_INFO, "chatter", "n=%d", 5);
    cr_expect_str_eq(read_line(), HEAD "event=chatter suppressed=3 n=5\n");
}
