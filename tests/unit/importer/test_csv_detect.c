#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "importer/csv_delimiter.h"
#include "importer/csv_detect.h"
#include "importer/csv_sample.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

static int file_of(const char *bytes, size_t len)
{
    int fd = memfd_create("csv", MFD_CLOEXEC);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, bytes, len), (ssize_t)len);
    return fd;
}

Test(csv_charset, is_detected_from_the_bytes)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *name;
    } cases[] = {
        {BYTES("phone\n5551234567\n"), "UTF-8"},
        {BYTES("\xEF\xBB\xBFphone\n"), "UTF-8"},
        {BYTES("name\nZo\xC3\xAB\n"), "UTF-8"},
        {BYTES("name\nJos\xE9,Mu\xF1oz\n"), "WINDOWS-1252"},
        {BYTES("name\nO\x92"
               "Brien\n"),
         "WINDOWS-1252"},
        {BYTES("\xFF\xFE"
               "a\0,\0b\0\n\0"),
         "UTF-16LE"},
        {BYTES("\xFE\xFF\0a\0,\0b\0\n"), "UTF-16BE"},
        {BYTES("a\0,\0b\0\n\0"
               "1\0,\0"
               "2\0\n\0"),
         "UTF-16LE"},
        {BYTES("\0a\0,\0b\0\n\0"
               "1\0,\0"
               "2\0\n"),
         "UTF-16BE"},
        {BYTES("\x18\x04\x32\x04\x30\x04,\0"
               "5\0"
               "5\0\n\0"),
         "UTF-16LE"},
        {BYTES("a,b\r\n1,2\r\n\x1A"), "UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[CSV_CHARSET_SIZE] = "";
        Error err = {0};
        Status status = csv_charset_detect(cases[i].bytes, cases[i].len, true, name, &err);
        cr_expect_eq(status, STATUS_OK, "%zu: %s", i, err.text);
        cr_expect_str_eq(name, cases[i].name, "%zu", i);
    }
}

Test(csv_charset, refuses_what_is_no_text)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *code;
    } cases[] = {
        {BYTES(""), "empty_file"},
        {BYTES("\xEF\xBB\xBF"), "empty_file"},
        {BYTES("\xFF\xFE"), "empty_file"},
        {BYTES("PK\x03\x04 and so on"), "binary_file"},
        {BYTES("\x1F\x8B\x08 and so on"), "binary_file"},
        {BYTES("\x89PNG\r\n\x1A\n\0\0\0\rIHDR"), "binary_file"},
        {BYTES("a,b\n1,\0\n"), "binary_file"},
        {BYTES("\x01\x02\x03\x04plain"), "binary_file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[CSV_CHARSET_SIZE] = "";
        Error err = {0};
        Status status = csv_charset_detect(cases[i].bytes, cases[i].len, true, name, &err);
        cr_expect_eq(status, STATUS_BAD_INPUT, "%zu", i);
        cr_expect_str_eq(err.code, cases[i].code, "%zu", i);
    }
}

Test(csv_charset, a_character_that_the_sample_cuts_is_no_fault)
{
    static const char text[] = "name\nZo\xC3\xAB \xE2\x82\xAC \xF0\x9F\x98\x80";
    for (size_t len = 8; len < sizeof text; len++) {
        char name[CSV_CHARSET_SIZE] = "";
        cr_assert_eq(csv_charset_detect(text, len, false, name, NULL), STATUS_OK);
        cr_expect_str_eq(name, "UTF-8", "%zu", len);
    }
}

Test(csv_charset, a_broken_row_among_good_ones_does_not_change_it)
{
    AUTO_STRBUF text = STRBUF_INIT;
    for (int i = 0; i < 20; i++) {
        strbuf_adds(&text, "Zo\xC3\xAB,Mu\xC3\xB1oz\n");
    }
    strbuf_adds(&text, "Zo\xEB,broken\n");
    char name[CSV_CHARSET_SIZE] = "";
    cr_assert_eq(csv_charset_detect(text.data, text.len, true, name, NULL), STATUS_OK);
    cr_expect_str_eq(name, "UTF-8");
}

