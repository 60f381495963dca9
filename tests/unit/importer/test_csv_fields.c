#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "importer/csv_fields.h"
#include "importer/csv_write.h"

static void expect_cells(const CsvFields *fields, const char *const *cells, size_t case_number)
{
    size_t i = 0;
    for (; cells[i] != NULL && i < fields->count; i++) {
        cr_expect_eq(fields->cells[i].len, strlen(cells[i]), "case %zu cell %zu", case_number, i);
        cr_expect_eq(memcmp(fields->cells[i].data, cells[i], fields->cells[i].len), 0,
                     "case %zu cell %zu: %.*s", case_number, i, (int)fields->cells[i].len,
                     fields->cells[i].data);
    }
    cr_expect(cells[i] == NULL && i == fields->count, "case %zu has %zu cells", case_number,
              fields->count);
}

Test(csv_fields, splits_as_the_dialect_says)
{
    static const struct {
        const char *record;
        const char *cells[6];
    } cases[] = {
        {"a,b,c", {"a", "b", "c"}},
        {"", {NULL}},
        {"  ", {NULL}},
        {",", {"", ""}},
        {"a,", {"a", ""}},
        {",a", {"", "a"}},
        {" a b ,\tc\t, ", {"a b", "c", ""}},
        {"\"a,b\",c", {"a,b", "c"}},
        {"\" a \",b", {" a ", "b"}},
        {" \"a\" , \"b\"\t", {"a", "b"}},
        {"\"say \"\"hi\"\"\"", {"say \"hi\""}},
        {"\"\",\"\"\"\"", {"", "\""}},
        {"\"a\r\nb\",c", {"a\r\nb", "c"}},
        {"5\" pipe,\"x\"", {"5\" pipe", "x"}},
        {"a\"b\",c", {"a\"b\"", "c"}},
        {"Zo\xC3\xAB,\"M\xC3\xBC\"", {"Zo\xC3\xAB", "M\xC3\xBC"}},
    };
    AUTO_CSV_FIELDS fields;
    csv_fields_init(&fields, ',', NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *record = cases[i].record;
        bool has_quote = strchr(record, '"') != NULL;
        cr_expect_eq(csv_fields_split(&fields, record, strlen(record), has_quote),
                     CSV_PROBLEM_NONE);
        expect_cells(&fields, cases[i].cells, i);
        csv_fields_split(&fields, record, strlen(record), true);
        expect_cells(&fields, cases[i].cells, i);
        csv_fields_split_any(&fields, record, strlen(record));
        expect_cells(&fields, cases[i].cells, i);
    }
}

Test(csv_fields, takes_other_delimiters)
{
    static const char *const expected[] = {"a,b", "", "c", NULL};
    for (const char *delimiter = ";\t|"; *delimiter != '\0'; delimiter++) {
        AUTO_CSV_FIELDS fields;
        csv_fields_init(&fields, *delimiter, NULL);
        char record[] = "a,b;;c";
        record[3] = record[4] = *delimiter;
        csv_fields_split(&fields, record, strlen(record), false);
        expect_cells(&fields, expected, 0);
        csv_fields_split(&fields, record, strlen(record), true);
        expect_cells(&fields, expected, 1);
    }
}

static void expect_same(const CsvFields *a, const CsvFields *b, const char *record)
{
    cr_assert_eq(a->count, b->count, "[%s]: %zu, %zu", record, a->count, b->count);
    cr_assert_eq(a->problem, b->problem, "[%s]", record);
    for (size_t i = 0; i < a->count; i++) {
        cr_assert_eq(a->cells[i].len, b->cells[i].len, "[%s] cell %zu", record, i);
        cr_assert_eq(memcmp(a->cells[i].data, b->cells[i].data, a->cells[i].len), 0);
    }
}

