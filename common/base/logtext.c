#include "base/logtext.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What logtext_finish may still need: a quote, " cut=1" and the newline. */
enum { LOGTEXT_TAIL_BYTES = 8 };
/* The fewest digits that are masked, and the most that a number has (E.164). */
enum { PHONE_MIN_DIGITS = 10, PHONE_MAX_DIGITS = 15, PHONE_SHOWN_DIGITS = 2 };
/* As many bytes may stand between two groups of a number's digits: ") - " or an odd Unicode blank.
 * */
enum { PHONE_MAX_GAP = 4 };

/* Keys whose values are our own numbers or ids, and endings of such keys. */
static const char *const logtext_plain_keys[] = {
    "bytes",       "campaign", "chunk",  "count",     "epoch", "fingerprint", "from",    "gate",
    "generation",  "high",     "inode",  "job",       "lane",  "lead",        "list",    "low",
    "next_offset", "offset",   "outbox", "partition", "pid",   "records",     "row",     "rows",
    "seed",        "sequence", "size",   "token",     "topic", "transaction", "version", NULL,
};
static const char *const logtext_plain_endings[] = {
    "_ms", "_us", "_bytes", "_rows", "_offset", "_id", "_epoch", NULL,
};

/* Code points that are shown escaped, beside the ASCII controls: C1, invisible and bidirectional
 * marks, line and paragraph separators, byte order mark. */
static const struct {
    uint32_t first;
    uint32_t last;
} logtext_hidden[] = {
    {0x80, 0x9f},     {0x61c, 0x61c},   {0x200b, 0x200f},
    {0x2028, 0x202e}, {0x2066, 0x2069}, {0xfeff, 0xfeff},
};

static void logtext_add(LogLine *line, const char *bytes, size_t len)
{
    if (line->cut || line->len + len > sizeof line->data - LOGTEXT_TAIL_BYTES) {
        line->cut = true;
        return;
    }
    memcpy(line->data + line->len, bytes, len);
    line->len += len;
}

void logtext_addf(LogLine *line, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    logtext_add(line, text, len < (int)sizeof text ? (size_t)len : sizeof text - 1);
}

void logtext_finish(LogLine *line)
{
    const char *tail = line->cut ? " cut=1\n" : "\n";
    memcpy(line->data + line->len, tail, strlen(tail));
    line->len += strlen(tail);
}

/* The bytes of a valid UTF-8 character of two or more bytes at text, and its code point; else 0. */
static size_t logtext_decode(const unsigned char *text, uint32_t *ret_point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    if (text[0] < 0xc2 || text[0] > 0xf4) {
        return 0;
    }
    uint32_t point = text[0] & (0xff >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
        point = point << 6 | (text[i] & 0x3f);
    }
    bool surrogate = point >= 0xd800 && point <= 0xdfff;
    *ret_point = point;
    return point < least[len] || point > 0x10ffff || surrogate ? 0 : len;
}

static bool logtext_is_hidden(uint32_t point)
{
    for (size_t i = 0; i < sizeof logtext_hidden / sizeof logtext_hidden[0]; i++) {
        if (point >= logtext_hidden[i].first && point <= logtext_hidden[i].last) {
            return true;
        }
    }
    return false;
}

static size_t logtext_escape_ascii(char c, char ret_safe[LOGTEXT_SAFE_SIZE])
{
    static const char from[] = "\"\\\n\r\t";
    static const char to[] = "\"\\nrt";
    const char *special = strchr(from, c);
    if (special != NULL && c != '\0') {
        snprintf(ret_safe, LOGTEXT_SAFE_SIZE, "\\%c", to[special - from]);
    } else if (c < 0x20 || c == 0x7f) {
        snprintf(ret_safe, LOGTEXT_SAFE_SIZE, "\\x%02x", c);
    } else {
        snprintf(ret_safe, LOGTEXT_SAFE_SIZE, "%c", c);
    }
    return 1;
}

size_t logtext_escape(const char *text, char ret_safe[LOGTEXT_SAFE_SIZE])
{
    if ((unsigned char)text[0] < 0x80) {
        return logtext_escape_ascii(text[0], ret_safe);
    }
    uint32_t point;
    size_t len = logtext_decode((const unsigned char *)text, &point);
    if (len == 0) {
        snprintf(ret_safe, LOGTEXT_SAFE_SIZE, "\\x%02x", (unsigned char)text[0]);
        return 1;
    }
    if (logtext_is_hidden(point)) {
        snprintf(ret_safe, LOGTEXT_SAFE_SIZE, "\\u%04x", (unsigned)(point & 0xffff));
    } else {
        snprintf(ret_safe, LOGTEXT_SAFE_SIZE, "%.*s", (int)len, text);
    }
    return len;
}

static bool logtext_is_bare(const char *value)
{
    for (const char *c = value; *c != '\0'; c++) {
        if (*c <= 0x20 || *c >= 0x7f || strchr("\"\\=", *c) != NULL) {
            return false;
        }
    }
    return value[0] != '\0';
}

