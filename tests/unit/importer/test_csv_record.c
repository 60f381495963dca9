#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "importer/csv_find.h"
#include "importer/csv_record.h"

#define FOUR_ROWS      "2,a,b,c,d\n3,a,b,c,d\n\n4,a,b,c,d\n5,a,,,\n"
#define FOUR_ROWS_CRLF "2,a,b,c,d\r\n3,a,b,c,d\r\n4,a,b,c,d\r\n5,a,,,\r\n"
#define TEN_PAIRS      "a,1\nb,2\nc,3\nd,4\ne,5\nf,6\ng,7\nh,8\ni,9\nj,0\n"

static CsvSpan span_of(const char *text, char delimiter)
{
    CsvLimits limits = csv_limits_or_default(NULL);
    CsvSpan span;
    cr_assert(csv_record_span(text, strlen(text), true, delimiter, &limits, &span));
    return span;
}

Test(csv_record, ends_where_the_dialect_says)
{
    static const struct {
        const char *text;
        size_t len;
        size_t newline_bytes;
        size_t newlines;
        bool has_quote;
        bool is_blank;
    } cases[] = {
        {"a,b\nc", 3, 1, 1, false, false},
        {"a,b\r\nc", 3, 2, 1, false, false},
        {"a,b\rc", 3, 1, 1, false, false},
        {"a,b\r", 3, 1, 1, false, false},
        {"a,b", 3, 0, 0, false, false},
        {"\na", 0, 1, 1, false, true},
        {"\r\na", 0, 2, 1, false, true},
        {" \t \na", 3, 1, 1, false, true},
        {" , \na", 3, 1, 1, false, true},
        {",,,,", 4, 0, 0, false, true},
        {",\"\", \" \t\" ,\r\na", 11, 2, 1, true, true},
        {",\",\"\na", 4, 1, 1, true, false},
        {",\"\n\"\na", 4, 1, 2, true, false},
        {",\" \"\" \"\na", 7, 1, 1, true, false},
        {",,x,\na", 4, 1, 1, false, false},
        {"\"a\nb\",c\nd", 7, 1, 2, true, false},
        {"\"a\r\nb\rc\"\r\nd", 8, 2, 3, true, false},
        {"\"a\"\"\nb\"\nc", 7, 1, 2, true, false},
        {"\"\"\nc", 2, 1, 1, true, true},
        {"\"\"\"\"\nc", 4, 1, 1, true, false},
        {"\"a,b\"", 5, 0, 0, true, false},
        {"x, \t\"a\nb\"\nc", 9, 1, 2, true, false},
        {"\"a\" \t,b\nc", 7, 1, 1, true, false},
        {"\"a\"  \nc", 5, 1, 1, true, false},
        {"5\" pipe,a\nb", 9, 1, 1, false, false},
        {"a\"b\"\nc", 4, 1, 1, false, false},
        {"a \"b\nc\"", 4, 1, 1, false, false},
        {"x,a\"\"\nb", 5, 1, 1, false, false},
        {"\"a\"\n\"b\"", 3, 1, 1, true, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CsvSpan span = span_of(cases[i].text, ',');
        cr_expect_eq(span.problem, CSV_PROBLEM_NONE, "%zu", i);
        cr_expect_eq(span.len, cases[i].len, "%zu: len %zu", i, span.len);
        cr_expect_eq(span.newline_bytes, cases[i].newline_bytes, "%zu", i);
        cr_expect_eq(span.newlines, cases[i].newlines, "%zu: newlines %zu", i, span.newlines);
        cr_expect_eq(span.has_quote, cases[i].has_quote, "%zu", i);
        cr_expect_eq(span.is_blank, cases[i].is_blank, "%zu", i);
    }
}

Test(csv_record, a_tab_that_delimits_is_no_blank)
{
    CsvSpan span = span_of("\t\" \t\"\t\nx", '\t');
    cr_expect(span.is_blank, "but between quotes it delimits nothing");
    span = span_of("a\"\t \"b\nc\"\nd", '\t');
    cr_expect_eq(span.len, 9, "the blank before the quote is dropped, the tab delimits");
    cr_expect(span.has_quote);
}

Test(csv_record, what_is_wrong_costs_one_physical_line)
{
    static const struct {
        const char *text;
        const char *code;
        size_t len;
        size_t newline_bytes;
    } cases[] = {
        {"a,\"b\nc,d\n", "unclosed_quote", 4, 1},
        {"a,\"b\r\nc,d\r\n", "unclosed_quote", 4, 2},
        {"a,\"b", "unclosed_quote", 4, 0},
        {"\"", "unclosed_quote", 1, 0},
        {"\"\"\"", "unclosed_quote", 3, 0},
        {"\"a\"b,c\nd", "malformed_quote", 6, 1},
        {"\"a\nb\"c\nd", "malformed_quote", 2, 1},
        {"\"a\rb\"c\nd", "malformed_quote", 2, 1},
        {"\"a\" \"b\"\nd", "malformed_quote", 7, 1},
        {"\"a\" b", "malformed_quote", 5, 0},
        {"x,\"a\";\"b\"\r\n", "malformed_quote", 9, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CsvSpan span = span_of(cases[i].text, ',');
        cr_expect_str_eq(csv_problem_code(span.problem), cases[i].code, "%zu", i);
        cr_expect_eq(span.len, cases[i].len, "%zu: len %zu", i, span.len);
        cr_expect_eq(span.newline_bytes, cases[i].newline_bytes, "%zu", i);
        cr_expect_eq(span.newlines, cases[i].newline_bytes > 0, "%zu", i);
        cr_expect_gt(strlen(csv_problem_reason(span.problem)), 20);
    }
}

Test(csv_record, limits_hold_to_the_byte)
{
    static const CsvLimits limits = {.row_bytes = 6, .field_bytes = 6, .columns = 2};
    static const struct {
        const char *text;
        const char *code;
        size_t len;
        size_t newline_bytes;
    } cases[] = {
        {"abcdef\nx", "", 6, 1},
        {"abcdef\r\nx", "", 6, 2},
        {"abcdef", "", 6, 0},
        {"abcdefg\nx", "row_too_long", 6, 0},
        {"abcdefg", "row_too_long", 6, 0},
        {"\"bcde\"\nx", "", 6, 1},
        {"\"bcde\"", "", 6, 0},
        {"\"bcdef\"\n", "row_too_long", 6, 0},
        {"\"bcdefgh\"\n", "row_too_long", 6, 0},
        {"\"b\nxxxxxx\"\n", "unclosed_quote", 2, 1},
        {"\"b\n\",cdef\n", "row_too_long", 2, 1},
        {"\"\",\"\"\n", "", 5, 1},
        {"\"\",\"\",\"\"\n", "row_too_long", 6, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CsvSpan span;
        size_t len = strlen(cases[i].text);
        cr_assert(csv_record_span(cases[i].text, len, true, ',', &limits, &span));
        cr_expect_str_eq(csv_problem_code(span.problem), cases[i].code, "%zu", i);
        cr_expect_eq(span.len, cases[i].len, "%zu: len %zu", i, span.len);
        cr_expect_eq(span.newline_bytes, cases[i].newline_bytes, "%zu", i);
    }
}

Test(csv_record, quoted_fields_beyond_the_limit_end_the_look_ahead)
{
    static const CsvLimits limits = {.row_bytes = 1000, .field_bytes = 100, .columns = 2};
    static const struct {
        const char *text;
        const char *code;
        size_t len;
    } cases[] = {
        {"\"a\",\"b\",\"c\n\",\n", "too_many_columns", 10},
        {"x\",\"z\nx\",\"z\nx\",\"z\n", "unclosed_quote", 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CsvSpan span;
        cr_assert(
            csv_record_span(cases[i].text, strlen(cases[i].text), false, ',', &limits, &span));
        cr_expect_str_eq(csv_problem_code(span.problem), cases[i].code);
        cr_expect_eq(span.len, cases[i].len);
    }
}

Test(csv_record, rows_in_a_quoted_cell_mean_a_lost_quote)
{
    static const struct {
        const char *text;
        size_t columns;
        bool is_lost;
    } cases[] = {
        {"1,\"a,b,c,d\n" FOUR_ROWS "5,e,5\",f,g\n", 5, true},
        {"1,\"a,b,c,d\r\n" FOUR_ROWS_CRLF "5,e,5\",f,g\r\n", 5, true},
        {"1,\"a,b,c,d\n" FOUR_ROWS "ragged,row\n5,e,5\",f,g\n", 5, true},
        {"1,\"a,b,c,d\n" FOUR_ROWS "5,e,f,g,\"\"x\"\n", 5, true},
        {"\"q,q\",\"a,b,c,d\n" FOUR_ROWS "5,e,5\",\"f,f\",g\n", 5, true},
        {"1,\"a,b,c,d\n" FOUR_ROWS "ragged,row\nragged,row\n5,e,5\",f,g\n", 5, false},
        {"1,\"a,b,c,d\n" FOUR_ROWS "5,e,5\",f,g\n", 6, false},
        {"1,\"a,b,c,d\n" FOUR_ROWS "5,e,5\",f,g\n", 0, false},
        {"1,\"a,b,c,d,e\n" FOUR_ROWS "5,e,5\",f,g\n", 5, false},
        {"1,\"a,b,c,d\n" FOUR_ROWS "5,e,5\",f,g,h\n", 5, false},
        {"1,\"\n" FOUR_ROWS "5,e,5\"\n", 2, false},
        {"1,\"a,b,c,d\n2,a,b,c,d\n3,a,b,c,d\n5,e,5\",f,g\n", 5, false},
        {"1,\"a\n" TEN_PAIRS "k,5\"\n", 2, false},
        {"1,\"a\n" TEN_PAIRS "k,5\nl,5\nm,5\"\n", 2, true},
    };
    CsvLimits limits = csv_limits_or_default(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t len = strlen(cases[i].text);
        limits.file_columns = cases[i].columns;
        CsvSpan span;
        cr_assert(csv_record_span(cases[i].text, len, true, ',', &limits, &span));
        CsvProblem problem = cases[i].is_lost ? CSV_PROBLEM_UNCLOSED_QUOTE : CSV_PROBLEM_NONE;
        cr_expect_eq(span.problem, problem, "%zu", i);
        size_t first_line = strcspn(cases[i].text, "\r\n");
        cr_expect_eq(cases[i].is_lost, span.len == first_line, "%zu: len %zu", i, span.len);
    }
}

/* 100 rows of three cells between two lines. */
static bool is_lost_among_many(const char *first, const char *last)
{
    AUTO_STRBUF text = STRBUF_INIT;
    strbuf_adds(&text, first);
    for (int i = 0; i < 100; i++) {
        strbuf_adds(&text, "\n2,a,b");
    }
    strbuf_addf(&text, "\n%s\n", last);
    CsvLimits limits = csv_limits_or_default(NULL);
    limits.file_columns = 3;
    CsvSpan span;
    cr_assert(csv_record_span(text.data, text.len, true, ',', &limits, &span));
    return span.problem == CSV_PROBLEM_UNCLOSED_QUOTE;
}

Test(csv_record, among_many_rows_one_end_may_be_ragged)
{
    cr_expect(is_lost_among_many("1,\"a,b", "3,a,5\",junk"));
    cr_expect(is_lost_among_many("1,\"a,b,junk,junk", "3,5\",b"));
    cr_expect_not(is_lost_among_many("1,\"a,b,junk,junk", "3,a,5\",junk"));
    cr_expect_not(is_lost_among_many("\"1,a,b", "3,a,b\",x,y"), "a table in the first column");
    cr_expect_not(is_lost_among_many("x,y,\"1,a,b", "3,a,b\""), "in the last one");
}

Test(csv_record, a_long_field_over_lines_is_one_record)
{
    static const CsvLimits limits = {.row_bytes = 100, .field_bytes = 8, .columns = 9};
    static const struct {
        const char *text;
        size_t len;
    } cases[] = {
        /* csv_fields says that it is too long */
        {"\"abc\ndefgh\",x\n", 13},
        {"\"abcdefghij\",x\n", 14},
        {"\"a\nb\",\"abcdefghij\"\n", 18},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CsvSpan span;
        cr_assert(csv_record_span(cases[i].text, strlen(cases[i].text), true, ',', &limits, &span));
        cr_expect_eq(span.problem, CSV_PROBLEM_NONE, "%zu", i);
        cr_expect_eq(span.len, cases[i].len, "%zu: len %zu", i, span.len);
    }
}

/* The verdict may wait for more bytes, but must never change with them. */
static void check_every_prefix(const char *text, size_t len, const CsvLimits *limits)
{
    CsvSpan whole;
    cr_assert(csv_record_span(text, len, true, ',', limits, &whole));
    for (size_t have = 1; have <= len; have++) {
        CsvSpan span;
        bool is_told = csv_record_span(text, have, false, ',', limits, &span);
        cr_assert(is_told || have <= limits->row_bytes + 1, "must tell with %zu bytes", have);
        if (is_told) {
            cr_assert_eq(memcmp(&span, &whole, sizeof span), 0, "%zu of %.*s", have, (int)len,
                         text);
        }
    }
}

Test(csv_record, verdict_does_not_depend_on_how_much_was_read)
{
    static const char alphabet[] = "\"\"\",,\n\r ab";
    static const CsvLimits limits = {.row_bytes = 12, .field_bytes = 12, .columns = 3};
    srand(20);
    for (int round = 0; round < 100000; round++) {
        char text[24];
        size_t len = 1 + (size_t)rand() % sizeof text;
        for (size_t i = 0; i < len; i++) {
            text[i] = alphabet[(size_t)rand() % (sizeof alphabet - 1)];
        }
        check_every_prefix(text, len, &limits);
    }
}

Test(csv_find, agrees_with_the_plain_search)
{
    static const char alphabet[] = "\"\n\r,abcdefghijklmnopqrstuvw\x8A\xA2\0\x0B";
    srand(21);
    for (int round = 0; round < 20000; round++) {
        char text[100];
        for (size_t i = 0; i < sizeof text; i++) {
            text[i] = rand() % 8 > 0 ? 'x' : alphabet[(size_t)rand() % (sizeof alphabet - 1)];
        }
        size_t from = (size_t)rand() % sizeof text;
        size_t len = from + (size_t)rand() % (sizeof text - from + 1);
        cr_assert_eq(csv_find_special(text, from, len), csv_find_special_plain(text, from, len));
    }
}