Test(csv_fields, fast_path_agrees_with_libcsv)
{
    static const char alphabet[] = ",,,  \t;abcdefgh\xC3\xA9'";
    static const char delimiters[] = ",;\t|";
    static const CsvLimits limits = {.field_bytes = 12, .columns = 9};
    srand(25);
    for (const char *delimiter = delimiters; *delimiter != '\0'; delimiter++) {
        AUTO_CSV_FIELDS fast;
        AUTO_CSV_FIELDS slow;
        csv_fields_init(&fast, *delimiter, &limits);
        csv_fields_init(&slow, *delimiter, &limits);
        for (int round = 0; round < 50000; round++) {
            char record[60] = "";
            size_t len = (size_t)rand() % (sizeof record - 1);
            for (size_t i = 0; i < len; i++) {
                record[i] = alphabet[(size_t)rand() % (sizeof alphabet - 1)];
            }
            csv_fields_split(&fast, record, len, false);
            csv_fields_split_any(&slow, record, len);
            expect_same(&fast, &slow, record);
        }
    }
}

Test(csv_fields, quotes_around_whole_cells_agree_with_libcsv)
{
    static const char *const pieces[] = {",",  ",",        ",",  "\"a\"",    "\" a,b \"",  "\"\"",
                                         " ",  "\t",       "c",  "\"x\ny\"", "\"d\"\"e\"", "\"\r\"",
                                         "\"", "\xC3\xA9", "\n", ";"};
    static const CsvLimits limits = {.field_bytes = 6, .columns = 7};
    AUTO_CSV_FIELDS fast;
    AUTO_CSV_FIELDS slow;
    csv_fields_init(&fast, ',', &limits);
    csv_fields_init(&slow, ',', &limits);
    srand(28);
    for (int round = 0; round < 200000; round++) {
        char record[80] = "";
        for (int piece = rand() % 10; piece > 0; piece--) {
            strcat(record, pieces[(size_t)rand() % (sizeof pieces / sizeof pieces[0])]);
        }
        csv_fields_split(&fast, record, strlen(record), true);
        csv_fields_split_any(&slow, record, strlen(record));
        expect_same(&fast, &slow, record);
    }
}

Test(csv_fields, quotes_within_unquoted_text_need_no_libcsv)
{
    static const char alphabet[] = ",, ab\"\"";
    AUTO_CSV_FIELDS fast;
    AUTO_CSV_FIELDS slow;
    csv_fields_init(&fast, ',', NULL);
    csv_fields_init(&slow, ',', NULL);
    CsvLimits limits = csv_limits_or_default(NULL);
    srand(26);
    int compared = 0;
    for (int round = 0; round < 100000; round++) {
        char record[30] = "";
        size_t len = 1 + (size_t)rand() % (sizeof record - 2);
        for (size_t i = 0; i < len; i++) {
            record[i] = alphabet[(size_t)rand() % (sizeof alphabet - 1)];
        }
        CsvSpan span;
        cr_assert(csv_record_span(record, len, true, ',', &limits, &span));
        if (span.has_quote || span.problem != CSV_PROBLEM_NONE) {
            continue;
        }
        csv_fields_split(&fast, record, len, false);
        csv_fields_split_any(&slow, record, len);
        expect_same(&fast, &slow, record);
        compared++;
    }
    cr_expect_gt(compared, 10000);
}

