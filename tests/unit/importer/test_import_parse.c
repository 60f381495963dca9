#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "importer/import_parse.h"

static int file_of(const StrBuf *text)
{
    int fd = memfd_create("csv", MFD_CLOEXEC);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text->data, text->len), (ssize_t)text->len);
    return fd;
}

/* phone,external_id of `rows` leads. */
static int file_of_leads(int rows)
{
    AUTO_STRBUF text = STRBUF_INIT;
    strbuf_adds(&text, "phone,id\n");
    for (int i = 0; i < rows; i++) {
        strbuf_addf(&text, "504200%04d,id%06d\n", i % 10000, i);
    }
    return file_of(&text);
}

static ImportSpec spec_of_leads(bool has_ids)
{
    ImportSpec spec = {.format = {.encoding = "UTF-8", .delimiter = ',', .layout = {true, 2, 1}},
                       .columns = 2,
                       .default_country = "US",
                       .lanes = 2,
                       .chunk_rows = 1000,
                       .chunk_bytes = IMPORT_CHUNK_BYTES};
    mapping_init(&spec.mapping, 2);
    mapping_assign(&spec.mapping, "phone", 1);
    if (has_ids) {
        mapping_assign(&spec.mapping, "external_id", 2);
    }
    return spec;
}

/* The rows of each chunk, as "1000 1000 500". */
static char *chunks_of(const ImportSpec *spec, int fd)
{
    ImportParser parser;
    AUTO_STRBUF rows = STRBUF_INIT;
    cr_assert_eq(import_parser_open(&parser, spec, 1, fd, &(ImportParserStart){0}, NULL),
                 STATUS_OK);
    ImportChunk *chunk = import_chunk_new();
    do {
        cr_assert_eq(import_parser_next(&parser, chunk, NULL), STATUS_OK);
        strbuf_addf(&rows, rows.len > 0 ? " %lld" : "%lld", (long long)chunk->row_count);
    } while (!chunk->last);
    import_chunk_free(chunk);
    import_parser_close(&parser);
    return strbuf_detach(&rows);
}

Test(import_parse, chunks_end_where_the_job_says)
{
    static const struct {
        int chunk_rows;
        int chunk_bytes;
        const char *chunks;
    } cases[] = {
        {40, IMPORT_CHUNK_BYTES, "40 40 20"},
        {1000, 19 * 30, "30 30 30 10"}, /* a row has 19 bytes */
        {1000, 19 * 29 + 1, "30 30 30 10"},
        {25, 19 * 30, "25 25 25 25 0"},
    };
    ImportSpec spec = spec_of_leads(false);
    int fd = file_of_leads(100);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        spec.chunk_rows = cases[i].chunk_rows;
        spec.chunk_bytes = cases[i].chunk_bytes;
        AUTO_FREE char *chunks = chunks_of(&spec, fd);
        cr_expect_str_eq(chunks, cases[i].chunks);
    }
    close(fd);
    import_spec_done(&spec);
}

/* Spreadsheets leave rows of delimiters by the thousand. Jobs of before they were blank go on
 * counting them, since their checkpoints do. */
Test(import_parse, rows_of_empty_cells_are_none_unless_the_job_says)
{
    AUTO_STRBUF text = STRBUF_INIT;
    ImportSpec spec = spec_of_leads(false);
    spec.chunk_rows = 2;
    strbuf_adds(&text, "phone,id\n,\n5042000001,a\n\"\", \" \"\n5042000002,b\n,,,,,,\n\n");
    int fd = file_of(&text);
    AUTO_FREE char *chunks = chunks_of(&spec, fd);
    cr_expect_str_eq(chunks, "2 0");
    spec.empty_rows = true;
    AUTO_FREE char *before = chunks_of(&spec, fd);
    cr_expect_str_eq(before, "2 2 1");
    close(fd);
    import_spec_done(&spec);
}

/* ---- being told to stop ---- */

typedef struct Patience {
    int asked;
    int stops_at; /* the question that is answered with yes */
} Patience;

static bool patience_asked(void *context)
{
    Patience *patience = context;
    return ++patience->asked >= patience->stops_at;
}

