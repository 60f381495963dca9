#include "importer/csv_scan.h"

#include <string.h>
#include <xxhash.h>

#include "base/mem.h"
#include "importer/csv_find.h"

enum { SCAN_BUFFER_BYTES = 256 << 10 };

/* buf[start..end) is what was read and not yet given; buf[0..start) was given. The hash runs
 * behind: it covers the stream up to buf[hashed]. */
struct CsvScan {
    CsvSource *source;
    char delimiter;
    CsvLimits limits;
    char *buf;
    size_t cap;
    size_t cap_max;
    size_t start;
    size_t end;
    size_t hashed;
    bool at_end;
    uint64_t left; /* to be read at most */
    const Stop *stop;
    bool empty_rows;
    CsvPosition next;
    XXH3_state_t *hash;
};

CsvScan *csv_scan_new(CsvSource *source, const CsvScanOptions *options)
{
    CsvScan *scan = mem_alloc(sizeof *scan);
    scan->source = source;
    scan->delimiter = options->delimiter;
    scan->limits = csv_limits_or_default(&options->limits);
    scan->cap = options->buffer_bytes > 0 ? options->buffer_bytes : SCAN_BUFFER_BYTES;
    /* Two bytes past the limit settle what a record is (csv_record.h); the rest is room to read. */
    scan->cap_max = scan->limits.row_bytes + 2 + scan->cap;
    scan->buf = mem_alloc(scan->cap);
    scan->left = options->most_bytes > 0 ? options->most_bytes : UINT64_MAX;
    scan->stop = options->stop;
    scan->empty_rows = options->empty_rows;
    scan->next = (CsvPosition){.offset = 0, .line = 1, .number = 1};
    scan->hash = XXH3_createState();
    XXH3_64bits_reset(scan->hash);
    return scan;
}

void csv_scan_free(CsvScan *scan)
{
    if (scan == NULL) {
        return;
    }
    XXH3_freeState(scan->hash);
    free(scan->buf);
    free(scan);
}

static void scan_hash_to(CsvScan *scan, size_t upto)
{
    XXH3_64bits_update(scan->hash, scan->buf + scan->hashed, upto - scan->hashed);
    scan->hashed = upto;
}

/* What was given leaves the buffer. */
static void scan_compact(CsvScan *scan)
{
    scan_hash_to(scan, scan->start);
    memmove(scan->buf, scan->buf + scan->start, scan->end - scan->start);
    scan->end -= scan->start;
    scan->start = 0;
    scan->hashed = 0;
}

static void scan_grow(CsvScan *scan, size_t cap)
{
    scan->cap = cap < scan->cap_max ? cap : scan->cap_max;
    scan->buf = mem_realloc(scan->buf, scan->cap);
}

static Status scan_read_source(CsvScan *scan, char *buf, size_t want, size_t *ret_got, Error *err)
{
    if (stop_asked(scan->stop)) {
        return error_set(err, STATUS_RETRY, "stopped", "the reading of the file was stopped");
    }
    return csv_source_read(scan->source, buf, want, ret_got, err);
}

static Status scan_read(CsvScan *scan, Error *err)
{
    size_t room = scan->cap - scan->end;
    size_t want = scan->left < room ? (size_t)scan->left : room;
    size_t got = 0;
    Status status = scan_read_source(scan, scan->buf + scan->end, want, &got, err);
    scan->end += got;
    scan->left -= got;
    scan->at_end = status == STATUS_OK && got < room;
    return status;
}

static Status scan_fill(CsvScan *scan, Error *err)
{
    scan_compact(scan);
    if (scan->end == scan->cap) {
        scan_grow(scan, scan->cap * 2);
    }
    return scan_read(scan, err);
}

static bool is_newline(char c)
{
    return c == '\n' || c == '\r';
}

static size_t find_newline(const CsvScan *scan, size_t from)
{
    size_t at = csv_find_special(scan->buf, from, scan->end);
    while (at < scan->end && !is_newline(scan->buf[at])) {
        at = csv_find_special(scan->buf, at + 1, scan->end);
    }
    return at;
}

/* Behind the newline at buf[at]; false when only the next byte can tell. */
static bool newline_end(const CsvScan *scan, size_t at, size_t *ret_end)
{
    if (scan->buf[at] == '\r' && at + 1 == scan->end && !scan->at_end) {
        return false;
    }
    bool is_crlf = scan->buf[at] == '\r' && at + 1 < scan->end && scan->buf[at + 1] == '\n';
    *ret_end = at + (is_crlf ? 2 : 1);
    return true;
}

/* A line of any length, whose first row_bytes stay at the buffer's head for the reject file: reads
 * on behind them until its newline is found. *ret_dropped: bytes that were read and thrown away. */
