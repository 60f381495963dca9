#include "importer/csv_charset.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <uchardet/uchardet.h>

#include "domain/text.h"

/* ---- what is no text at all ---- */

static const struct {
    const char *magic;
    size_t len;
    const char *what;
} file_types[] = {
    {"PK\x03\x04", 4, "an Excel workbook or a zip archive; save the sheet as CSV, or unpack it"},
    {"\xD0\xCF\x11\xE0", 4, "an old Excel workbook; save the sheet as CSV"},
    {"\x1F\x8B", 2, "compressed with gzip; unpack it"},
    {"\x28\xB5\x2F\xFD", 4, "compressed with zstd; unpack it"},
    {"BZh", 3, "compressed with bzip2; unpack it"},
    {"\xFD"
     "7zXZ",
     5, "compressed with xz; unpack it"},
    {"7z\xBC\xAF", 4, "a 7z archive; unpack it"},
    {"%PDF-", 5, "a PDF document; export the table as CSV"},
    {"PAR1", 4, "a Parquet file; export it as CSV"},
    {"SQLite format 3", 15, "an SQLite database; export the table as CSV"},
};

static const char *file_type_of(const char *sample, size_t len)
{
    for (size_t i = 0; i < sizeof file_types / sizeof file_types[0]; i++) {
        if (len >= file_types[i].len &&
            memcmp(sample, file_types[i].magic, file_types[i].len) == 0) {
            return file_types[i].what;
        }
    }
    return NULL;
}

/* Ctrl-Z ends old DOS files. */
static bool is_odd_control(unsigned char c)
{
    return (c < 0x20 && strchr("\t\n\v\f\r\x1A", c) == NULL) || c == 0x7F;
}

bool csv_charset_is_binary(const char *text, size_t len)
{
    if (memchr(text, '\0', len) != NULL) {
        return true;
    }
    size_t odd = 0;
    for (size_t i = 0; i < len; i++) {
        odd += is_odd_control((unsigned char)text[i]);
    }
    return odd * 50 > len;
}

/* ---- byte order mark, UTF-16 ---- */

static const struct {
    const char *mark;
    size_t len;
    const char *name;
} marks[] = {
    {"\xEF\xBB\xBF", 3, "UTF-8"},        {"\xFF\xFE\x00\x00", 4, "UTF-32LE"},
    {"\x00\x00\xFE\xFF", 4, "UTF-32BE"}, {"\xFF\xFE", 2, "UTF-16LE"},
    {"\xFE\xFF", 2, "UTF-16BE"},
};

static const char *charset_by_mark(const char *sample, size_t len, size_t *ret_mark_len)
{
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (len >= marks[i].len && memcmp(sample, marks[i].mark, marks[i].len) == 0) {
            *ret_mark_len = marks[i].len;
            return marks[i].name;
        }
    }
    return NULL;
}

/* Delimiters, digits, blanks and newlines have a zero for their upper half in any script: a tenth
 * of the characters at least. Lower halves of zero hardly occur. */
const char *csv_charset_utf16(const char *sample, size_t len)
{
    size_t zeros[2] = {0, 0};
    size_t pairs = len / 2;
    for (size_t i = 0; i < pairs * 2; i++) {
        zeros[i & 1] += sample[i] == '\0';
    }
    if (pairs == 0) {
        return NULL;
    }
    if (zeros[1] * 10 >= pairs && zeros[0] * 50 <= zeros[1]) {
        return "UTF-16LE";
    }
    if (zeros[0] * 10 >= pairs && zeros[1] * 50 <= zeros[0]) {
        return "UTF-16BE";
    }
    return NULL;
}

/* ---- UTF-8 ---- */

