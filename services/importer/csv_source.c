#include "importer/csv_source.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/mem.h"
#include "importer/csv_charset.h"

enum {
    SOURCE_RAW_BYTES = 64 << 10,
    /* No encoding grows by more than this on its way to UTF-8, but what does not fit waits. */
    SOURCE_OUT_BYTES = 3 * SOURCE_RAW_BYTES,
    SOURCE_NAME_MAX = 31,
};

static const char utf8_bom[] = "\xEF\xBB\xBF";
static const char replacement[] = "\xEF\xBF\xBD";
enum { MARK_BYTES = 3 }; /* of either */

#define NO_ICONV ((iconv_t)-1)

struct CsvSource {
    int fd;
    uint64_t raw_offset; /* in the file: what is read next */
    uint64_t raw_start;  /* behind the byte order mark (UTF-8) */

    /* Only when converted: raw[raw_at..raw_len) waits for iconv, out[out_at..out_len) for readers.
     */
    iconv_t iconv;
    size_t unit_bytes; /* of the encoding's smallest character: what a bad one takes along */
    bool is_raw_end;
    bool is_flushed;
    bool is_begun; /* the byte order mark has been looked for */
    size_t raw_at;
    size_t raw_len;
    size_t out_at;
    size_t out_len;
    char *raw;
    char *out;
};

bool csv_source_is_converted(const CsvSource *source)
{
    return source->iconv != NO_ICONV;
}

/* ---- names ---- */

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names != NULL && strcasecmp(name, *names) != 0) {
        names++;
    }
    return *names != NULL;
}

static bool is_utf8_name(const char *name)
{
    static const char *const names[] = {"",          "UTF-8", "UTF8",     "UTF-8-SIG",
                                        "UTF-8-BOM", "ASCII", "US-ASCII", NULL};
    return is_one_of(name, names);
}

static bool is_utf16_name(const char *name)
{
    static const char *const names[] = {"UTF-16", "UTF16", "UCS-2", "UCS2", NULL};
    return is_one_of(name, names);
}

static size_t unit_bytes_of(const char *name)
{
    static const struct {
        const char *prefix;
        size_t unit_bytes;
    } wide[] = {{"UTF-16", 2}, {"UTF16", 2}, {"UCS-2", 2},
                {"UTF-32", 4}, {"UTF32", 4}, {"UCS-4", 4}};
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        if (strncasecmp(name, wide[i].prefix, strlen(wide[i].prefix)) == 0) {
            return wide[i].unit_bytes;
        }
    }
    return 1;
}

/* A slash would carry an option of iconv's ("//IGNORE"), which hides bad bytes. UTF-7 hides quotes
 * and delimiters in plain letters. */
static iconv_t iconv_named(const char *name)
{
    if (strlen(name) > SOURCE_NAME_MAX || strchr(name, '/') != NULL ||
        strcasestr(name, "UTF-7") != NULL || strcasestr(name, "UTF7") != NULL) {
        return NO_ICONV;
    }
    return iconv_open("UTF-8", name);
}

bool csv_source_knows(const char *encoding)
{
    const char *name = encoding != NULL ? encoding : "";
    if (is_utf8_name(name) || is_utf16_name(name)) {
        return true;
    }
    iconv_t iconv = iconv_named(name);
    if (iconv != NO_ICONV) {
        iconv_close(iconv);
    }
    return iconv != NO_ICONV;
}

/* ---- raw bytes ---- */

static Status source_pread(CsvSource *source, char *buf, size_t cap, size_t *ret_len, Error *err)
{
    size_t len = 0;
    while (len < cap) {
        ssize_t got = pread(source->fd, buf + len, cap - len, (off_t)source->raw_offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return error_set(err, STATUS_RETRY, "read_failed", "The file cannot be read: %s.",
                             strerror(errno));
        }
        if (got == 0) {
            break;
        }
        source->raw_offset += (uint64_t)got;
        len += (size_t)got;
    }
    *ret_len = len;
    return STATUS_OK;
}

/* ---- conversion ---- */

