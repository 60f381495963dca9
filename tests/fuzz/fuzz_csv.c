/* A CSV file: the first four bytes say how it is read, the rest is the file. Any size of the
 * buffer, any place to go on from and either way to split a record give the same records. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "fuzz.h"
#include "importer/csv_detect.h"
#include "importer/csv_fields.h"
#include "importer/csv_scan.h"

enum { HOW_BYTES = 4, USUAL_BUFFER = 4096 };

typedef struct FuzzFile {
    int fd;
    const char *encoding;
    bool is_converted;
    CsvScanOptions options;
} FuzzFile;

static void fail_on(Status status, const Error *err)
{
    FUZZ_CHECK(status == STATUS_OK, "%s: %s", err->code, err->text);
}

/* ---- the file ---- */

static int file_of(const uint8_t *data, size_t size)
{
    static int fd = -1;
    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
    }
    FUZZ_CHECK(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size, "memfd");
    return fd;
}

/* False when the file is refused. */
static bool detect(const uint8_t *how, FuzzFile *file, CsvFormat *format)
{
    static const char *const encodings[] = {NULL,       NULL,       NULL,           "UTF-8",
                                            "UTF-16LE", "UTF-16BE", "WINDOWS-1252", "UTF-16"};
    static const char delimiters[] = {0, 0, ',', ';', '\t', '|'};
    CsvFormatWish wish = {
        .encoding = encodings[how[0] % 8],
        .delimiter = delimiters[how[0] / 8 % sizeof delimiters],
        .header = how[0] / 64 % 3,
    };
    Error err = {0};
    Status status = csv_detect(file->fd, &wish, format, &err);
    FUZZ_CHECK(status == STATUS_OK || status == STATUS_BAD_INPUT, "%s: %s", err.code, err.text);
    file->encoding = format->encoding;
    file->options.delimiter = format->delimiter;
    if (how[1] != 0) { /* else those of the product */
        file->options.limits = (CsvLimits){.row_bytes = 1 + how[1], .field_bytes = 1 + how[1] / 3};
        file->options.limits.columns = 1 + how[1] % 9;
    }
    file->options.limits.file_columns = format->layout.columns;
    return status == STATUS_OK;
}

/* ---- reading it ---- */

typedef struct Reading {
    CsvSource *source;
    CsvScan *scan;
} Reading;

static Reading reading_begin(const FuzzFile *file, size_t buffer_bytes)
{
    Reading reading = {0};
    Error err = {0};
    CsvScanOptions options = file->options;
    options.buffer_bytes = buffer_bytes;
    fail_on(csv_source_open(file->fd, file->encoding, &reading.source, &err), &err);
    reading.scan = csv_scan_new(reading.source, &options);
    return reading;
}

static bool reading_next(Reading *reading, CsvRecord *ret_record)
{
    bool more = false;
    Error err = {0};
    fail_on(csv_scan_next(reading->scan, ret_record, &more, &err), &err);
    return more;
}

static void reading_end(Reading *reading)
{
    csv_scan_free(reading->scan);
    csv_source_close(reading->source);
}

static void check_same(const CsvRecord *a, const CsvRecord *b)
{
    FUZZ_CHECK(a->offset == b->offset && a->end == b->end && a->line == b->line, "at %zu, %zu",
               (size_t)a->offset, (size_t)b->offset);
    FUZZ_CHECK(a->number == b->number && a->is_blank == b->is_blank && a->problem == b->problem,
               "record %zu: %s, %s", (size_t)a->number, csv_problem_code(a->problem),
               csv_problem_code(b->problem));
    FUZZ_CHECK(a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0, "%zu bytes, %zu",
               a->len, b->len);
    FUZZ_CHECK(a->has_quote == b->has_quote, "record %zu", (size_t)a->number);
}

/* Both, from where they are, to the end. */
static void check_rest(Reading *a, Reading *b)
{
    CsvRecord of_a;
    CsvRecord of_b;
    while (reading_next(a, &of_a)) {
        FUZZ_CHECK(reading_next(b, &of_b), "record %zu", (size_t)of_a.number);
        check_same(&of_a, &of_b);
    }
    FUZZ_CHECK(!reading_next(b, &of_b), "record %zu", (size_t)of_b.number);
}

static void check_buffers(const FuzzFile *file, size_t buffer_bytes)
{
    Reading usual = reading_begin(file, USUAL_BUFFER);
    Reading small = reading_begin(file, buffer_bytes);
    check_rest(&usual, &small);
    reading_end(&usual);
    reading_end(&small);
}

static void check_resume(const FuzzFile *file, size_t records)
{
    Reading whole = reading_begin(file, USUAL_BUFFER);
    Reading again = reading_begin(file, USUAL_BUFFER);
    CsvRecord record;
    CsvPosition position;
    Error err = {0};
    while (records > 0 && reading_next(&whole, &record)) {
        records--;
    }
    csv_scan_position(whole.scan, &position);
    fail_on(csv_scan_resume(again.scan, &position, &err), &err);
    check_rest(&whole, &again);
    reading_end(&whole);
    reading_end(&again);
}

/* ---- its cells ---- */

static void check_cells(const CsvFields *a, const CsvFields *b)
{
    FUZZ_CHECK(a->count == b->count, "%zu cells, %zu", a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        FUZZ_CHECK(a->cells[i].len == b->cells[i].len &&
                       memcmp(a->cells[i].data, b->cells[i].data, a->cells[i].len) == 0,
                   "cell %zu: %.*s, %.*s", i, (int)a->cells[i].len, a->cells[i].data,
                   (int)b->cells[i].len, b->cells[i].data);
    }
}

static void check_records(const FuzzFile *file)
{
    AUTO_CSV_FIELDS fast;
    AUTO_CSV_FIELDS plain;
    csv_fields_init(&fast, file->options.delimiter, &file->options.limits);
    csv_fields_init(&plain, file->options.delimiter, &file->options.limits);
    Reading reading = reading_begin(file, USUAL_BUFFER);
    CsvRecord record;
    uint64_t offset = 0;
    while (reading_next(&reading, &record)) {
        FUZZ_CHECK(record.offset == offset && record.end >= offset + record.len, "at %zu, not %zu",
                   (size_t)record.offset, (size_t)offset);
        offset = record.end;
        CsvProblem problem = csv_fields_split(&fast, record.bytes, record.len, record.has_quote);
        size_t bad = csv_fields_bad_cell(&fast, record.bytes, record.len,
                                         csv_source_is_converted(reading.source));
        FUZZ_CHECK(bad <= fast.count, "cell %zu of %zu", bad, fast.count);
        if (record.problem == CSV_PROBLEM_NONE) {
            FUZZ_CHECK(csv_fields_split_any(&plain, record.bytes, record.len) == problem, "%s",
                       csv_problem_code(problem));
            check_cells(&fast, &plain);
        }
    }
    reading_end(&reading);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HOW_BYTES) {
        return -1;
    }
    FuzzFile file = {.fd = file_of(data + HOW_BYTES, size - HOW_BYTES)};
    CsvFormat format;
    if (detect(data, &file, &format)) {
        check_records(&file);
        check_buffers(&file, 1 + data[2]);
        check_resume(&file, data[3]);
    }
    return 0;
}