/* Less a character that the sample's end cuts. */
static size_t whole_characters(const char *sample, size_t len)
{
    static const unsigned char lead_min[] = {0x00, 0xC0, 0xE0, 0xF0}; /* needs that many more */
    for (size_t back = 1; back <= 3 && back <= len; back++) {
        unsigned char c = (unsigned char)sample[len - back];
        if (c >= lead_min[back]) {
            return len - back;
        }
        if (c < 0x80) {
            break;
        }
    }
    return len;
}

static size_t count_leads(const char *bytes, size_t len)
{
    size_t leads = 0;
    for (size_t i = 0; i < len; i++) {
        leads += (unsigned char)bytes[i] >= 0xC0;
    }
    return leads;
}

/* A few broken rows do not make it another encoding: other encodings' text hardly ever has the form
 * of UTF-8 by chance. */
static bool is_mostly_utf8(const char *sample, size_t len)
{
    size_t good = 0;
    size_t bad = 0;
    size_t at = 0;
    size_t bad_at = 0;
    while (!text_utf8_valid(sample + at, len - at, &bad_at)) {
        good += count_leads(sample + at, bad_at);
        at += bad_at + 1;
        bad++;
    }
    good += count_leads(sample + at, len - at);
    return bad == 0 || good > 4 * bad;
}

/* ---- everything else ---- */

/* uchardet names the smaller of two encodings where Windows writes the larger. */
static const struct {
    const char *uchardet;
    const char *name;
} larger[] = {
    {"ISO-8859-1", "WINDOWS-1252"},
    {"ISO-8859-9", "WINDOWS-1254"},
    {"SHIFT_JIS", "CP932"},
    {"EUC-KR", "CP949"},
    {"UHC", "CP949"},
    {"GB2312", "GB18030"},
    {"ASCII", "WINDOWS-1252"}, /* its word for "too little to go by" */
    {"", "WINDOWS-1252"},
};

static const char *charset_guess(uchardet_t detector, const char *sample, size_t len)
{
    if (uchardet_handle_data(detector, sample, len) != 0) {
        return "WINDOWS-1252";
    }
    uchardet_data_end(detector);
    const char *guess = uchardet_get_charset(detector);
    for (size_t i = 0; i < sizeof larger / sizeof larger[0]; i++) {
        if (strcasecmp(guess, larger[i].uchardet) == 0) {
            return larger[i].name;
        }
    }
    return guess;
}

static void charset_by_statistics(const char *sample, size_t len, char ret_name[CSV_CHARSET_SIZE])
{
    uchardet_t detector = uchardet_new();
    snprintf(ret_name, CSV_CHARSET_SIZE, "%s", charset_guess(detector, sample, len));
    uchardet_delete(detector);
}

/* ---- the order of evidence ---- */

static Status empty_file(Error *err)
{
    return error_set_field(err, "file", "empty_file", "The file is empty.");
}

static Status binary_file(Error *err, const char *what)
{
    return error_set_field(err, "file", "binary_file", "The file is no CSV text: it is %s.", what);
}

Status csv_charset_detect(
    const char *sample, size_t len, bool is_whole, char ret_name[CSV_CHARSET_SIZE], Error *err)
{
    size_t mark_len = 0;
    const char *name = charset_by_mark(sample, len, &mark_len);
    if (len == mark_len) {
        return empty_file(err);
    }
    const char *type = file_type_of(sample, len);
    if (type != NULL) {
        return binary_file(err, type);
    }
    name = name != NULL ? name : csv_charset_utf16(sample, len);
    if (name != NULL) {
        snprintf(ret_name, CSV_CHARSET_SIZE, "%s", name);
        return STATUS_OK;
    }
    if (csv_charset_is_binary(sample, len)) {
        return binary_file(err, "binary data; export the table as CSV");
    }
    if (is_mostly_utf8(sample, is_whole ? len : whole_characters(sample, len))) {
        snprintf(ret_name, CSV_CHARSET_SIZE, "UTF-8");
        return STATUS_OK;
    }
    charset_by_statistics(sample, len, ret_name);
    return STATUS_OK;
}