static void out_add_replacement(CsvSource *source)
{
    memcpy(source->out + source->out_len, replacement, MARK_BYTES);
    source->out_len += MARK_BYTES;
}

/* The bytes that mean nothing become one U+FFFD. */
static void source_replace_bad(CsvSource *source)
{
    size_t left = source->raw_len - source->raw_at;
    source->raw_at += left < source->unit_bytes ? left : source->unit_bytes;
    out_add_replacement(source);
}

/* More raw bytes behind those that wait: an incomplete character at most. */
static Status source_refill(CsvSource *source, Error *err)
{
    size_t kept = source->raw_len - source->raw_at;
    memmove(source->raw, source->raw + source->raw_at, kept);
    source->raw_at = 0;
    source->raw_len = kept;
    size_t got = 0;
    size_t room = SOURCE_RAW_BYTES - kept;
    Status status = source_pread(source, source->raw + kept, room, &got, err);
    source->raw_len += got;
    source->is_raw_end = status == STATUS_OK && got < room;
    return status;
}

/* One call of iconv; 0 or the errno. Some room stays for a replacement. A call without input at the
 * very end lets stateful encodings finish. */
static int source_iconv(CsvSource *source, bool is_flush)
{
    char *in = source->raw + source->raw_at;
    size_t in_left = source->raw_len - source->raw_at;
    char *out = source->out + source->out_len;
    size_t out_left = SOURCE_OUT_BYTES - MARK_BYTES - source->out_len;
    errno = 0;
    size_t rc = iconv(source->iconv, is_flush ? NULL : &in, &in_left, &out, &out_left);
    source->out_len = (size_t)(out - source->out);
    source->raw_at = is_flush ? source->raw_at : (size_t)(in - source->raw);
    return rc == (size_t)-1 ? errno : 0;
}

static void source_drop_bom(CsvSource *source)
{
    if (source->is_begun) {
        return;
    }
    bool has_bom = source->out_len >= MARK_BYTES && memcmp(source->out, utf8_bom, MARK_BYTES) == 0;
    source->out_at = has_bom ? MARK_BYTES : 0;
    source->is_begun = true;
}

/* All that waits goes through iconv, until out is full. */
static void source_convert(CsvSource *source)
{
    int rc = 0;
    while (source->raw_at < source->raw_len && rc != E2BIG &&
           source->out_len <= SOURCE_OUT_BYTES - 2 * MARK_BYTES) {
        rc = source_iconv(source, false);
        if (rc == EINVAL && !source->is_raw_end) {
            break;
        }
        if (rc == EILSEQ || rc == EINVAL) {
            source_replace_bad(source);
        }
    }
    bool is_done = source->is_raw_end && source->raw_at == source->raw_len;
    if (is_done && source->out_len <= SOURCE_OUT_BYTES / 2) {
        source_iconv(source, true);
        source->is_flushed = true;
    }
}

/* Fills out anew. Nothing in it afterwards means the end. */
static Status source_decode(CsvSource *source, Error *err)
{
    source->out_at = 0;
    source->out_len = 0;
    while (source->out_len == source->out_at && !source->is_flushed) {
        if (!source->is_raw_end) {
            Status status = source_refill(source, err);
            if (status != STATUS_OK) {
                return status;
            }
        }
        source_convert(source);
        source_drop_bom(source);
    }
    return STATUS_OK;
}

static Status
source_read_converted(CsvSource *source, char *buf, size_t cap, size_t *ret_len, Error *err)
{
    size_t len = 0;
    while (len < cap) {
        if (source->out_at == source->out_len) {
            Status status = source_decode(source, err);
            if (status != STATUS_OK) {
                return status;
            }
        }
        size_t ready = source->out_len - source->out_at;
        if (ready == 0) {
            break;
        }
        size_t part = ready < cap - len ? ready : cap - len;
        memcpy(buf + len, source->out + source->out_at, part);
        source->out_at += part;
        len += part;
    }
    *ret_len = len;
    return STATUS_OK;
}

/* ---- the interface ---- */

