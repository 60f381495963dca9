#include "domain/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "base/mem.h"

#define ONES  0x0101010101010101ULL
#define HIGHS 0x8080808080808080ULL

typedef struct Range {
    uint32_t first;
    uint32_t last;
} Range;

/* Blanks that are no line breaks. */
static const Range blanks[] = {
    {0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200A},
    {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000},
};

/* Tab and what breaks a line; these come before `removed`, which covers them too. */
static const Range breaks[] = {
    {0x09, 0x0D},
    {0x85, 0x85},
    {0x2028, 0x2029},
};

/* Controls, bidi controls, invisible formatting. ZWNJ and ZWJ (200C, 200D) are `joiners`. */
static const Range removed[] = {
    {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},     {0x61C, 0x61C},
    {0x180E, 0x180E}, {0x200B, 0x200B}, {0x200E, 0x200F}, {0x202A, 0x202E},
    {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F},
};

static const Range joiners[] = {{0x200C, 0x200D}};

/* Characters that NFC leaves alone whatever stands beside them, as long as only such do: test_text
 * compares this with utf8proc. Anything else is given to utf8proc. */
static const Range nfc_stable[] = {
    {0x0, 0x2FF},     {0x388, 0x482},   {0x48A, 0x58F},   {0x1E00, 0x1EFF},
    {0x2010, 0x2027}, {0x20A0, 0x20CF}, {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3},
};

#define IN(table, c) range_has((table), sizeof(table) / sizeof((table)[0]), (c))

static bool range_has(const Range *ranges, size_t count, uint32_t c)
{
    for (size_t i = 0; i < count; i++) {
        if (c <= ranges[i].last) {
            return c >= ranges[i].first;
        }
    }
    return false;
}

TextSlice text_of(const char *text)
{
    return text != NULL ? (TextSlice){text, strlen(text)} : TEXT("");
}

bool text_equal_nocase(TextSlice a, TextSlice b)
{
    return a.len == b.len && strncasecmp(a.data, b.data, a.len) == 0;
}

static bool is_mark(char c)
{
    return c == ' ' || c == '.' || c == ',' || c == '-' || c == '\'' || c == '&' || c == '(' ||
           c == ')';
}

static char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

TextSlice text_squeeze(TextSlice text, char *buf, size_t size)
{
    TextSlice squeezed = {buf, 0};
    for (size_t i = 0; i < text.len; i++) {
        if (is_mark(text.data[i])) {
            continue;
        }
        if (squeezed.len == size) {
            return (TextSlice){buf, 0};
        }
        buf[squeezed.len++] = ascii_lower(text.data[i]);
    }
    return squeezed;
}

bool text_squeezed_is(TextSlice squeezed, const char *name)
{
    size_t at = 0;
    for (; *name != '\0'; name++) {
        if (is_mark(*name)) {
            continue;
        }
        if (at == squeezed.len || squeezed.data[at] != ascii_lower(*name)) {
            return false;
        }
        at++;
    }
    return at == squeezed.len;
}

