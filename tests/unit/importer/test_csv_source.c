#include <criterion/criterion.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "importer/csv_source.h"

#define BAD "\xEF\xBF\xBD"

/* A literal with its zeros, but without the one that C adds. */
#define BYTES(literal) (literal), sizeof(literal) - 1

static int file_of(const char *bytes, size_t len)
{
    int fd = memfd_create("csv", MFD_CLOEXEC);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, bytes, len), (ssize_t)len);
    return fd;
}

/* The rest of the source, read step bytes at a time. */
static void read_rest(CsvSource *source, size_t step, StrBuf *buf)
{
    char part[4096];
    size_t len = 0;
    do {
        Error err = {0};
        cr_assert_eq(csv_source_read(source, part, step, &len, &err), STATUS_OK, "%s", err.text);
        strbuf_add(buf, part, len);
    } while (len == step);
}

static void expect_text(int fd, const char *encoding, const char *expected, size_t len)
{
    static const size_t steps[] = {1, 2, 3, 7, 4096};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        AUTO_CSV_SOURCE CsvSource *source = NULL;
        Error err = {0};
        cr_assert_eq(csv_source_open(fd, encoding, &source, &err), STATUS_OK, "%s", err.text);
        AUTO_STRBUF buf = STRBUF_INIT;
        read_rest(source, steps[i], &buf);
        cr_expect(buf.len == len && memcmp(buf.data, expected, len) == 0,
                  "%s by %zu gives %zu bytes: %s", encoding, steps[i], buf.len, buf.data);
    }
}

Test(csv_source, gives_utf8)
{
    static const struct {
        const char *encoding;
        const char *bytes;
        size_t len;
        const char *text;
        size_t text_len;
    } cases[] = {
        {"UTF-8", BYTES("Zo\xC3\xAB"), BYTES("Zo\xC3\xAB")},
        {NULL, BYTES("a"), BYTES("a")},
        {"", BYTES("a"), BYTES("a")},
        {"utf8",
         BYTES("\xEF\xBB\xBF"
               "a"),
         BYTES("a")},
        {"UTF-8", BYTES("\xEF\xBB\xBF"), BYTES("")},
        {"UTF-8", BYTES("\xEF\xBB"), BYTES("\xEF\xBB")},
        {"UTF-8", BYTES("a\xFF\xC3\0z"), BYTES("a\xFF\xC3\0z")},
        {"UTF-8",
         BYTES("\xEF\xBB\xBF\xEF\xBB\xBF"
               "a"),
         BYTES("\xEF\xBB\xBF"
               "a")},
        {"windows-1252", BYTES("Zo\xEB \x80 \x92"), BYTES("Zo\xC3\xAB \xE2\x82\xAC \xE2\x80\x99")},
        {"WINDOWS-1252", BYTES("a\x81z"), BYTES("a" BAD "z")},
        {"latin1", BYTES("\xE9"), BYTES("\xC3\xA9")},
        {"UTF-16LE",
         BYTES("\xFF\xFE"
               "a\0\xEB\0"),
         BYTES("a\xC3\xAB")},
        {"UTF-16LE", BYTES("a\0\xEB\0"), BYTES("a\xC3\xAB")},
        {"UTF-16BE", BYTES("\xFE\xFF\0a\0\xEB"), BYTES("a\xC3\xAB")},
        {"UTF-16",
         BYTES("\xFF\xFE"
               "a\0b\0"),
         BYTES("ab")},
        {"utf-16", BYTES("\xFE\xFF\0a\0b"), BYTES("ab")},
        {"UTF-16", BYTES("\0a\0b"), BYTES("ab")},
        {"UTF-16", BYTES("a\0b\0"), BYTES("ab")},
        {"UTF-16LE", BYTES("\x3D\xD8\x00\xDE"), BYTES("\xF0\x9F\x98\x80")},
        {"UTF-16LE",
         BYTES("a\0\x3D\xD8"
               "b\0"),
         BYTES("a" BAD "b")},
        {"UTF-16LE",
         BYTES("a\0\x00\xDE"
               "b\0"),
         BYTES("a" BAD "b")},
        {"UTF-16LE", BYTES("a\0b"), BYTES("a" BAD)},
        {"UTF-16LE", BYTES("a\0\x3D\xD8"), BYTES("a" BAD)},
        {"SHIFT_JIS", BYTES("\x93\x63,\x82\xA2"), BYTES("\xE7\x94\xB0,\xE3\x81\x84")},
        {"SHIFT_JIS", BYTES("a\x93"), BYTES("a" BAD)},
        {"ISO-2022-JP", BYTES("\x1B$BEE\x1B(B,a"), BYTES("\xE9\x9B\xBB,a")},
        {"WINDOWS-1252", BYTES(""), BYTES("")},
        {"UTF-16LE", BYTES("\xFF\xFE"), BYTES("")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int fd = file_of(cases[i].bytes, cases[i].len);
        expect_text(fd, cases[i].encoding, cases[i].text, cases[i].text_len);
        close(fd);
    }
}

Test(csv_source, refuses_names_that_nobody_knows)
{
    static const char *const names[] = {"klingon", "UTF-8//IGNORE", "latin1//TRANSLIT",
                                        "a-name-that-is-longer-than-any-encoding-has"};
    int fd = file_of("a", 1);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CsvSource *source = NULL;
        Error err = {0};
        cr_expect_not(csv_source_knows(names[i]));
        cr_expect_eq(csv_source_open(fd, names[i], &source, &err), STATUS_BAD_INPUT);
        cr_expect_str_eq(err.code, "unknown_encoding");
        cr_expect_str_eq(err.field, "encoding");
    }
    close(fd);
    cr_expect(csv_source_knows("utf-16"));
    cr_expect(csv_source_knows("CP1252"));
    cr_expect(csv_source_knows(NULL));
}