/* A file of rows with these names, one in so many, in an encoding. */
static void expect_charset(const char *name, int one_in, const char *expected)
{
    AUTO_STRBUF text = STRBUF_INIT;
    strbuf_adds(&text, "name,phone,city\n");
    for (int i = 0; i < 400; i++) {
        strbuf_addf(&text, "%s,504-621-8927,Boston\n", i % one_in == 0 ? name : "Ann");
    }
    char got[CSV_CHARSET_SIZE] = "";
    cr_assert_eq(csv_charset_detect(text.data, text.len, true, got, NULL), STATUS_OK);
    cr_expect_str_eq(got, expected, "%s, one in %d: %s", name, one_in, got);
}

Test(csv_charset, names_tell_the_encoding)
{
    static const struct {
        const char *name;
        const char *charset;
    } cases[] = {
        {"Mu\xF1oz Pe\xF1"
         "a",
         "WINDOWS-1252"},
        {"Andr\xE9 Fran\xE7ois", "WINDOWS-1252"},
        {"M\xFCller J\xE4ger", "WINDOWS-1252"},
        {"N\xFA\xF1"
         "ez",
         "WINDOWS-1252"},
        {"\xC8\xE2\xE0\xED\xEE\xE2 \xD1\xE5\xF0\xE3\xE5\xE9", "WINDOWS-1251"},
        {"\x93\x63\x92\x86 \x82\xB3\x82\xAD\x82\xE7", "CP932"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_charset(cases[i].name, 2, cases[i].charset);
        expect_charset(cases[i].name, 10, cases[i].charset);
    }
}

Test(csv_charset, an_irish_apostrophe_is_not_japanese)
{
    static const char text[] = "Pat O\x92"
                               "Brien,Al D\x92"
                               "Arcy,Bo O\x92Hara\n"
                               "Cy O\x92Neil,Di O\x92"
                               "Brien,Ed D\x92"
                               "Arcy\n"
                               "Pat O\x92"
                               "Brien,Al D\x92"
                               "Arcy,Bo O\x92Hara\n";
    char name[CSV_CHARSET_SIZE] = "";
    cr_assert_eq(csv_charset_detect(text, sizeof text - 1, true, name, NULL), STATUS_OK);
    /* The apostrophe is the same in both. */
    cr_expect(strcmp(name, "WINDOWS-1252") == 0 || strcmp(name, "WINDOWS-1250") == 0, "%s", name);
}

Test(csv_delimiter, is_the_one_that_makes_even_rows)
{
    static const struct {
        const char *text;
        char delimiter;
    } cases[] = {
        {"a,b,c\n1,2,3\n", ','},
        {"a;b;c\n1;2;3\n", ';'},
        {"a\tb\tc\n1\t2\t3\n", '\t'},
        {"a|b|c\n1|2|3\n", '|'},
        {"phone\n5551234567\n", ','},
        {"", ','},
        {"name;address;phone\nA;1 Main St, Apt 5;555\nB;2 Elm St, Apt 6, Rear;556\n", ';'},
        {"name,note,phone\nA,x|y,555\nB,u|v,556\nC,,557\n", ','},
        {"\"a,b\";\"c,d\"\n\"e,f\";\"g,h\"\n", ';'},
        {"a,b\n\"x;y\nz;w\",1\n\"u;v\",2\n", ','},
        {"phone;name\n1;\"lost\n2;b\n3;c\n", ';'},
        {"Last, First;Phone\nDoe, John;555\nRoe, Jane;556\n", ';'},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char got = csv_delimiter_detect(cases[i].text, strlen(cases[i].text), true);
        cr_expect_eq(got, cases[i].delimiter, "%zu: %c", i, got);
    }
}

Test(csv_delimiter, a_record_that_the_sample_cuts_does_not_count)
{
    static const char text[] = "a;b\n1,x,y;2\n3,x,y";
    cr_expect_eq(csv_delimiter_detect(text, strlen(text), false), ';');
}

Test(csv_layout, tells_header_columns_and_phones)
{
    static const struct {
        const char *text;
        CsvHeader wish;
        CsvLayout layout;
    } cases[] = {
        {"first_name,phone\nAnn,504-621-8927\n", 0, {true, 2, 2}},
        {"Ann,504-621-8927\nBob,(810) 292-9388\n", 0, {false, 2, 2}},
        {"Ann,ann@example.com\nBob,bob@example.com\n", 0, {false, 2, 0}},
        {"5046218927\n8102929388\n", 0, {false, 1, 1}},
        {"Kunde,Nummer des Kunden\nAnn,504-621-8927\nBob,810-292-9388\n", 0, {true, 2, 2}},
        {"Ann,,x\nBob,810-292-9388,y\nCy,504-621-8927,z\n", 0, {false, 3, 2}},
        {"phone,fax\n504-621-8927,504-621-8928\n", 0, {true, 2, 0}},
        {"phone\n", 0, {true, 1, 0}},
        {"phone\n", CSV_HEADER_NONE, {false, 1, 0}},
        {"5046218927,a\n8102929388,b\n", CSV_HEADER_PRESENT, {true, 2, 1}},
        {"a,b\nc,d\n", 0, {true, 2, 0}},
        {"Smith,12\nJones,13\n", 0, {false, 2, 0}},
        {"+44 20 7946 0018,a\n+1 504 621 8927 ext. 12,b,c\n", 0, {false, 3, 1}},
        {"x,40.7127281234\ny,-73.0059413123\n", 0, {true, 2, 0}},
        {"\n\n  \nphone,name\n5046218927,Ann\n", 0, {true, 2, 1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CsvLayout layout;
        csv_layout_detect(cases[i].text, strlen(cases[i].text), true, ',', cases[i].wish, &layout);
        cr_expect_eq(layout.has_header, cases[i].layout.has_header, "%zu", i);
        cr_expect_eq(layout.columns, cases[i].layout.columns, "%zu: %zu", i, layout.columns);
        cr_expect_eq(layout.phone_column, cases[i].layout.phone_column, "%zu: %zu", i,
                     layout.phone_column);
    }
}

Test(csv_detect, puts_it_together)
{
    static const struct {
        const char *bytes;
        size_t len;
        CsvFormatWish wish;
        CsvFormat format;
    } cases[] = {
        {BYTES("phone;name\r5046218927;Zo\xEB\r"), {0}, {"WINDOWS-1252", ';', {true, 2, 1}}},
        {BYTES("\xFF\xFEp\0h\0o\0n\0e\0\t\0x\0\n\0"), {0}, {"UTF-16LE", '\t', {true, 2, 0}}},
        {BYTES("\xEF\xBB\xBFphone|x\n1|2\n"), {0}, {"UTF-8", '|', {true, 2, 0}}},
        {BYTES("phone,x\n1,2\n"), {"latin1", ':', CSV_HEADER_NONE}, {"latin1", ':', {false, 1, 0}}},
        {BYTES("phone,x\n1,2\n"), {"auto", 0, 0}, {"UTF-8", ',', {true, 2, 0}}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int fd = file_of(cases[i].bytes, cases[i].len);
        CsvFormat format;
        Error err = {0};
        cr_assert_eq(csv_detect(fd, &cases[i].wish, &format, &err), STATUS_OK, "%zu: %s", i,
                     err.text);
        cr_expect_str_eq(format.encoding, cases[i].format.encoding, "%zu", i);
        cr_expect_eq(format.delimiter, cases[i].format.delimiter, "%zu: %c", i, format.delimiter);
        cr_expect_eq(format.layout.has_header, cases[i].format.layout.has_header, "%zu", i);
        cr_expect_eq(format.layout.columns, cases[i].format.layout.columns, "%zu", i);
        cr_expect_eq(format.layout.phone_column, cases[i].format.layout.phone_column, "%zu", i);
        close(fd);
    }
}

Test(csv_detect, refuses_with_a_code)
{
    static const struct {
        const char *bytes;
        size_t len;
        CsvFormatWish wish;
        const char *code;
        const char *field;
    } cases[] = {
        {BYTES(""), {0}, "empty_file", "file"},
        {BYTES(" \r\n\t\r\n"), {0}, "empty_file", "file"},
        {BYTES(""), {.encoding = "UTF-8"}, "empty_file", "file"},
        {BYTES("a\0b"), {0}, "binary_file", "file"},
        {BYTES("a\0b"), {.encoding = "UTF-8"}, "binary_file", "file"},
        {BYTES("a,b\n"), {.encoding = "klingon"}, "unknown_encoding", "encoding"},
        {BYTES("a,b\nZo\xC3\xAB,1\n"),
         {.encoding = "windows-1252"},
         "encoding_is_utf8",
         "encoding"},
        {BYTES("a,b\nZo\xC3\xAB,1\n"), {.encoding = "Latin1"}, "encoding_is_utf8", "encoding"},
        {BYTES("a,b\n"), {.encoding = "UTF-7"}, "unknown_encoding", "encoding"},
        {BYTES("a,b\n"), {.encoding = "utf7"}, "unknown_encoding", "encoding"},
        {BYTES("a,b\n"), {.delimiter = '"'}, "invalid_delimiter", "delimiter"},
        {BYTES("a,b\n"), {.delimiter = '\n'}, "invalid_delimiter", "delimiter"},
        {BYTES("a,b\n"), {.delimiter = 'x'}, "invalid_delimiter", "delimiter"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int fd = file_of(cases[i].bytes, cases[i].len);
        CsvFormat format;
        Error err = {0};
        cr_expect_eq(csv_detect(fd, &cases[i].wish, &format, &err), STATUS_BAD_INPUT, "%zu", i);
        cr_expect_str_eq(err.code, cases[i].code, "%zu", i);
        cr_expect_str_eq(err.field, cases[i].field, "%zu", i);
        close(fd);
    }
}

Test(csv_detect, takes_a_named_encoding_that_nothing_speaks_against)
{
    static const char *const texts[] = {"a,b\nZo\xEB,1\n", "a,b\nZoe,1\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int fd = file_of(texts[i], strlen(texts[i]));
        CsvFormat format;
        CsvFormatWish wish = {.encoding = "WINDOWS-1252"};
        Error err = {0};
        cr_expect_eq(csv_detect(fd, &wish, &format, &err), STATUS_OK, "%zu", i);
        cr_expect_str_eq(format.encoding, "WINDOWS-1252");
        close(fd);
    }
}

/* Rows of ASCII, then one row of the text given. */
static int long_file(size_t ascii_bytes, const char *last)
{
    AUTO_STRBUF text = STRBUF_INIT;
    strbuf_adds(&text, "phone,name\n");
    while (text.len < ascii_bytes) {
        strbuf_adds(&text, "504-621-8927,Ann\n");
    }
    strbuf_adds(&text, last);
    return file_of(text.data, text.len);
}

Test(csv_detect, finds_the_encoding_behind_a_long_ascii_head)
{
    static const struct {
        const char *last;
        const char *encoding;
    } cases[] = {
        {"504-621-8927,Jos\xE9 Mu\xF1oz\n", "WINDOWS-1252"},
        {"504-621-8927,Jos\xC3\xA9\n", "UTF-8"},
        {"504-621-8927,Jose\n", "UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t extra = 0; extra < 40; extra += 13) {
            int fd = long_file(3 * CSV_SAMPLE_BYTES - 30 + extra, cases[i].last);
            CsvFormat format;
            cr_assert_eq(csv_detect(fd, &(CsvFormatWish){0}, &format, NULL), STATUS_OK);
            cr_expect_str_eq(format.encoding, cases[i].encoding, "%zu", i);
            cr_expect_eq(format.layout.phone_column, 1);
            close(fd);
        }
    }
}

Test(csv_detect, the_cut_of_the_sample_does_not_matter)
{
    for (size_t extra = 0; extra < 24; extra++) {
        AUTO_STRBUF text = STRBUF_INIT;
        strbuf_adds(&text, "phone;n\xC3\xA4me;note\n");
        while (text.len < CSV_SAMPLE_BYTES - extra) {
            strbuf_adds(&text, "5046218927;Zo\xC3\xAB;\"a;b,\nc,\"\n");
        }
        strbuf_adds(&text, "8102929388;\xE2\x82\xAC;\"a,b,\n\"\n");
        int fd = file_of(text.data, text.len);
        CsvFormat format;
        cr_assert_eq(csv_detect(fd, &(CsvFormatWish){0}, &format, NULL), STATUS_OK);
        cr_expect_str_eq(format.encoding, "UTF-8");
        cr_expect_eq(format.delimiter, ';');
        cr_expect_eq(format.layout.columns, 3);
        close(fd);
    }
}