/* Without a mark and without zeros to go by, Windows wrote it: little endian. */
static const char *utf16_flavour(const char *head, size_t len)
{
    bool is_big = len >= 2 && memcmp(head, "\xFE\xFF", 2) == 0;
    bool is_little = len >= 2 && memcmp(head, "\xFF\xFE", 2) == 0;
    if (is_big || is_little) {
        return is_big ? "UTF-16BE" : "UTF-16LE";
    }
    const char *name = csv_charset_utf16(head, len);
    return name != NULL ? name : "UTF-16LE";
}

static Status source_begin_utf8(CsvSource *source, const char *head, size_t len)
{
    bool has_bom = len >= MARK_BYTES && memcmp(head, utf8_bom, MARK_BYTES) == 0;
    source->raw_start = has_bom ? MARK_BYTES : 0;
    source->raw_offset = source->raw_start;
    return STATUS_OK;
}

static Status source_begin_converted(CsvSource *source, const char *name, Error *err)
{
    source->iconv = iconv_named(name);
    if (source->iconv == NO_ICONV) {
        return error_set_field(err, "encoding", "unknown_encoding",
                               "No encoding is called \"%.*s\"; name one such as UTF-8, UTF-16, "
                               "WINDOWS-1252 or ISO-8859-1, or leave it to be detected.",
                               SOURCE_NAME_MAX, name);
    }
    source->unit_bytes = unit_bytes_of(name);
    source->raw_offset = 0;
    source->raw = mem_alloc(SOURCE_RAW_BYTES);
    source->out = mem_alloc(SOURCE_OUT_BYTES);
    return STATUS_OK;
}

static Status source_begin(CsvSource *source, const char *name, Error *err)
{
    char head[4096];
    size_t len = 0;
    Status status = source_pread(source, head, sizeof head, &len, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (is_utf8_name(name)) {
        return source_begin_utf8(source, head, len);
    }
    return source_begin_converted(source, is_utf16_name(name) ? utf16_flavour(head, len) : name,
                                  err);
}

Status csv_source_open(int fd, const char *encoding, CsvSource **ret_source, Error *err)
{
    CsvSource *source = mem_alloc(sizeof *source);
    source->fd = fd;
    source->iconv = NO_ICONV;
    Status status = source_begin(source, encoding != NULL ? encoding : "", err);
    if (status != STATUS_OK) {
        csv_source_close(source);
        return status;
    }
    *ret_source = source;
    return STATUS_OK;
}

void csv_source_close(CsvSource *source)
{
    if (source == NULL) {
        return;
    }
    if (source->iconv != NO_ICONV) {
        iconv_close(source->iconv);
    }
    free(source->raw);
    free(source->out);
    free(source);
}

Status csv_source_read(CsvSource *source, char *buf, size_t cap, size_t *ret_len, Error *err)
{
    return csv_source_is_converted(source) ? source_read_converted(source, buf, cap, ret_len, err)
                                           : source_pread(source, buf, cap, ret_len, err);
}

static void source_rewind(CsvSource *source)
{
    iconv(source->iconv, NULL, NULL, NULL, NULL);
    source->raw_offset = 0;
    source->raw_at = source->raw_len = 0;
    source->out_at = source->out_len = 0;
    source->is_raw_end = source->is_flushed = source->is_begun = false;
}

static Status source_discard(CsvSource *source, uint64_t bytes, Error *err)
{
    uint64_t left = bytes;
    while (left > 0) {
        if (source->out_at == source->out_len) {
            Status status = source_decode(source, err);
            if (status != STATUS_OK) {
                return status;
            }
        }
        size_t ready = source->out_len - source->out_at;
        if (ready == 0) {
            return STATUS_OK;
        }
        size_t part = ready < left ? ready : (size_t)left;
        source->out_at += part;
        left -= part;
    }
    return STATUS_OK;
}

Status csv_source_seek(CsvSource *source, uint64_t offset, Error *err)
{
    if (!csv_source_is_converted(source)) {
        source->raw_offset = source->raw_start + offset;
        return STATUS_OK;
    }
    source_rewind(source);
    return source_discard(source, offset, err);
}
