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

/* Digits, delimiters, blanks and newlines have a zero for their upper half in any script: a third
 * of the characters at least, since there are phones. Lower halves of zero hardly occur. */
const char *csv_charset_utf16(const char *sample, size_t len)
{
    size_t zeros[2] = {0, 0};
    size_t pairs = len / 2;
    for (size_t i = 0; i < pairs * 2; i++) {
        zeros[i & 1] += sample[i] == '\0';
    }
    if (pairs == 0 || len % 2 != 0) {
        return NULL;
    }
    if (zeros[1] * 3 >= pairs && zeros[0] * 50 <= zeros[1]) {
        return "UTF-16LE";
    }
    if (zeros[0] * 3 >= pairs && zeros[1] * 50 <= zeros[0]) {
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

/* What uchardet's word is taken for; Windows writes the larger of two that differ little. The rest
 * of its words (IBM852, ISO-8859-10, MAC-CENTRALEUROPE, ...) it has for a few accents in Western
 * names. */
static const struct {
    const char *uchardet;
    const char *name;
    bool is_latin; /* its letters stand alone among ASCII; others come in runs */
} trusted[] = {
    {"WINDOWS-1250", "WINDOWS-1250", true},
    {"ISO-8859-2", "ISO-8859-2", true},
    {"WINDOWS-1254", "WINDOWS-1254", true},
    {"ISO-8859-9", "WINDOWS-1254", true},
    {"WINDOWS-1257", "WINDOWS-1257", true},
    {"WINDOWS-1251", "WINDOWS-1251", false},
    {"ISO-8859-5", "ISO-8859-5", false},
    {"KOI8-R", "KOI8-R", false},
    {"WINDOWS-1253", "WINDOWS-1253", false},
    {"ISO-8859-7", "ISO-8859-7", false},
    {"WINDOWS-1255", "WINDOWS-1255", false},
    {"ISO-8859-8", "WINDOWS-1255", false},
    {"WINDOWS-1256", "WINDOWS-1256", false},
    {"ISO-8859-6", "ISO-8859-6", false},
    {"TIS-620", "CP874", false},
    {"SHIFT_JIS", "CP932", false},
    {"EUC-JP", "EUC-JP", false},
    {"EUC-KR", "CP949", false},
    {"UHC", "CP949", false},
    {"BIG5", "BIG5", false},
    {"GB18030", "GB18030", false},
};

static const char charset_fallback[] = "WINDOWS-1252";
enum { STATISTICS_LEAST_BYTES = 8 }; /* that are not ASCII: below, uchardet guesses wildly */

/* Bytes that are not ASCII, and how many of them have such a neighbour. */
typedef struct Others {
    size_t count;
    size_t in_runs;
} Others;

static Others count_others(const char *sample, size_t len)
{
    Others others = {0};
    for (size_t i = 0; i < len; i++) {
        bool is_after = i > 0 && (unsigned char)sample[i - 1] >= 0x80;
        bool is_before = i + 1 < len && (unsigned char)sample[i + 1] >= 0x80;
        if ((unsigned char)sample[i] >= 0x80) {
            others.count++;
            others.in_runs += is_after || is_before;
        }
    }
    return others;
}

/* The apostrophe of O'Brien as Windows writes it looks like Japanese to uchardet. */
static const char *trusted_name(const char *guess, Others others)
{
    bool has_runs = others.in_runs * 2 > others.count;
    for (size_t i = 0; i < sizeof trusted / sizeof trusted[0]; i++) {
        if (strcasecmp(guess, trusted[i].uchardet) == 0 && (trusted[i].is_latin || has_runs)) {
            return trusted[i].name;
        }
    }
    return charset_fallback;
}

static const char *charset_by_statistics(const char *sample, size_t len)
{
    Others others = count_others(sample, len);
    if (others.count < STATISTICS_LEAST_BYTES) {
        return charset_fallback;
    }
    uchardet_t detector = uchardet_new();
    const char *name = charset_fallback;
    if (uchardet_handle_data(detector, sample, len) == 0) {
        uchardet_data_end(detector);
        name = trusted_name(uchardet_get_charset(detector), others);
    }
    uchardet_delete(detector);
    return name;
}

/* ---- the order of evidence ---- */

Status csv_charset_empty(Error *err)
{
    return error_set_field(err, "file", "empty_file",
                           "The file is empty: export the table again, or name another file.");
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
        return csv_charset_empty(err);
    }
    const char *type = file_type_of(sample, len);
    if (type != NULL) {
        return binary_file(err, type);
    }
    name = name != NULL ? name : csv_charset_utf16(sample, len);
    if (name == NULL && csv_charset_is_binary(sample, len)) {
        return binary_file(err, "binary data; export the table as CSV");
    }
    if (name == NULL) {
        bool is_utf8 = is_mostly_utf8(sample, is_whole ? len : whole_characters(sample, len));
        name = is_utf8 ? "UTF-8" : charset_by_statistics(sample, len);
    }
    snprintf(ret_name, CSV_CHARSET_SIZE, "%s", name);
    return STATUS_OK;
}
