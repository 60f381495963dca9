#include "importer/import_parse.h"

#include <string.h>

#include "importer/phone_set.h"

/* ---- opening ---- */

static CsvScanOptions scan_options(const ImportSpec *spec)
{
    return (CsvScanOptions){.delimiter = spec->format.delimiter,
                            .limits.file_columns = spec->lost_quotes ? spec->columns : 0,
                            .empty_rows = spec->empty_rows};
}

static Status parser_skip_header(ImportParser *parser, Error *err)
{
    CsvRecord record = {.is_blank = true};
    bool more = true;
    Status status = STATUS_OK;
    while (status == STATUS_OK && more && record.is_blank) {
        status = csv_scan_next(parser->scan, &record, &more, err);
    }
    return status;
}

/* External ids of earlier rows decide about later ones, so a resumed parser reads the rows before
 * again, without keeping them. */
static Status
parser_reread(ImportParser *parser, const CsvPosition *until, int64_t until_chunk, Error *err)
{
    ImportChunk *chunk = import_chunk_new();
    Status status = STATUS_OK;
    while (status == STATUS_OK && parser->next_chunk < until_chunk) {
        status = import_parser_next(parser, chunk, err);
    }
    if (status == STATUS_OK &&
        (chunk->end.offset != until->offset || chunk->end.digest != until->digest)) {
        status = error_set_field(err, "file", "source_changed",
                                 "the file is not the one that the import began with");
    }
    import_chunk_free(chunk);
    return status;
}

static Status parser_position(ImportParser *parser, const ImportParserStart *start, Error *err)
{
    const ImportSpec *spec = parser->spec;
    bool needs_all = parser->external_ids != NULL;
    if (start->chunk > 0 && !needs_all) {
        parser->next_chunk = start->chunk;
        return csv_scan_resume(parser->scan, start->position, err);
    }
    Status status = spec->format.layout.has_header ? parser_skip_header(parser, err) : STATUS_OK;
    if (status == STATUS_OK && start->chunk > 0) {
        status = parser_reread(parser, start->position, start->chunk, err);
    }
    return status;
}

Status import_parser_open(ImportParser *parser,
                          const ImportSpec *spec,
                          int64_t job_no,
                          int fd,
                          const ImportParserStart *start,
                          Error *err)
{
    *parser = (ImportParser){.spec = spec, .job_no = job_no};
    csv_fields_init(&parser->fields, spec->format.delimiter, NULL);
    Status status = csv_source_open(fd, spec->format.encoding, &parser->source, err);
    if (status != STATUS_OK) {
        import_parser_close(parser);
        return status;
    }
    row_cleaner_init(&parser->cleaner, spec, csv_source_is_converted(parser->source));
    CsvScanOptions options = scan_options(spec);
    options.stop = start->stop;
    parser->scan = csv_scan_new(parser->source, &options);
    if (spec->mapping.column_of[MAPPING_FIELD_EXTERNAL_ID] > 0) {
        parser->external_ids = external_ids_new(start->ids);
    }
    status = parser_position(parser, start, err);
    if (status != STATUS_OK) {
        import_parser_close(parser);
    }
    return status;
}

void import_parser_close(ImportParser *parser)
{
    csv_scan_free(parser->scan);
    csv_source_close(parser->source);
    csv_fields_done(&parser->fields);
    row_cleaner_done(&parser->cleaner);
    external_ids_free(parser->external_ids);
    *parser = (ImportParser){0};
}

Status
import_read_header(const ImportSpec *spec, int fd, CsvFields *ret_fields, Arena *arena, Error *err)
{
    AUTO_CSV_SOURCE CsvSource *source = NULL;
    Status status = csv_source_open(fd, spec->format.encoding, &source, err);
    if (status != STATUS_OK || !spec->format.layout.has_header) {
        return status;
    }
    CsvScanOptions options = scan_options(spec);
    options.most_bytes = IMPORT_HEADER_BYTES;
    AUTO_CSV_SCAN CsvScan *scan = csv_scan_new(source, &options);
    CsvRecord record = {.is_blank = true};
    bool more = true;
    while (status == STATUS_OK && more && record.is_blank) {
        status = csv_scan_next(scan, &record, &more, err);
    }
    if (status == STATUS_OK && !more) {
        return error_set_field(
            err, "file", "empty_file",
            "the file holds nothing but blank rows: export the table again, or name another file");
    }
    if (status == STATUS_OK) {
        csv_fields_split(ret_fields, arena_copy(arena, record.bytes, record.len), record.len,
                         record.has_quote);
    }
    return status;
}

