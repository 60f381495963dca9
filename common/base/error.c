#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

/* Bytes of the character at the start as RFC 3629 has it, 0 when it is malformed or cut off. Stops
 * at the terminator. */
static size_t utf8_char_len(const unsigned char *at)
{
    static const struct {
        unsigned char first, last, second_min, second_max;
        size_t len;
    } leads[] = {
        {0x01, 0x7F, 0, 0, 1},       {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    size_t i = 0;
    while (i < sizeof leads / sizeof leads[0] &&
           (at[0] < leads[i].first || at[0] > leads[i].last)) {
        i++;
    }
    if (i == sizeof leads / sizeof leads[0] ||
        (leads[i].len > 1 && (at[1] < leads[i].second_min || at[1] > leads[i].second_max))) {
        return 0;
    }
    size_t len = 1;
    while (len < leads[i].len && (len == 1 || (at[len] & 0xC0) == 0x80)) {
        len++;
    }
    return len == leads[i].len ? len : 0;
}

/* A text that was cut, at its end or by a precision in its format, may have lost half a character:
 * the halves go, since PostgreSQL and JSON take whole ones only. */
static void error_keep_characters(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0';) {
        size_t len = utf8_char_len((const unsigned char *)from);
        for (size_t i = 0; i < len; i++) {
            *to++ = from[i];
        }
        from += len > 0 ? len : 1;
    }
    *to = '\0';
}

static void error_fill(Error *err,
                       Status status,
                       const char *field,
                       const char *code,
                       const char *format,
                       va_list args)
{
    if (err == NULL) {
        return;
    }
    err->status = status;
    snprintf(err->code, sizeof err->code, "%s", code);
    snprintf(err->field, sizeof err->field, "%s", field);
    vsnprintf(err->text, sizeof err->text, format, args);
    error_keep_characters(err->field);
    error_keep_characters(err->text);
}

Status error_set(Error *err, Status status, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_fill(err, status, "", code, format, args);
    va_end(args);
    return status;
}

Status error_set_field(Error *err, const char *field, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_fill(err, STATUS_BAD_INPUT, field, code, format, args);
    va_end(args);
    return STATUS_BAD_INPUT;
}

const char *status_name(Status status)
{
    static const char *const names[] = {"ok", "bad_input", "retry", "fatal"};
    return names[status];
}
