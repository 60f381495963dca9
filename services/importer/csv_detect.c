#include "importer/csv_detect.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/mem.h"
#include "importer/csv_delimiter.h"
#include "importer/csv_sample.h"
#include "importer/csv_source.h"

enum { EVIDENCE_BYTES = 16 << 20 };

/* ---- encoding ---- */

typedef struct RawSample {
    char *bytes; /* CSV_SAMPLE_BYTES of room */
    size_t len;
    bool is_whole;
} RawSample;

static Status raw_read(int fd, uint64_t offset, RawSample *raw, Error *err)
{
    raw->len = 0;
    while (raw->len < CSV_SAMPLE_BYTES) {
        ssize_t got = pread(fd, raw->bytes + raw->len, CSV_SAMPLE_BYTES - raw->len,
                            (off_t)(offset + raw->len));
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
        raw->len += (size_t)got;
    }
    raw->is_whole = offset == 0 && raw->len < CSV_SAMPLE_BYTES;
    return STATUS_OK;
}

static bool is_ascii(const RawSample *raw)
{
    unsigned char all = 0;
    for (size_t i = 0; i < raw->len; i++) {
        all |= (unsigned char)raw->bytes[i];
    }
    return all < 0x80;
}

/* A file may begin in ASCII for long: "José" in row 2,000 decides just as well. The sample becomes
 * the first one that is not ASCII, less the end of a character that it begins with. */