Test(csv_fields, limits_hold_and_leave_the_cells_before)
{
    static const CsvLimits limits = {.field_bytes = 3, .columns = 2};
    static const char *const cut[] = {"abc", "x", NULL};
    AUTO_CSV_FIELDS fields;
    csv_fields_init(&fields, ',', &limits);
    static const struct {
        const char *record;
        CsvProblem problem;
    } cases[] = {
        {"abc,x", CSV_PROBLEM_NONE},
        {"\"abc\",x", CSV_PROBLEM_NONE},
        {"abcd,x", CSV_PROBLEM_FIELD_TOO_LONG},
        {"\"abcd\",x", CSV_PROBLEM_FIELD_TOO_LONG},
        {"abc,x,y", CSV_PROBLEM_TOO_MANY_COLUMNS},
        {"abc,x,", CSV_PROBLEM_TOO_MANY_COLUMNS},
        {"abc,\"x\",\"y\"", CSV_PROBLEM_TOO_MANY_COLUMNS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *record = cases[i].record;
        bool has_quote = strchr(record, '"') != NULL;
        cr_expect_eq(csv_fields_split(&fields, record, strlen(record), has_quote), cases[i].problem,
                     "%s", record);
        expect_cells(&fields, cut, i);
    }
}

Test(csv_fields, extra_and_missing_cells_are_told)
{
    AUTO_CSV_FIELDS fields;
    csv_fields_init(&fields, ',', NULL);
    csv_fields_split(&fields, "a,b,,c,", 7, false);
    cr_expect_eq(csv_fields_extra(&fields, 2), 1);
    cr_expect_eq(csv_fields_extra(&fields, 4), 0);
    cr_expect_eq(csv_fields_extra(&fields, 9), 0);
    cr_expect_eq(csv_fields_cell(&fields, 1).len, 1);
    cr_expect_eq(csv_fields_cell(&fields, 7).len, 0);
}

Test(csv_fields, cells_that_are_no_text_are_found)
{
    static const struct {
        const char *record;
        size_t len;
        bool is_converted;
        size_t column;
    } cases[] = {
        {"a,b", 3, false, 0},           {"Zo\xC3\xAB,b", 6, false, 0},
        {"a,\xFF", 3, false, 2},        {"\"\xC3\",b", 5, false, 1},
        {"a,b,c\0d", 7, false, 3},      {"a,\xEF\xBF\xBD", 5, false, 0},
        {"a,\xEF\xBF\xBD", 5, true, 2}, {"a,\xC3,b", 5, false, 2},
    };
    AUTO_CSV_FIELDS fields;
    csv_fields_init(&fields, ',', NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool has_quote = memchr(cases[i].record, '"', cases[i].len) != NULL;
        csv_fields_split(&fields, cases[i].record, cases[i].len, has_quote);
        cr_expect_eq(
            csv_fields_bad_cell(&fields, cases[i].record, cases[i].len, cases[i].is_converted),
            cases[i].column, "%zu", i);
    }
}

Test(csv_write, quotes_when_it_must)
{
    static const struct {
        const char *cell;
        const char *written;
    } cases[] = {
        {"", ""},           {"plain", "plain"},   {"a b", "a b"},
        {"a;b", "a;b"},     {"a,b", "\"a,b\""},   {"say \"hi\"", "\"say \"\"hi\"\"\""},
        {"\"", "\"\"\"\""}, {"a\nb", "\"a\nb\""}, {"a\rb", "\"a\rb\""},
        {" a", "\" a\""},   {"a\t", "\"a\t\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_STRBUF buf = STRBUF_INIT;
        csv_write_cell(&buf, ',', cases[i].cell, strlen(cases[i].cell));
        cr_expect_str_eq(buf.data, cases[i].written, "%zu", i);
    }
}

/* A lone empty cell is the one record that cannot be told from a blank line. */
Test(csv_write, what_is_written_reads_back)
{
    static const char alphabet[] = "\"\"\n\r, \t;|ab";
    CsvLimits limits = csv_limits_or_default(NULL);
    srand(27);
    for (int round = 0; round < 20000; round++) {
        char delimiter = ",;\t|"[round % 4];
        char bytes[5][10];
        TextSlice cells[5];
        size_t count = 2 + (size_t)rand() % 4;
        for (size_t i = 0; i < count; i++) {
            size_t len = (size_t)rand() % sizeof bytes[i];
            for (size_t j = 0; j < len; j++) {
                bytes[i][j] = alphabet[(size_t)rand() % (sizeof alphabet - 1)];
            }
            cells[i] = (TextSlice){bytes[i], len};
        }
        AUTO_STRBUF buf = STRBUF_INIT;
        csv_write_cells(&buf, delimiter, cells, count);
        size_t len = buf.len;
        csv_write_end(&buf);
        CsvSpan span;
        cr_assert(csv_record_span(buf.data, buf.len, true, delimiter, &limits, &span));
        cr_assert_eq(span.len, len);
        AUTO_CSV_FIELDS fields;
        csv_fields_init(&fields, delimiter, NULL);
        csv_fields_split(&fields, buf.data, span.len, span.has_quote);
        cr_assert_eq(fields.count, count, "%s", buf.data);
        for (size_t i = 0; i < count; i++) {
            cr_assert_eq(fields.cells[i].len, cells[i].len, "%s", buf.data);
            cr_assert_eq(memcmp(fields.cells[i].data, cells[i].data, cells[i].len), 0);
        }
    }
}
