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
    cr_assert_eq(import_parser_open(&parser, spec, 1, fd, NULL, 0, NULL), STATUS_OK);
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