Test(csv_source, tells_what_was_converted)
{
    int fd = file_of("a", 1);
    static const struct {
        const char *encoding;
        bool is_converted;
    } cases[] = {{"UTF-8", false}, {"ascii", false}, {"latin1", true}, {"UTF-16", true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_CSV_SOURCE CsvSource *source = NULL;
        cr_assert_eq(csv_source_open(fd, cases[i].encoding, &source, NULL), STATUS_OK);
        cr_expect_eq(csv_source_is_converted(source), cases[i].is_converted);
    }
    close(fd);
}

/* Larger than all buffers, with characters of every width at every place. */
static char *large_text(size_t *ret_len)
{
    static const char *const parts[] = {"a", "\xC3\xAB", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\n"};
    StrBuf buf = STRBUF_INIT;
    srand(28);
    while (buf.len < 400000) {
        strbuf_adds(&buf, parts[(size_t)rand() % 5]);
    }
    *ret_len = buf.len;
    return strbuf_detach(&buf);
}

/* The text in another encoding, by one call of iconv. */
static int file_in(const char *encoding, const char *text, size_t len)
{
    size_t cap = len * 4 + 16;
    AUTO_FREE char *bytes = mem_alloc(cap);
    char *in = (char *)text;
    char *out = bytes;
    size_t left = cap;
    iconv_t cd = iconv_open(encoding, "UTF-8");
    cr_assert_eq(iconv(cd, &in, &len, &out, &left), 0);
    iconv_close(cd);
    return file_of(bytes, cap - left);
}

static void check_seeks(CsvSource *source, const char *text, size_t len)
{
    for (int i = 0; i < 20; i++) {
        size_t offset = (size_t)rand() % len;
        char part[300];
        size_t got = 0;
        cr_assert_eq(csv_source_seek(source, offset, NULL), STATUS_OK);
        cr_assert_eq(csv_source_read(source, part, sizeof part, &got, NULL), STATUS_OK);
        size_t expected = len - offset < sizeof part ? len - offset : sizeof part;
        cr_assert_eq(got, expected);
        cr_assert_eq(memcmp(part, text + offset, got), 0);
    }
    size_t got = 1;
    char byte;
    cr_assert_eq(csv_source_seek(source, len + 1000, NULL), STATUS_OK);
    cr_assert_eq(csv_source_read(source, &byte, 1, &got, NULL), STATUS_OK);
    cr_assert_eq(got, 0);
}

Test(csv_source, large_files_come_whole_and_seek_anywhere)
{
    static const char *const encodings[] = {"UTF-8", "UTF-16LE", "UTF-16BE", "GB18030", "UTF-32LE"};
    size_t len = 0;
    AUTO_FREE char *text = large_text(&len);
    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
        int fd = file_in(encodings[i], text, len);
        AUTO_CSV_SOURCE CsvSource *source = NULL;
        cr_assert_eq(csv_source_open(fd, encodings[i], &source, NULL), STATUS_OK);
        AUTO_STRBUF buf = STRBUF_INIT;
        read_rest(source, 4093, &buf);
        cr_expect(buf.len == len && memcmp(buf.data, text, len) == 0, "%s", encodings[i]);
        check_seeks(source, text, len);
        close(fd);
    }
}

Test(csv_source, leaves_the_descriptors_position_alone)
{
    int fd = file_of("abc", 3);
    cr_assert_eq(lseek(fd, 1, SEEK_SET), 1);
    expect_text(fd, "UTF-8", "abc", 3);
    cr_expect_eq(lseek(fd, 0, SEEK_CUR), 1);
    close(fd);
}
