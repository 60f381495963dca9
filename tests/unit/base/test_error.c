#include <criterion/criterion.h>
#include <string.h>

#include "base/error.h"

typedef struct Case {
    const char *given;
    const char *kept;
} Case;

Test(error, text_is_valid_utf8_whatever_it_was_made_of)
{
    static const Case cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"},
        {"cut \xC3", "cut "},
        {"cut \xE2\x82", "cut "},
        {"cut \xF0\x9F\x98", "cut "},
        {"cut \xC3\" within", "cut \" within"},
        {"lone \x80\xBF tail", "lone  tail"},
        {"overlong \xC0\x80\xE0\x80\x80", "overlong "},
        {"surrogate \xED\xA0\x80", "surrogate "},
        {"beyond \xF4\x90\x80\x80\xFF", "beyond "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Error err;
        cr_expect_eq(error_set(&err, STATUS_RETRY, "code", "%s", cases[i].given), STATUS_RETRY);
        cr_expect_str_eq(err.text, cases[i].kept);
        error_set_field(&err, cases[i].given, "code", "text");
        cr_expect_str_eq(err.field, cases[i].kept);
    }
}

Test(error, what_is_cut_to_fit_ends_with_a_whole_character)
{
    char long_text[2 * sizeof(((Error *)NULL)->text)];
    for (size_t shift = 0; shift < 3; shift++) {
        memset(long_text, 'x', shift);
        size_t len = shift;
        while (len + 4 < sizeof long_text) {
            memcpy(long_text + len, "\xE2\x82\xAC", 3);
            len += 3;
        }
        long_text[len] = '\0';
        Error err;
        error_set_field(&err, long_text, "code", "%s", long_text);
        cr_expect_eq(strlen(err.field) % 3, shift);
        cr_expect_eq(strlen(err.text) % 3, shift);
        cr_expect_gt(strlen(err.field), sizeof err.field - 4);
        cr_expect_gt(strlen(err.text), sizeof err.text - 4);
    }
}

Test(error, precision_in_a_format_cuts_no_character)
{
    Error err;
    error_set(&err, STATUS_BAD_INPUT, "code", "\"%.3s\"", "a\xC3\xA4\xC3\xA4");
    cr_expect_str_eq(err.text, "\"a\xC3\xA4\"");
    error_set(&err, STATUS_BAD_INPUT, "code", "\"%.2s\"", "a\xC3\xA4\xC3\xA4");
    cr_expect_str_eq(err.text, "\"a\"");
}