static uint64_t load8(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* --- strict UTF-8 --- */

/* The second byte's range is what tells overlongs, surrogates and too high characters. */
typedef struct Lead {
    unsigned char first;
    unsigned char last;
    unsigned char more; /* bytes that follow */
    unsigned char second_min;
    unsigned char second_max;
} Lead;

static const Lead leads[] = {
    {0x01, 0x7F, 0, 0, 0},       {0xC2, 0xDF, 1, 0x80, 0xBF}, {0xE0, 0xE0, 2, 0xA0, 0xBF},
    {0xE1, 0xEC, 2, 0x80, 0xBF}, {0xED, 0xED, 2, 0x80, 0x9F}, {0xEE, 0xEF, 2, 0x80, 0xBF},
    {0xF0, 0xF0, 3, 0x90, 0xBF}, {0xF1, 0xF3, 3, 0x80, 0xBF}, {0xF4, 0xF4, 3, 0x80, 0x8F},
};

/* Bytes of the character at the start, 0 when it is malformed. */
static size_t utf8_char_len(const unsigned char *bytes, size_t left)
{
    for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++) {
        const Lead *lead = &leads[i];
        if (bytes[0] > lead->last) {
            continue;
        }
        if (bytes[0] < lead->first || left <= lead->more) {
            return 0;
        }
        if (lead->more > 0 && (bytes[1] < lead->second_min || bytes[1] > lead->second_max)) {
            return 0;
        }
        for (size_t k = 2; k <= lead->more; k++) {
            if ((bytes[k] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return (size_t)lead->more + 1;
    }
    return 0;
}

static bool all_plain_ascii8(uint64_t word)
{
    return (((word - ONES) | word) & HIGHS) == 0; /* neither a zero byte nor one above 7F */
}

bool text_utf8_valid(const char *bytes, size_t len, size_t *bad_at)
{
    size_t at = 0;
    while (at < len) {
        if (len - at >= 8 && all_plain_ascii8(load8(bytes + at))) {
            at += 8;
            continue;
        }
        size_t step = utf8_char_len((const unsigned char *)bytes + at, len - at);
        if (step == 0) {
            if (bad_at != NULL) {
                *bad_at = at;
            }
            return false;
        }
        at += step;
    }
    return true;
}

/* --- trimming and cleaning --- */

static uint32_t decode(const char *at, size_t *ret_len)
{
    const unsigned char *b = (const unsigned char *)at;
    if (b[0] < 0x80) {
        *ret_len = 1;
        return b[0];
    }
    if (b[0] < 0xE0) {
        *ret_len = 2;
        return (b[0] & 0x1FU) << 6 | (b[1] & 0x3FU);
    }
    if (b[0] < 0xF0) {
        *ret_len = 3;
        return (b[0] & 0x0FU) << 12 | (b[1] & 0x3FU) << 6 | (b[2] & 0x3FU);
    }
    *ret_len = 4;
    return (b[0] & 0x07U) << 18 | (b[1] & 0x3FU) << 12 | (b[2] & 0x3FU) << 6 | (b[3] & 0x3FU);
}

static bool invisible_at_end(uint32_t c)
{
    return IN(blanks, c) || IN(breaks, c) || IN(removed, c) || IN(joiners, c);
}

static size_t char_start_before(const char *data, size_t end)
{
    do {
        end--;
    } while (((unsigned char)data[end] & 0xC0) == 0x80);
    return end;
}

static TextSlice trim_unicode(TextSlice text)
{
    size_t char_len;
    while (text.len > 0 && invisible_at_end(decode(text.data, &char_len))) {
        text.data += char_len;
        text.len -= char_len;
    }
    while (text.len > 0) {
        size_t start = char_start_before(text.data, text.len);
        if (!invisible_at_end(decode(text.data + start, &char_len))) {
            break;
        }
        text.len = start;
    }
    return text;
}

static TextSlice trim_ascii(TextSlice text)
{
    while (text.len > 0 && (unsigned char)text.data[0] <= ' ') {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && (unsigned char)text.data[text.len - 1] <= ' ') {
        text.len--;
    }
    return text;
}

TextSlice text_trim(TextSlice text)
{
    text = trim_ascii(text);
    if (text.len == 0) {
        return text;
    }
    unsigned char first = (unsigned char)text.data[0];
    unsigned char last = (unsigned char)text.data[text.len - 1];
    return first < 0x7F && last < 0x7F ? text : trim_unicode(text);
}

/* High bit set in each byte that is not 20..7E. */
static uint64_t special8(uint64_t word)
{
    uint64_t del = word ^ (ONES * 0x7F);
    return (((word - ONES * 0x20) | (del - ONES)) & ~word & HIGHS) | (word & HIGHS);
}

static bool all_printable_ascii(TextSlice text)
{
    size_t at = 0;
    for (; at + 8 <= text.len; at += 8) {
        if (special8(load8(text.data + at)) != 0) {
            return false;
        }
    }
    for (; at < text.len; at++) {
        unsigned char c = (unsigned char)text.data[at];
        if (c < 0x20 || c >= 0x7F) {
            return false;
        }
    }
    return true;
}

static bool ends_in_space(const StrBuf *buf)
{
    return buf->len > 0 && buf->data[buf->len - 1] == ' ';
}

typedef struct Cleaner {
    StrBuf *out;
    const char *joiner; /* met and not yet written: what follows decides */
    bool after_break;   /* blanks that follow belong to the space already written */
    bool maybe_unnormal;
} Cleaner;

static void cleaner_break(StrBuf *out)
{
    while (ends_in_space(out)) {
        out->data[--out->len] = '\0';
    }
    strbuf_addc(out, ' ');
}

static void cleaner_join(Cleaner *cleaner, uint32_t next)
{
    StrBuf *out = cleaner->out;
    bool spells = out->len > 0 && (unsigned char)out->data[out->len - 1] >= 0x80 && next >= 0x80 &&
                  !IN(blanks, next);
    if (cleaner->joiner != NULL && spells) {
        strbuf_add(out, cleaner->joiner, 3);
    }
    cleaner->joiner = NULL;
}

static void cleaner_add(Cleaner *cleaner, const char *bytes, uint32_t c, size_t char_len)
{
    if (IN(joiners, c)) {
        cleaner->joiner = bytes;
        return;
    }
    if (IN(breaks, c)) {
        cleaner_break(cleaner->out);
        cleaner->joiner = NULL;
        cleaner->after_break = true;
        return;
    }
    if (IN(removed, c) || (c == ' ' && cleaner->after_break)) {
        return;
    }
    cleaner_join(cleaner, c);
    strbuf_add(cleaner->out, bytes, char_len);
    cleaner->after_break = false;
    cleaner->maybe_unnormal |= !IN(nfc_stable, c);
}

static void normalise(StrBuf *buf)
{
    AUTO_FREE utf8proc_uint8_t *nfc = NULL;
    utf8proc_ssize_t len =
        utf8proc_map((const utf8proc_uint8_t *)buf->data, (utf8proc_ssize_t)buf->len, &nfc,
                     UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (len < 0) {
        abort(); /* out of memory: the text is valid */
    }
    strbuf_reset(buf);
    strbuf_add(buf, nfc, (size_t)len);
}

static TextSlice clean_slowly(TextSlice cell, StrBuf *scratch)
{
    strbuf_reset(scratch);
    strbuf_reserve(scratch, cell.len);
    Cleaner cleaner = {.out = scratch};
    while (cell.len > 0) {
        size_t char_len;
        uint32_t c = decode(cell.data, &char_len);
        cleaner_add(&cleaner, cell.data, c, char_len);
        cell.data += char_len;
        cell.len -= char_len;
    }
    if (cleaner.maybe_unnormal) {
        normalise(scratch);
    }
    return text_trim((TextSlice){scratch->data, scratch->len});
}

TextSlice text_clean(TextSlice cell, StrBuf *scratch)
{
    cell = text_trim(cell);
    return all_printable_ascii(cell) ? cell : clean_slowly(cell, scratch);
}