static Status scan_skip_line(CsvScan *scan, uint64_t *ret_dropped, size_t *ret_end, Error *err)
{
    size_t kept = scan->limits.row_bytes;
    scan_compact(scan);
    scan_grow(scan, scan->cap_max);
    *ret_dropped = 0;
    for (;;) {
        size_t at = find_newline(scan, kept);
        if (at < scan->end && newline_end(scan, at, ret_end)) {
            return STATUS_OK;
        }
        if (scan->at_end) {
            *ret_end = scan->end;
            return STATUS_OK;
        }
        scan_hash_to(scan, at);
        *ret_dropped += at - kept;
        memmove(scan->buf + kept, scan->buf + at, scan->end - at);
        scan->end = kept + (scan->end - at);
        scan->hashed = kept;
        Status status = scan_read(scan, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
}

static bool scan_is_blank(const CsvScan *scan, const CsvSpan *span)
{
    if (!span->is_blank || !scan->empty_rows) {
        return span->is_blank;
    }
    const char *bytes = scan->buf + scan->start;
    return !span->has_quote && memchr(bytes, scan->delimiter, span->len) == NULL;
}

/* Gives the record at start, which takes up taken bytes of the buffer and dropped ones elsewhere.
 */
static void
scan_give(CsvScan *scan, const CsvSpan *span, size_t taken, uint64_t dropped, CsvRecord *ret_record)
{
    bool is_blank = scan_is_blank(scan, span);
    *ret_record = (CsvRecord){
        .offset = scan->next.offset,
        .end = scan->next.offset + taken + dropped,
        .line = scan->next.line,
        .number = scan->next.number,
        .bytes = scan->buf + scan->start,
        .len = span->len,
        .has_quote = span->has_quote,
        .is_blank = is_blank,
        .problem = span->problem,
    };
    scan->start += taken;
    scan->next.offset = ret_record->end;
    scan->next.line += span->newlines;
    scan->next.number += !is_blank;
}

static Status scan_give_too_long(CsvScan *scan, CsvSpan *span, CsvRecord *ret_record, Error *err)
{
    uint64_t dropped = 0;
    size_t end = 0;
    Status status = scan_skip_line(scan, &dropped, &end, err);
    if (status == STATUS_OK) {
        span->newlines = 1;
        scan_give(scan, span, end, dropped, ret_record);
    }
    return status;
}

Status csv_scan_next(CsvScan *scan, CsvRecord *ret_record, bool *ret_more, Error *err)
{
    CsvSpan span;
    for (;;) {
        size_t len = scan->end - scan->start;
        const char *bytes = scan->buf + scan->start;
        if (len > 0 &&
            csv_record_span(bytes, len, scan->at_end, scan->delimiter, &scan->limits, &span)) {
            break;
        }
        if (len == 0 && scan->at_end) {
            *ret_more = false;
            return STATUS_OK;
        }
        Status status = scan_fill(scan, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    *ret_more = true;
    if (span.problem == CSV_PROBLEM_ROW_TOO_LONG && span.newline_bytes == 0) {
        return scan_give_too_long(scan, &span, ret_record, err);
    }
    scan_give(scan, &span, span.len + span.newline_bytes, 0, ret_record);
    return STATUS_OK;
}

void csv_scan_position(CsvScan *scan, CsvPosition *ret_position)
{
    scan_hash_to(scan, scan->start);
    scan->next.digest = XXH3_64bits_digest(scan->hash);
    *ret_position = scan->next;
}

/* Hashes the stream up to offset; fewer bytes come when the file is shorter. */
static Status scan_hash_prefix(CsvScan *scan, uint64_t offset, uint64_t *ret_hashed, Error *err)
{
    uint64_t hashed = 0;
    size_t got = 0;
    do {
        uint64_t left = offset - hashed;
        size_t want = left < scan->cap ? (size_t)left : scan->cap;
        Status status = scan_read_source(scan, scan->buf, want, &got, err);
        if (status != STATUS_OK) {
            return status;
        }
        XXH3_64bits_update(scan->hash, scan->buf, got);
        hashed += got;
    } while (got > 0);
    *ret_hashed = hashed;
    return STATUS_OK;
}

Status csv_scan_resume(CsvScan *scan, const CsvPosition *position, Error *err)
{
    uint64_t hashed = 0;
    Status status = scan_hash_prefix(scan, position->offset, &hashed, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (hashed < position->offset || XXH3_64bits_digest(scan->hash) != position->digest) {
        return error_set(err, STATUS_BAD_INPUT, "source_changed",
                         "The file's first %llu bytes are not what they were when the import last "
                         "read them; import the changed file as a new job.",
                         (unsigned long long)position->offset);
    }
    scan->next = *position;
    return STATUS_OK;
}