/* ---- rows ---- */

static void parser_reject(ImportChunk *chunk, int64_t row_no, TextSlice record, RowProblem problem)
{
    ChunkReject *reject = chunk_share_add_reject(&chunk->shares[0]);
    *reject = (ChunkReject){row_no, problem, record};
}

/* Cells of a quoted record lie in memory that the next split uses again: kept with the record. */
static void parser_keep_cells(CsvFields *fields, TextSlice record, Arena *arena)
{
    for (size_t i = 0; i < fields->count; i++) {
        TextSlice *cell = &fields->cells[i];
        if (cell->len > 0 && (cell->data < record.data || cell->data >= record.data + record.len)) {
            cell->data = arena_copy(arena, cell->data, cell->len);
        }
    }
}

/* A problem without a code: none. */
static Status
parser_check_external(ImportParser *parser, const LeadRow *lead, RowProblem *problem, Error *err)
{
    TextSlice external_id = lead->texts[LEAD_EXTERNAL_ID];
    int64_t phone = lead->phone;
    *problem = (RowProblem){.code = ""};
    if (parser->external_ids == NULL || external_id.len == 0) {
        return STATUS_OK;
    }
    Status status = external_ids_meet(parser->external_ids, external_id, lead->phone, &phone, err);
    if (status == STATUS_OK && phone != lead->phone) {
        *problem = (RowProblem){
            "identity_conflict", parser->spec->mapping.column_of[MAPPING_FIELD_EXTERNAL_ID],
            "an earlier row of the file has this external id with another phone"};
    }
    return status;
}

static void parser_keep_row(ImportParser *parser, ImportChunk *chunk, ChunkRow row)
{
    row.lead.lead_id = parser->job_no << 32 | row.row_no;
    int lane = (int)(phone_hash((uint64_t)row.lead.phone) % (uint64_t)parser->spec->lanes);
    *chunk_share_add_row(&chunk->shares[lane]) = row;
}

static Status parser_add_row(
    ImportParser *parser, ImportChunk *chunk, int64_t row_no, const CsvRecord *record, Error *err)
{
    TextSlice kept = {arena_copy(&chunk->arena, record->bytes, record->len), record->len};
    RowProblem problem = {csv_problem_code(record->problem), 0,
                          csv_problem_reason(record->problem)};
    if (record->problem == CSV_PROBLEM_NONE) {
        CsvProblem split =
            csv_fields_split(&parser->fields, kept.data, kept.len, record->has_quote);
        problem = (RowProblem){csv_problem_code(split), 0, csv_problem_reason(split)};
    }
    if (problem.code[0] != '\0') {
        parser_reject(chunk, row_no, kept, problem);
        return STATUS_OK;
    }
    if (record->has_quote) {
        parser_keep_cells(&parser->fields, kept, &chunk->arena);
    }
    CleanRow clean;
    Status status = STATUS_OK;
    if (row_clean(&parser->cleaner, &parser->fields, kept.data, kept.len, &chunk->arena, &clean,
                  &problem)) {
        status = parser_check_external(parser, &clean.lead, &problem, err);
    }
    if (status == STATUS_OK && problem.code[0] != '\0') {
        parser_reject(chunk, row_no, kept, problem);
    } else if (status == STATUS_OK) {
        parser_keep_row(parser, chunk,
                        (ChunkRow){row_no, clean.lead, clean.has_priority, clean.custom_said,
                                   clean.zones, kept});
    }
    return status;
}

Status import_parser_next(ImportParser *parser, ImportChunk *chunk, Error *err)
{
    import_chunk_reset(chunk, parser->next_chunk++);
    int64_t header_rows = parser->spec->format.layout.has_header ? 1 : 0;
    size_t bytes = 0;
    while (chunk->row_count < parser->spec->chunk_rows &&
           bytes < (size_t)parser->spec->chunk_bytes) {
        CsvRecord record;
        bool more;
        Status status = csv_scan_next(parser->scan, &record, &more, err);
        if (status != STATUS_OK) {
            return status;
        }
        if (!more) {
            chunk->last = true;
            break;
        }
        if (!record.is_blank) {
            status =
                parser_add_row(parser, chunk, (int64_t)record.number - header_rows, &record, err);
            if (status != STATUS_OK) {
                return status;
            }
            chunk->row_count++;
            bytes += record.len;
        }
    }
    csv_scan_position(parser->scan, &chunk->end);
    return STATUS_OK;
}