static Status raw_find_evidence(int fd, RawSample *raw, Error *err)
{
    uint64_t offset = 0;
    while (is_ascii(raw) && raw->len == CSV_SAMPLE_BYTES && offset < EVIDENCE_BYTES) {
        offset += raw->len;
        Status status = raw_read(fd, offset, raw, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    size_t cut = 0;
    while (offset > 0 && cut < 3 && cut < raw->len &&
           ((unsigned char)raw->bytes[cut] & 0xC0) == 0x80) {
        cut++;
    }
    memmove(raw->bytes, raw->bytes + cut, raw->len - cut);
    raw->len -= cut;
    return STATUS_OK;
}

/* The head says whether it is text at all; what else it is in, the evidence says. */
static Status detect_encoding(int fd, RawSample *raw, char ret_name[CSV_CHARSET_SIZE], Error *err)
{
    Status status = raw_read(fd, 0, raw, err);
    if (status == STATUS_OK) {
        status = csv_charset_detect(raw->bytes, raw->len, raw->is_whole, ret_name, err);
    }
    if (status != STATUS_OK || raw->is_whole || strcmp(ret_name, "UTF-8") != 0) {
        return status;
    }
    status = raw_find_evidence(fd, raw, err);
    char name[CSV_CHARSET_SIZE];
    if (status == STATUS_OK && raw->len > 0 &&
        csv_charset_detect(raw->bytes, raw->len, false, name, NULL) == STATUS_OK) {
        memcpy(ret_name, name, sizeof name);
    }
    return status;
}

/* More than a fifth of what is not ASCII could not be read. */
static bool is_misread(const char *text, size_t len)
{
    size_t others = 0;
    size_t bad = 0;
    for (size_t i = 0; i < len; i++) {
        others += (unsigned char)text[i] >= 0xC0;
        bad += i + 3 <= len && memcmp(text + i, "\xEF\xBF\xBD", 3) == 0;
    }
    return bad * 5 > others;
}

/* ---- a file ---- */

static Status decode_sample(int fd, const char *encoding, RawSample *text, Error *err)
{
    AUTO_CSV_SOURCE CsvSource *source = NULL;
    Status status = csv_source_open(fd, encoding, &source, err);
    if (status == STATUS_OK) {
        status = csv_source_read(source, text->bytes, CSV_SAMPLE_BYTES, &text->len, err);
    }
    text->is_whole = text->len < CSV_SAMPLE_BYTES;
    return status;
}

/* Statistics may have named what the text shows not to be. */
static void settle_encoding(int fd, RawSample *text, char name[CSV_CHARSET_SIZE])
{
    bool is_certain = strncmp(name, "UTF-", 4) == 0;
    if (is_certain) {
        return;
    }
    if (decode_sample(fd, name, text, NULL) != STATUS_OK || is_misread(text->bytes, text->len)) {
        snprintf(name, CSV_CHARSET_SIZE, "WINDOWS-1252");
    }
}

static bool is_wanted(const char *encoding)
{
    return encoding != NULL && encoding[0] != '\0' && strcasecmp(encoding, "auto") != 0;
}

/* Of one byte a character: with these any text can be read, and UTF-8 as mojibake. */
static bool is_single_byte(const char *encoding)
{
    static const char *const prefixes[] = {"WINDOWS-125", "CP125",   "CP437",    "CP85",
                                           "ISO-8859",    "ISO8859", "ISO_8859", "LATIN",
                                           "KOI8",        "MAC",     "IBM"};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (strncasecmp(encoding, prefixes[i], strlen(prefixes[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* Not by ASCII alone, which most encodings share. */
static bool is_certainly_utf8(int fd, RawSample *raw)
{
    Error err;
    char name[CSV_CHARSET_SIZE];
    return detect_encoding(fd, raw, name, &err) == STATUS_OK && strcmp(name, "UTF-8") == 0 &&
           !is_ascii(raw);
}

static Status
choose_encoding(int fd, const CsvFormatWish *wish, RawSample *raw, CsvFormat *format, Error *err)
{
    if (!is_wanted(wish->encoding)) {
        Status status = detect_encoding(fd, raw, format->encoding, err);
        if (status == STATUS_OK) {
            settle_encoding(fd, raw, format->encoding);
        }
        return status;
    }
    if (!csv_source_knows(wish->encoding)) {
        return error_set_field(err, "encoding", "unknown_encoding",
                               "No encoding is called \"%.31s\"; name one such as UTF-8, UTF-16, "
                               "WINDOWS-1252 or ISO-8859-1, or leave it to be detected.",
                               wish->encoding);
    }
    if (is_single_byte(wish->encoding) && is_certainly_utf8(fd, raw)) {
        return error_set_field(err, "encoding", "encoding_is_utf8",
                               "The file is UTF-8, as reject files are whatever their import was "
                               "in; leave the encoding out, or name UTF-8.");
    }
    snprintf(format->encoding, sizeof format->encoding, "%s", wish->encoding);
    return STATUS_OK;
}

static Status check_delimiter(char delimiter, Error *err)
{
    if (delimiter != 0 && !csv_delimiter_is_allowed(delimiter)) {
        return error_set_field(err, "delimiter", "invalid_delimiter",
                               "The delimiter must be one character that is no letter, digit, "
                               "blank, quote or backslash, such as comma, semicolon, tab or pipe.");
    }
    return STATUS_OK;
}

static bool is_blank_text(const RawSample *text)
{
    size_t at = 0;
    while (at < text->len && strchr(" \t\r\n", text->bytes[at]) != NULL &&
           text->bytes[at] != '\0') {
        at++;
    }
    return at == text->len;
}

static Status check_text(const RawSample *text, Error *err)
{
    if (text->is_whole && is_blank_text(text)) {
        return csv_charset_empty(err);
    }
    if (csv_charset_is_binary(text->bytes, text->len)) {
        return error_set_field(
            err, "file", "binary_file",
            "The file is no CSV text: it holds zero bytes or control characters; "
            "export the table as CSV, or name the right encoding.");
    }
    return STATUS_OK;
}

Status csv_detect(int fd, const CsvFormatWish *wish, CsvFormat *ret_format, Error *err)
{
    AUTO_FREE char *bytes = mem_alloc(CSV_SAMPLE_BYTES);
    RawSample sample = {.bytes = bytes};
    CsvFormat format = {.delimiter = wish->delimiter};
    Status status = check_delimiter(wish->delimiter, err);
    if (status == STATUS_OK) {
        status = choose_encoding(fd, wish, &sample, &format, err);
    }
    if (status == STATUS_OK) {
        status = decode_sample(fd, format.encoding, &sample, err);
    }
    if (status == STATUS_OK) {
        status = check_text(&sample, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (format.delimiter == 0) {
        format.delimiter = csv_delimiter_detect(bytes, sample.len, sample.is_whole);
    }
    csv_layout_detect(bytes, sample.len, sample.is_whole, format.delimiter, wish->header,
                      &format.layout);
    *ret_format = format;
    return STATUS_OK;
}
