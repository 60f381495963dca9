#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "importer/csv_scan.h"

static int file_of(const char *bytes, size_t len)
{
    int fd = memfd_create("csv", MFD_CLOEXEC);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, bytes, len), (ssize_t)len);
    return fd;
}

typedef struct Reading {
    int fd;
    CsvSource *source;
    CsvScan *scan;
} Reading;

static Reading reading_open(int fd, const CsvScanOptions *options)
{
    Reading reading = {.fd = fd};
    cr_assert_eq(csv_source_open(fd, "UTF-8", &reading.source, NULL), STATUS_OK);
    reading.scan = csv_scan_new(reading.source, options);
    return reading;
}

static void reading_close(Reading *reading)
{
    csv_scan_free(reading->scan);
    csv_source_close(reading->source);
}

static bool reading_next(Reading *reading, CsvRecord *ret_record)
{
    bool more = false;
    Error err = {0};
    cr_assert_eq(csv_scan_next(reading->scan, ret_record, &more, &err), STATUS_OK, "%s", err.text);
    return more;
}

static void describe(StrBuf *buf, const CsvRecord *record)
{
    strbuf_addf(buf, "%llu-%llu line %llu number %llu quote %d blank %d %s [",
                (unsigned long long)record->offset, (unsigned long long)record->end,
                (unsigned long long)record->line, (unsigned long long)record->number,
                record->has_quote, record->is_blank, csv_problem_code(record->problem));
    strbuf_add(buf, record->bytes, record->len);
    strbuf_adds(buf, "]\n");
}

/* All records, one a line. */
static char *transcript(const char *bytes, size_t len, const CsvScanOptions *options)
{
    int fd = file_of(bytes, len);
    Reading reading = reading_open(fd, options);
    StrBuf buf = STRBUF_INIT;
    CsvRecord record;
    while (reading_next(&reading, &record)) {
        describe(&buf, &record);
    }
    reading_close(&reading);
    close(fd);
    return strbuf_detach(&buf);
}

static const char sample[] = "a,b\r\n"
                             "\r\n"
                             "\"x\r\ny\",\"q\"\"q\"\n"
                             "  \t\r"
                             "5\" pipe,2\n"
                             "bad,\"open\n"
                             "next,row\r"
                             "\"z\"tail,1\r\n"
                             "last,one";

static const char sample_transcript[] =
    "0-5 line 1 number 1 quote 0 blank 0  [a,b]\n"
    "5-7 line 2 number 2 quote 0 blank 1  []\n"
    "7-21 line 3 number 2 quote 1 blank 0  [\"x\r\ny\",\"q\"\"q\"]\n"
    "21-25 line 5 number 3 quote 0 blank 1  [  \t]\n"
    "25-35 line 6 number 3 quote 0 blank 0  [5\" pipe,2]\n"
    "35-45 line 7 number 4 quote 1 blank 0 malformed_quote [bad,\"open]\n"
    "45-54 line 8 number 5 quote 0 blank 0  [next,row]\n"
    "54-65 line 9 number 6 quote 1 blank 0 malformed_quote [\"z\"tail,1]\n"
    "65-73 line 10 number 7 quote 0 blank 0  [last,one]\n";

Test(csv_scan, gives_records_with_their_place)
{
    AUTO_FREE char *got = transcript(sample, strlen(sample), &(CsvScanOptions){.delimiter = ','});
    cr_expect_str_eq(got, sample_transcript);
}

Test(csv_scan, an_empty_source_has_no_records)
{
    AUTO_FREE char *got = transcript("", 0, &(CsvScanOptions){.delimiter = ','});
    cr_expect_str_eq(got, "");
}