static void end_of_chunks(const ImportSpec *spec, int fd, int chunks, CsvPosition *ret_end)
{
    ImportParser parser;
    cr_assert_eq(import_parser_open(&parser, spec, 1, fd, &(ImportParserStart){0}, NULL),
                 STATUS_OK);
    ImportChunk *chunk = import_chunk_new();
    for (int i = 0; i < chunks; i++) {
        cr_assert_eq(import_parser_next(&parser, chunk, NULL), STATUS_OK);
    }
    *ret_end = chunk->end;
    import_chunk_free(chunk);
    import_parser_close(&parser);
}

/* With external ids the rows before are parsed again, without they are only hashed. */
Test(import_parse, resuming_stops_within_a_buffer_when_told_to)
{
    enum { ROWS = 100000, CHUNKS = 90 };
    int fd = file_of_leads(ROWS);
    for (int has_ids = 0; has_ids < 2; has_ids++) {
        ImportSpec spec = spec_of_leads(has_ids != 0);
        CsvPosition end;
        end_of_chunks(&spec, fd, CHUNKS, &end);
        for (int stops_at = 1; stops_at < 5; stops_at++) {
            Patience patience = {.stops_at = stops_at};
            Stop stop = {patience_asked, &patience};
            ImportParser parser;
            Error err = {0};
            Status status = import_parser_open(
                &parser, &spec, 1, fd, &(ImportParserStart){&end, CHUNKS, &stop, {0}}, &err);
            cr_expect_eq(status, STATUS_RETRY);
            cr_expect_str_eq(err.code, "stopped");
            cr_expect_eq(patience.asked, stops_at);
        }
        import_spec_done(&spec);
    }
    close(fd);
}

Test(import_parse, reading_stops_in_the_midst_of_a_line_without_end)
{
    AUTO_STRBUF text = STRBUF_INIT;
    ImportSpec spec = spec_of_leads(false);
    strbuf_adds(&text, "phone,id\n");
    for (int i = 0; i < 3 << 20; i++) {
        strbuf_adds(&text, "endless");
    }
    int fd = file_of(&text);
    Patience patience = {.stops_at = 40};
    Stop stop = {patience_asked, &patience};
    ImportParser parser;
    ImportChunk *chunk = import_chunk_new();
    Error err = {0};
    cr_assert_eq(
        import_parser_open(&parser, &spec, 1, fd, &(ImportParserStart){.stop = &stop}, &err),
        STATUS_OK);
    cr_expect_eq(import_parser_next(&parser, chunk, &err), STATUS_RETRY);
    cr_expect_str_eq(err.code, "stopped");
    import_chunk_free(chunk);
    import_parser_close(&parser);
    import_spec_done(&spec);
    close(fd);
}

/* ---- the header ---- */

static Status header_of(const char *head, size_t blank_bytes, const char *tail, Error *err)
{
    AUTO_STRBUF text = STRBUF_INIT;
    AUTO_CSV_FIELDS header;
    Arena arena = {0};
    ImportSpec spec = spec_of_leads(false);
    strbuf_adds(&text, head);
    strbuf_reserve(&text, blank_bytes);
    memset(text.data + text.len, '\n', blank_bytes);
    text.len += blank_bytes;
    strbuf_adds(&text, tail);
    int fd = file_of(&text);
    csv_fields_init(&header, ',', NULL);
    Status status = import_read_header(&spec, fd, &header, &arena, err);
    cr_expect(status != STATUS_OK || header.count == 2);
    arena_done(&arena);
    import_spec_done(&spec);
    close(fd);
    return status;
}

Test(import_parse, header_is_looked_for_in_the_first_16_mb_only)
{
    Error err = {0};
    cr_expect_eq(header_of("phone,id\n", 100, "", &err), STATUS_OK);
    cr_expect_eq(header_of("", 100, "phone,id\n", &err), STATUS_OK);
    cr_expect_eq(header_of(", ,\"\"\n", 100, "phone,id\n", &err), STATUS_OK);
    cr_expect_eq(header_of("", (16 << 20) - 9, "phone,id\n", &err), STATUS_OK);
    cr_expect_eq(header_of("", 16 << 20, "phone,id\n", &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "empty_file");
    cr_expect_str_eq(err.field, "file");
    cr_expect_eq(header_of("", 100, "", &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "empty_file");
}
