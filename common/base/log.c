#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/logtext.h"
#include "base/mem.h"

/* Stands in the format where a new pair begins. An input that brings one along is noticed by count.
 * */
enum { LOG_PAIR_MARK = '\x1f' };

typedef struct LogThreadContext {
    char command[257];
    char topic[65];
    int32_t partition;
    int64_t offset;
    int64_t job;
    char list[65];
    char trace[TRACE_ID_SIZE];
} LogThreadContext;

static char log_service[32] = "leadspool";
static char log_ns[32] = "";
static _Atomic int log_current_level = LOG_LEVEL_INFO;
static _Atomic int log_fd = STDERR_FILENO;
static _Thread_local LogThreadContext log_thread;

static const char *const log_level_names[] = {"error", "warn", "info", "debug"};

void log_setup(const char *service, const char *ns, LogLevel level)
{
    snprintf(log_service, sizeof log_service, "%s", service);
    snprintf(log_ns, sizeof log_ns, "%s", ns);
    log_set_level(level);
}

void log_set_level(LogLevel level)
{
    log_current_level = (int)level;
}

LogLevel log_level(void)
{
    return (LogLevel)log_current_level;
}

bool log_enabled(LogLevel level)
{
    return (int)level <= log_current_level;
}

const char *log_level_name(LogLevel level)
{
    return log_level_names[level];
}

bool log_level_parse(const char *word, LogLevel *ret_level)
{
    for (int i = LOG_LEVEL_ERROR; i <= LOG_LEVEL_DEBUG; i++) {
        if (strcmp(word, log_level_names[i]) == 0) {
            *ret_level = (LogLevel)i;
            return true;
        }
    }
    return false;
}

void log_set_fd(int fd)
{
    log_fd = fd;
}

static void log_copy(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from != NULL ? from : "");
}

void log_context_set(const LogContext *context)
{
    log_copy(log_thread.command, sizeof log_thread.command, context->command);
    log_copy(log_thread.topic, sizeof log_thread.topic, context->topic);
    log_thread.partition = context->partition;
    log_thread.offset = context->offset;
    log_thread.job = context->job;
    log_context_list(context->list);
    log_context_trace(context->trace);
}

void log_context_job(int64_t job)
{
    log_thread.job = job;
}

void log_context_list(const char *list_id)
{
    log_copy(log_thread.list, sizeof log_thread.list, list_id);
}

void log_context_trace(const Trace *trace)
{
    trace_id(trace, log_thread.trace);
}

void log_context_clear(void)
{
    log_thread = (LogThreadContext){.job = 0};
}

static void log_add_head(LogLine *line, LogLevel level, const char *event)
{
    char now[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(clock_now_us(), now);
    logtext_addf(line, "ts=%s level=%s svc=%s ns=%s event=%s", now, log_level_names[level],
                 log_service, log_ns, event);
}

static void log_add_number(LogLine *line, const char *key, int64_t number)
{
    logtext_addf(line, " %s=%" PRId64, key, number);
}

static void log_add_context(LogLine *line)
{
    if (log_thread.command[0] != '\0') {
        logtext_add_field(line, "command", log_thread.command);
    }
    if (log_thread.topic[0] != '\0') {
        logtext_add_field(line, "topic", log_thread.topic);
        log_add_number(line, "partition", log_thread.partition);
        log_add_number(line, "offset", log_thread.offset);
    }
    if (log_thread.job != 0) {
        log_add_number(line, "job", log_thread.job);
    }
    if (log_thread.list[0] != '\0') {
        logtext_add_field(line, "list", log_thread.list);
    }
    if (log_thread.trace[0] != '\0') {
        logtext_add_field(line, "trace_id", log_thread.trace);
    }
}

static size_t log_key_len(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return text[len] == '=' ? len : 0;
}

/* Puts a mark in place of each blank that begins a pair; says how many. */
static int log_mark_pairs(char *format)
{
    int marks = 0;
    for (char *c = format; *c != '\0'; c++) {
        if (*c == ' ' && log_key_len(c + 1) > 0) {
            *c = LOG_PAIR_MARK;
            marks++;
        }
    }
    return marks;
}

static int log_count_marks(const char *text)
{
    int marks = 0;
    for (; *text != '\0'; text++) {
        marks += *text == LOG_PAIR_MARK ? 1 : 0;
    }
    return marks;
}

static void log_add_pair(LogLine *line, char *pair)
{
    size_t key_len = log_key_len(pair);
    if (key_len > 0) {
        pair[key_len] = '\0';
        logtext_add_field(line, pair, pair + key_len + 1);
        return;
    }
    pair += strspn(pair, " ");
    if (*pair != '\0') {
        logtext_add_field(line, "msg", pair);
    }
}

static void log_add_pairs(LogLine *line, char *text)
{
    while (text != NULL) {
        char *next = strchr(text, LOG_PAIR_MARK);
        if (next != NULL) {
            *next++ = '\0';
        }
        log_add_pair(line, text);
        text = next;
    }
}

static __attribute__((format(printf, 2, 0))) void
log_add_format(LogLine *line, const char *format, va_list args)
{
    AUTO_FREE char *marked = mem_sprintf("%s%s", format[0] == ' ' ? "" : " ", format);
    int marks = log_mark_pairs(marked);
    AUTO_FREE char *text = NULL;
    if (vasprintf(&text, marked, args) < 0) {
        text = NULL; /* an encoding error in %ls: the line goes out without its pairs */
        return;
    }
    if (log_count_marks(text) == marks) {
        log_add_pairs(line, text);
    } else {
        logtext_add_field(line, "msg", text);
    }
}

static __attribute__((format(printf, 4, 0))) void
log_write(LogLevel level, const char *event, int suppressed, const char *format, va_list args)
{
    int saved_errno = errno;
    LogLine line = {.len = 0};
    log_add_head(&line, level, event);
    log_add_context(&line);
    if (suppressed > 0) {
        log_add_number(&line, "suppressed", suppressed);
    }
    errno = saved_errno; /* for %m */
    log_add_format(&line, format, args);
    logtext_finish(&line);
    ssize_t written = write(log_fd, line.data, line.len);
    (void)written; /* nowhere to say so */
    errno = saved_errno;
}

void log_event(LogLevel level, const char *event, const char *format, ...)
{
    if (!log_enabled(level)) {
        return;
    }
    va_list args;
    va_start(args, format);
    log_write(level, event, 0, format, args);
    va_end(args);
}

/* Two threads that meet at a window's end may let one line too many pass; that is fine. */
static bool log_rate_passes(LogRate *rate)
{
    int64_t now_ms = clock_mono_ms();
    if (rate->window_start_ms == 0 || now_ms - rate->window_start_ms >= rate->window_ms) {
        rate->window_start_ms = now_ms;
        rate->passed = 0;
    }
    if (rate->passed++ < rate->most) {
        return true;
    }
    rate->suppressed++;
    return false;
}

void log_rate_limited(LogRate *rate, LogLevel level, const char *event, const char *format, ...)
{
    if (!log_enabled(level) || !log_rate_passes(rate)) {
        return;
    }
    va_list args;
    va_start(args, format);
    log_write(level, event, atomic_exchange(&rate->suppressed, 0), format, args);
    va_end(args);
}