Test(csv_scan, unclosed_quote_does_not_swallow_the_file)
{
    StrBuf text = STRBUF_INIT;
    strbuf_adds(&text, "1,\"open\n");
    for (int i = 0; i < 5000; i++) {
        strbuf_adds(&text, "2,plain\n");
    }
    int fd = file_of(text.data, text.len);
    Reading reading =
        reading_open(fd, &(CsvScanOptions){.delimiter = ',', .limits.row_bytes = 1000});
    CsvRecord record;
    cr_assert(reading_next(&reading, &record));
    cr_expect_str_eq(csv_problem_code(record.problem), "unclosed_quote");
    cr_expect_eq(record.len, 7);
    int good = 0;
    while (reading_next(&reading, &record)) {
        good += record.problem == CSV_PROBLEM_NONE;
    }
    cr_expect_eq(good, 5000);
    reading_close(&reading);
    close(fd);
    strbuf_done(&text);
}

Test(csv_scan, a_line_of_any_length_costs_itself_only)
{
    static const char *const newlines[] = {"\n", "\r\n", "\r"};
    for (size_t i = 0; i < 3; i++) {
        StrBuf text = STRBUF_INIT;
        strbuf_addf(&text, "a%s", newlines[i]);
        for (int n = 0; n < 100000; n++) {
            strbuf_adds(&text, "\"long, ");
        }
        size_t end = text.len + strlen(newlines[i]);
        strbuf_addf(&text, "%sb%s", newlines[i], newlines[i]);
        int fd = file_of(text.data, text.len);
        Reading reading = reading_open(
            fd,
            &(CsvScanOptions){.delimiter = ',', .limits.row_bytes = 50, .buffer_bytes = 1000 + i});
        CsvRecord record;
        cr_assert(reading_next(&reading, &record));
        cr_assert(reading_next(&reading, &record));
        cr_expect_str_eq(csv_problem_code(record.problem), "row_too_long");
        cr_expect_eq(record.len, 50);
        cr_expect_eq(memcmp(record.bytes, "\"long, \"long, ", 14), 0);
        cr_expect_eq(record.end, end);
        cr_assert(reading_next(&reading, &record));
        cr_expect_eq(record.line, 3);
        cr_expect_eq(record.number, 3);
        cr_expect_eq(record.bytes[0], 'b');
        cr_expect_not(reading_next(&reading, &record));
        reading_close(&reading);
        close(fd);
        strbuf_done(&text);
    }
}

static size_t random_text(char *text, size_t cap)
{
    static const char *const parts[] = {"\"", "\"\"", ",",    ",\"",   "\",",
                                        "\n", "\r\n", "\r",   " ",     "\t",
                                        "a",  "bc",   "\"\n", "\"x\"", "longer text here"};
    size_t len = 0;
    while (len + 20 < cap && rand() % 60 > 0) {
        const char *part = parts[(size_t)rand() % (sizeof parts / sizeof parts[0])];
        memcpy(text + len, part, strlen(part));
        len += strlen(part);
    }
    return len;
}

Test(csv_scan, any_buffer_gives_the_same_records)
{
    srand(22);
    for (int round = 0; round < 60; round++) {
        char text[800];
        size_t len = round == 0 ? strlen(sample) : random_text(text, sizeof text);
        const char *bytes = round == 0 ? sample : text;
        CsvScanOptions options = {.delimiter = ',', .limits.row_bytes = 20 + (size_t)rand() % 60};
        AUTO_FREE char *expected = transcript(bytes, len, &options);
        for (size_t buffer = 1; buffer <= 64; buffer++) {
            options.buffer_bytes = buffer;
            AUTO_FREE char *got = transcript(bytes, len, &options);
            cr_assert_str_eq(got, expected, "buffer of %zu", buffer);
        }
    }
}

Test(csv_scan, records_cover_every_byte_once)
{
    srand(23);
    for (int round = 0; round < 300; round++) {
        char text[2000];
        size_t len = random_text(text, sizeof text);
        int fd = file_of(text, len);
        Reading reading = reading_open(
            fd, &(CsvScanOptions){.delimiter = ',', .limits.row_bytes = 60, .buffer_bytes = 16});
        CsvRecord record;
        uint64_t end = 0;
        while (reading_next(&reading, &record)) {
            cr_assert_eq(record.offset, end);
            cr_assert_gt(record.end, end);
            cr_assert_eq(memcmp(record.bytes, text + record.offset, record.len), 0);
            end = record.end;
        }
        cr_assert_eq(end, len);
        reading_close(&reading);
        close(fd);
    }
}