static void logtext_add_quoted(LogLine *line, const char *value)
{
    logtext_add(line, "\"", 1);
    bool opened = !line->cut;
    while (*value != '\0' && !line->cut) {
        char safe[LOGTEXT_SAFE_SIZE];
        value += logtext_escape(value, safe);
        logtext_add(line, safe, strlen(safe));
    }
    if (opened) { /* there is always room for this one: the tail keeps it */
        line->data[line->len++] = '"';
    }
}

static bool logtext_is_one_of(const char *key, const char *const words[])
{
    for (; *words != NULL; words++) {
        if (strcmp(key, *words) == 0) {
            return true;
        }
    }
    return false;
}

static bool logtext_ends_in(const char *key, const char *const endings[])
{
    for (; *endings != NULL; endings++) {
        size_t key_len = strlen(key);
        size_t len = strlen(*endings);
        if (key_len > len && strcmp(key + key_len - len, *endings) == 0) {
            return true;
        }
    }
    return false;
}

/* A number or id of our own under a key that says so; "+1504..." is neither, whatever the key. */
static bool logtext_is_plain(const char *key, const char *value)
{
    return (logtext_is_one_of(key, logtext_plain_keys) ||
            logtext_ends_in(key, logtext_plain_endings)) &&
           value[strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                               "0123456789_-.")] == '\0';
}

void logtext_add_field(LogLine *line, const char *key, char *value)
{
    if (!logtext_is_plain(key, value)) {
        logtext_mask_phones(value);
    }
    logtext_addf(line, " %s=", key);
    if (logtext_is_bare(value)) {
        logtext_add(line, value, strlen(value));
    } else {
        logtext_add_quoted(line, value);
    }
}

/* Things full of digits that are no phone: d is a digit, h a hex digit, the rest stands for itself.
 * */
static const char *const logtext_shapes[] = {
    "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh",
    "dddd-dd-ddTdd:dd",
    "dddd-dd-dd dd:dd",
    NULL,
};

static size_t logtext_shape_len(const char *text, const char *shape)
{
    size_t i = 0;
    for (; shape[i] != '\0'; i++) {
        unsigned char c = (unsigned char)text[i];
        bool fits = shape[i] == 'd'   ? isdigit(c) != 0
                    : shape[i] == 'h' ? isxdigit(c) != 0
                                      : c == (unsigned char)shape[i];
        if (!fits) {
            return 0;
        }
    }
    return i;
}

/* Up to 255 and without a leading zero, so that "044.668.18.00" stays a phone. */
static size_t logtext_octet_len(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    bool leading_zero = digits > 1 && text[0] == '0';
    return digits > 3 || leading_zero || atoi(text) > 255 ? 0 : digits;
}

static size_t logtext_ipv4_len(const char *text)
{
    size_t len = 0;
    for (int part = 0; part < 4; part++) {
        size_t octet = logtext_octet_len(text + len);
        if (octet == 0 || (text[len + octet] == '.') != (part < 3)) {
            return 0;
        }
        len += octet + (part < 3 ? 1 : 0);
    }
    return len;
}

/* The bytes at text, where a word begins, that are known to be no phone. */
static size_t logtext_harmless_len(const char *text)
{
    size_t len = logtext_ipv4_len(text);
    for (const char *const *shape = logtext_shapes; *shape != NULL && len == 0; shape++) {
        len = logtext_shape_len(text, *shape);
    }
    return len > 0 && isalnum((unsigned char)text[len]) ? 0 : len;
}

static size_t logtext_gap_len(const char *text)
{
    size_t len = 0;
    for (; text[len] != '\0'; len++) {
        unsigned char c = (unsigned char)text[len];
        if (c < 0x80 && strchr(" \t\r\n-._()/+*", c) == NULL) {
            break;
        }
    }
    return len <= PHONE_MAX_GAP ? len : 0;
}

/* The bytes of the run of digit groups at text, and its digits. A group that is too long to be a
 * number's ends the run. */
static size_t logtext_run_len(const char *text, size_t *ret_digits)
{
    size_t len = 0;
    size_t gap = 0;
    *ret_digits = 0;
    for (;;) {
        size_t group = strspn(text + len + gap, "0123456789");
        bool too_long = group > PHONE_MAX_DIGITS && *ret_digits > 0;
        if (group == 0 || too_long) {
            return len;
        }
        *ret_digits += group;
        len += gap + group;
        if (group > PHONE_MAX_DIGITS) {
            *ret_digits = 0;
            return len;
        }
        gap = logtext_gap_len(text + len);
        if (gap == 0) {
            return len;
        }
    }
}

static void logtext_star(char *text, size_t len, size_t digits)
{
    for (size_t i = 0; i < len && digits > PHONE_SHOWN_DIGITS; i++) {
        if (isdigit((unsigned char)text[i])) {
            text[i] = '*';
            digits--;
        }
    }
}

void logtext_mask_phones(char *text)
{
    bool in_word = false;
    while (*text != '\0') {
        size_t len = in_word ? 0 : logtext_harmless_len(text);
        if (len == 0 && isdigit((unsigned char)*text)) {
            size_t digits;
            len = logtext_run_len(text, &digits);
            if (digits >= PHONE_MIN_DIGITS) {
                logtext_star(text, len, digits);
            }
        }
        len = len > 0 ? len : 1;
        text += len;
        in_word = isalnum((unsigned char)text[-1]) != 0;
    }
}
