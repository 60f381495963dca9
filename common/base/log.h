/* log.h - one logfmt line per event on standard error, written with one write(). Layer: base.
 *
 *   ts=2026-11-23T17:05:09.123456Z level=info svc=importer ns=leadspool event=job.claimed
 *   job=12 list=spring lane=1 msg="3 rows were rejected"                       (all on one line)
 *
 * Fields: the format is a row of key=value pairs, where a value is any mix of text and conversions:
 *
 *   LOG_INFO("job.claimed", "lane=%d msg=%s", lane, err.text);
 *
 * A blank begins a new pair only where the *format* has `blank key=`; blanks, quotes and equals
 * signs that come out of a conversion stay inside their value, which is then quoted. So no caller
 * quotes, and no input can forge a field.
 *
 * Every value is made safe: control characters (C0, C1, DEL), U+2028/9, bidirectional and invisible
 * marks and invalid UTF-8 are escaped; a line has at most LOG_LINE_BYTES bytes (then it ends in
 * cut=1).
 *
 * Phones are masked as the last line of defence (nobody should pass one): a run of 10 or more
 * digits, separators as in "+1 (504) 621-8927" included, keeps only its last two. Left alone are:
 *   - values under keys that hold our own numbers and ids: those in the table of logtext.c (job,
 *     offset, lead, list, topic, rows, bytes ...) and those that end in _id, _ms, _us, _bytes,
 *     _rows, _offset, _epoch; but only while the value is of letters, digits, "_", "-" and ".";
 *   - UUIDs, times, IPv4 addresses, and undivided runs of more than 15 digits (E.164 has no such
 *     number; our ids do).
 * A number of ten digits under any other key is masked: add the key to the table. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/trace.h"

#define LOG_LINE_BYTES 2000 /* with the newline */

typedef enum LogLevel {
    LOG_LEVEL_ERROR = 0,
    LOG_LEVEL_WARN,
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG,
} LogLevel;

/* Before other threads start. service: "importer"; ns: the namespace. Both are copied. */
void log_setup(const char *service, const char *ns, LogLevel level);
void log_set_level(LogLevel level); /* any thread, any time: SIGHUP */
LogLevel log_level(void);
bool log_enabled(LogLevel level);

/* "error", "warn", "info", "debug"; for anything else parse says false and leaves *ret_level alone.
 * */
const char *log_level_name(LogLevel level);
bool log_level_parse(const char *word, LogLevel *ret_level);

/* event: noun.verb, a literal. Use the macros: they hold the format to a literal and allow none at
 * all (LOG_INFO("service.started")). Safe from any thread; errno is kept. */
void log_event(LogLevel level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#define LOG_ERROR(event, ...) log_event(LOG_LEVEL_ERROR, event, " " __VA_ARGS__)
#define LOG_WARN(event, ...)  log_event(LOG_LEVEL_WARN, event, " " __VA_ARGS__)
#define LOG_INFO(event, ...)  log_event(LOG_LEVEL_INFO, event, " " __VA_ARGS__)
#define LOG_DEBUG(event, ...) log_event(LOG_LEVEL_DEBUG, event, " " __VA_ARGS__)

/* For the chatter of libraries: at most `most` lines in each window_ms for one LogRate (a static at
 * the call site), the rest counted; the next line that passes carries suppressed=N. */
typedef struct LogRate {
    int most;
    int64_t window_ms;
    _Atomic int64_t window_start_ms; /* the rest: start at zero */
    _Atomic int passed;
    _Atomic int suppressed;
} LogRate;
#define LOG_RATE_INIT(most_lines, per_ms)                                                          \
    {                                                                                              \
        .most = (most_lines), .window_ms = (per_ms)                                                \
    }
void log_rate_limited(LogRate *rate, LogLevel level, const char *event, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* What this thread is busy with, added to each of its lines. Set once per message (or per job
 * claim); strings are copied and cut to 64 bytes (command: 256). NULL and 0 mean absent; partition
 * and offset go with topic. */
typedef struct LogContext {
    const char *command; /* ce_id */
    const char *topic;
    int32_t partition;
    int64_t offset;
    int64_t job;
    const char *list;
    const Trace *trace; /* its id is shown; NULL: none */
} LogContext;
void log_context_set(const LogContext *context);
void log_context_job(int64_t job);          /* when it becomes known later */
void log_context_list(const char *list_id); /* the same */
void log_context_trace(const Trace *trace); /* the same */
void log_context_clear(void);

/* Where lines go: 2 unless a test says otherwise. */
void log_set_fd(int fd);