/* The records from a position on, read by a new scan. */
static char *transcript_from(int fd, const CsvPosition *position, const CsvScanOptions *options)
{
    Reading reading = reading_open(fd, options);
    Error err = {0};
    cr_assert_eq(csv_scan_resume(reading.scan, position, &err), STATUS_OK, "%s", err.text);
    StrBuf buf = STRBUF_INIT;
    CsvRecord record;
    while (reading_next(&reading, &record)) {
        describe(&buf, &record);
    }
    CsvPosition end;
    csv_scan_position(reading.scan, &end);
    strbuf_addf(&buf, "digest %llx\n", (unsigned long long)end.digest);
    reading_close(&reading);
    return strbuf_detach(&buf);
}

Test(csv_scan, resumes_at_every_record)
{
    srand(24);
    for (int round = 0; round < 100; round++) {
        char text[1500];
        size_t len = random_text(text, sizeof text);
        int fd = file_of(text, len);
        CsvScanOptions options = {.delimiter = ',', .limits.row_bytes = 60, .buffer_bytes = 50};
        CsvPosition start = {.offset = 0, .line = 1, .number = 1, .digest = 0x2d06800538d394c2};
        AUTO_FREE char *whole = transcript_from(fd, &start, &options);
        Reading reading = reading_open(fd, &options);
        CsvRecord record;
        const char *rest = whole;
        while (reading_next(&reading, &record)) {
            StrBuf one = STRBUF_INIT;
            describe(&one, &record);
            rest += one.len;
            strbuf_done(&one);
            CsvPosition position;
            csv_scan_position(reading.scan, &position);
            options.buffer_bytes = 1 + (size_t)rand() % 100;
            AUTO_FREE char *got = transcript_from(fd, &position, &options);
            cr_assert_str_eq(got, rest);
        }
        reading_close(&reading);
        close(fd);
    }
}

static void check_changed(const char *before, const char *after)
{
    int fd = file_of(before, strlen(before));
    Reading reading = reading_open(fd, &(CsvScanOptions){.delimiter = ','});
    CsvRecord record;
    CsvPosition position;
    cr_assert(reading_next(&reading, &record));
    cr_assert(reading_next(&reading, &record));
    csv_scan_position(reading.scan, &position);
    reading_close(&reading);
    close(fd);

    fd = file_of(after, strlen(after));
    reading = reading_open(fd, &(CsvScanOptions){.delimiter = ','});
    Error err = {0};
    cr_expect_eq(csv_scan_resume(reading.scan, &position, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "source_changed");
    reading_close(&reading);
    close(fd);
}

Test(csv_scan, notices_a_changed_source)
{
    check_changed("a,1\nb,2\nc,3\n", "a,1\nb,9\nc,3\n");
    check_changed("a,1\nb,2\nc,3\n", "a,1\nb,2");
    check_changed("a,1\nb,2\nc,3\n", "");
}

Test(csv_scan, what_follows_the_position_may_grow)
{
    int fd = file_of("a,1\nb,2\n", 8);
    Reading reading = reading_open(fd, &(CsvScanOptions){.delimiter = ','});
    CsvRecord record;
    CsvPosition position;
    cr_assert(reading_next(&reading, &record));
    csv_scan_position(reading.scan, &position);
    reading_close(&reading);
    cr_assert_eq(pwrite(fd, "b,3\nc,4\n", 8, 4), 8);
    AUTO_FREE char *got = transcript_from(fd, &position, &(CsvScanOptions){.delimiter = ','});
    cr_expect(strstr(got, "4-8 line 2 number 2") != NULL, "%s", got);
    close(fd);
}

Test(csv_scan, reports_a_source_that_cannot_be_read)
{
    int fd = file_of("a\n", 2);
    Reading reading = reading_open(fd, &(CsvScanOptions){.delimiter = ','});
    close(fd);
    CsvRecord record;
    bool more = false;
    Error err = {0};
    cr_expect_eq(csv_scan_next(reading.scan, &record, &more, &err), STATUS_RETRY);
    cr_expect_str_eq(err.code, "read_failed");
    reading_close(&reading);
}
