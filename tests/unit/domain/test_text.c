#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "../effort.h"
#include "domain/text.h"

#define NBSP "\xC2\xA0"
#define ZWSP "\xE2\x80\x8B"
#define ZWJ  "\xE2\x80\x8D"
#define RLO  "\xE2\x80\xAE"

Test(text, utf8_is_checked_strictly)
{
    static const struct {
        const char *bytes;
        size_t len;
        bool valid;
        size_t bad_at;
    } cases[] = {
        {"", 0, true, 0},
        {"plain ascii, longer than eight", 30, true, 0},
        {"Zo\xC3\xAB \xE2\x82\xAC \xF0\x9F\x98\x80", 13, true, 0},
        {"\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF4\x8F\xBF\xBF", 15, true, 0},
        {"a\0b", 3, false, 1},
        {"12345678\0", 9, false, 8},
        {"1234567\0", 8, false, 7},
        {"\xC0\xAF", 2, false, 0},                  /* overlong / */
        {"\xC1\xBF", 2, false, 0},                  /* overlong */
        {"ab\xE0\x9F\xBF", 5, false, 2},            /* overlong */
        {"\xF0\x8F\xBF\xBF", 4, false, 0},          /* overlong */
        {"\xED\xA0\x80", 3, false, 0},              /* surrogate */
        {"\xED\xBF\xBF", 3, false, 0},              /* surrogate */
        {"\xF4\x90\x80\x80", 4, false, 0},          /* above U+10FFFF */
        {"\xF5\x80\x80\x80", 4, false, 0},          /* above U+10FFFF */
        {"\x80", 1, false, 0},                      /* no lead byte */
        {"1234567\xE2\x82", 9, false, 7},           /* cut off */
        {"\xC3", 1, false, 0},                      /* cut off */
        {"\xE2\x28\xA1", 3, false, 0},              /* no trail byte */
        {"\xE2\x82\x28 ", 4, false, 0},             /* no trail byte */
        {"\xF0\x9F\x98(", 4, false, 0},             /* no trail byte */
        {"12345678Caf\xE9 au lait", 20, false, 11}, /* Latin-1 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t bad_at = 999;
        bool valid = text_utf8_valid(cases[i].bytes, cases[i].len, &bad_at);
        cr_expect_eq(valid, cases[i].valid, "case %zu", i);
        cr_expect_eq(bad_at, cases[i].valid ? 999 : cases[i].bad_at, "case %zu: at %zu", i, bad_at);
    }
}

/* Every sequence of up to three bytes and a good part of four, against utf8proc's decoder. */
Test(text, utf8_agrees_with_utf8proc)
{
    for (uint32_t bits = 0; bits < 1U << 24; bits += bits < 1U << 16 ? 1 : EFFORT(7, 97)) {
        unsigned char bytes[5] = {0xF0 | (bits & 7), bits >> 16, bits >> 8 & 0xFF, bits & 0xFF,
                                  'x'};
        for (size_t skip = 0; skip < 2; skip++) {
            utf8proc_int32_t c;
            utf8proc_ssize_t step = 0;
            size_t at = skip;
            while (at < 5 && bytes[at] != 0 && step >= 0) {
                step = utf8proc_iterate(bytes + at, (utf8proc_ssize_t)(5 - at), &c);
                at += step > 0 ? (size_t)step : 0;
            }
            bool valid = text_utf8_valid((const char *)bytes + skip, 5 - skip, NULL);
            cr_assert_eq(valid, at == 5, "%06x skip %zu", bits, skip);
        }
    }
}

Test(text, cells_are_cleaned)
{
    static const struct {
        const char *in;
        const char *out;
    } cases[] = {
        {"", ""},
        {"   ", ""},
        {" " NBSP ZWSP "\t", ""},
        {"Butt", "Butt"},
        {"  James Butt \r\n", "James Butt"},
        {"6649 N  Blue Gum St", "6649 N  Blue Gum St"},
        {NBSP "Jane" NBSP "\xE3\x80\x80", "Jane"},
        {"Jane" NBSP "Doe", "Jane" NBSP "Doe"},
        {"\xEF\xBB\xBFJane", "Jane"},
        {"two\nlines", "two lines"},
        {"two \r\n  lines", "two lines"},
        {"a\tb\t\tc", "a b c"},
        {"a\xE2\x80\xA8"
         "b\xC2\x85"
         "c",
         "a b c"},
        {"a\x01\x1F\x7F"
         "b",
         "ab"},
        {"\x1B[31mred", "[31mred"},
        {"a\xC2\x9B"
         "31mb",
         "a31mb"},
        {"exe" RLO "fdp.x", "exefdp.x"},
        {"in" ZWSP "visible", "invisible"},
        {"soft\xC2\xADhyphen", "softhyphen"},
        {"a" ZWJ "b", "ab"},
        {"\xED\x95\x9C" ZWJ ZWJ ",", "\xED\x95\x9C,"},
        {"\xE0\xA4\x95\xE0\xA5\x8D" ZWJ "\xE0\xA4\xB7",
         "\xE0\xA4\x95\xE0\xA5\x8D" ZWJ "\xE0\xA4\xB7"},
        {"Rene\xCC\x81", "Ren\xC3\xA9"},
        {"Ren\xC3\xA9", "Ren\xC3\xA9"},
        {"M\xC3\xBCller, 12345678", "M\xC3\xBCller, 12345678"},
        {"\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "\xED\x95\x9C"},
        {"\xE2\x84\xAB", "\xC3\x85"}, /* Angstrom sign */
        {"\xF0\x9F\x98\x80 ok", "\xF0\x9F\x98\x80 ok"},
        {"12345678\x7F", "12345678"},
        {"1234567\x1F"
         "8",
         "12345678"},
    };
    AUTO_STRBUF scratch = STRBUF_INIT;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        TextSlice out = text_clean(text_of(cases[i].in), &scratch);
        cr_expect_eq(out.len, strlen(cases[i].out), "case %zu: %.*s", i, (int)out.len, out.data);
        cr_expect_arr_eq(out.data, cases[i].out, out.len, "case %zu: %.*s", i, (int)out.len,
                         out.data);
    }
}

Test(text, plain_ascii_is_borrowed)
{
    AUTO_STRBUF scratch = STRBUF_INIT;
    const char *cell = "  6649 N Blue Gum St ";
    TextSlice out = text_clean(text_of(cell), &scratch);
    cr_expect_eq(out.data, cell + 2);
    cr_expect_eq(out.len, 18);
    cr_expect_eq(scratch.cap, 0);
}

Test(text, every_ascii_byte_is_kept_or_taken_out_at_every_place)
{
    AUTO_STRBUF scratch = STRBUF_INIT;
    for (int c = 1; c < 0x80; c++) {
        for (size_t at = 1; at < 18; at++) {
            char cell[] = "abcdefghijklmnopqrs";
            cell[at] = (char)c;
            TextSlice out = text_clean(text_of(cell), &scratch);
            bool space = c >= 0x09 && c <= 0x0D;
            bool kept = space || (c >= 0x20 && c < 0x7F);
            cr_assert_eq(out.len, kept ? 19 : 18, "byte %02x at %zu", c, at);
            cr_assert_eq(out.data[at], space ? ' ' : kept ? (char)c : cell[at + 1]);
        }
    }
}

/* Whatever the quick check lets pass must be what full normalisation gives. */
Test(text, cleaned_text_is_nfc_for_every_character)
{
    AUTO_STRBUF scratch = STRBUF_INIT;
    static const char *const frames[][2] = {{"x", "y"},
                                            {"e", "\xCC\x81z"},
                                            {"\xEA\xB0\x80", "\xE1\x86\xAB"
                                                             "."}};
    for (int32_t c = 0xA1; c < 0x110000; c += c < 0x3000 ? 1 : EFFORT(1, 17)) {
        if (!utf8proc_codepoint_valid(c)) {
            continue;
        }
        char spelled[5] = "";
        spelled[utf8proc_encode_char(c, (utf8proc_uint8_t *)spelled)] = '\0';
        for (size_t i = 0; i < 3; i++) {
            char cell[32];
            snprintf(cell, sizeof cell, "%s%s%s", frames[i][0], spelled, frames[i][1]);
            TextSlice out = text_clean(text_of(cell), &scratch);
            utf8proc_uint8_t *nfc = NULL;
            utf8proc_ssize_t len =
                utf8proc_map((const utf8proc_uint8_t *)out.data, (utf8proc_ssize_t)out.len, &nfc,
                             UTF8PROC_STABLE | UTF8PROC_COMPOSE);
            cr_assert_eq((size_t)len, out.len, "U+%04X", (unsigned)c);
            cr_assert_arr_eq(nfc, out.data, out.len, "U+%04X", (unsigned)c);
            free(nfc);
        }
    }
}

Test(text, cleaning_twice_changes_nothing)
{
    static const char *const pieces[] = {
        "a",  "9", " ", "\t",       "\n",           "\x01",         NBSP,
        ZWSP, ZWJ, RLO, "\xCC\x81", "\xED\x95\x9C", "\xE0\xA4\x95", "\xF0\x9F\x98\x80"};
    uint64_t random = 42;
    AUTO_STRBUF first = STRBUF_INIT;
    AUTO_STRBUF second = STRBUF_INIT;
    for (int i = 0; i < EFFORT(100000, 10000); i++) {
        char cell[64] = "";
        for (int n = 0; n < 10; n++) {
            random = random * 6364136223846793005ULL + 1442695040888963407ULL;
            strcat(cell, pieces[(random >> 33) % (sizeof pieces / sizeof pieces[0])]);
        }
        TextSlice once = text_clean(text_of(cell), &first);
        TextSlice twice = text_clean(once, &second);
        cr_assert_eq(once.len, twice.len, "round %d", i);
        cr_assert_arr_eq(once.data, twice.data, once.len, "round %d", i);
        cr_assert(text_utf8_valid(once.data, once.len, NULL));
    }
}
