#include "importer/csv_fields.h"

#include <csv.h>
#include <string.h>

#include "base/mem.h"
#include "importer/csv_find.h"

/* libcsv grows its buffer by this much at a time (128 by default: slow for long fields). */
enum { PARSER_BLOCK_BYTES = 16 << 10 };

void csv_fields_init(CsvFields *fields, char delimiter, const CsvLimits *limits)
{
    *fields = (CsvFields){
        .delimiter = delimiter,
        .limits = csv_limits_or_default(limits),
    };
    strbuf_init(&fields->arena);
    fields->parser = mem_alloc(sizeof *fields->parser);
    csv_init(fields->parser, 0);
    csv_set_delim(fields->parser, (unsigned char)delimiter);
    csv_set_blk_size(fields->parser, PARSER_BLOCK_BYTES);
    csv_set_realloc_func(fields->parser, mem_realloc);
}

void csv_fields_done(CsvFields *fields)
{
    if (fields->parser != NULL) {
        csv_free(fields->parser);
    }
    free(fields->parser);
    free(fields->cells);
    strbuf_done(&fields->arena);
    fields->parser = NULL;
    fields->cells = NULL;
    fields->count = fields->cap = 0;
}

static void fields_add(CsvFields *fields, const char *bytes, size_t len)
{
    if (fields->count == fields->limits.columns) {
        fields->problem = CSV_PROBLEM_TOO_MANY_COLUMNS;
        return;
    }
    if (len > fields->limits.field_bytes) {
        fields->problem =
            fields->problem != CSV_PROBLEM_NONE ? fields->problem : CSV_PROBLEM_FIELD_TOO_LONG;
        len = fields->limits.field_bytes;
    }
    if (fields->count == fields->cap) {
        fields->cap = fields->cap > 0 ? fields->cap * 2 : 32;
        fields->cells = mem_realloc(fields->cells, fields->cap * sizeof *fields->cells);
    }
    fields->cells[fields->count++] = (TextSlice){bytes, len};
}

/* ---- without quotes ---- */

static bool is_blank_byte(char c, char delimiter)
{
    return (c == ' ' || c == '\t') && c != delimiter;
}

static void fields_add_trimmed(CsvFields *fields, const char *bytes, size_t len)
{
    while (len > 0 && is_blank_byte(bytes[len - 1], fields->delimiter)) {
        len--;
    }
    while (len > 0 && is_blank_byte(bytes[0], fields->delimiter)) {
        bytes++;
        len--;
    }
    fields_add(fields, bytes, len);
}

static bool record_is_blank(const char *bytes, size_t len, char delimiter)
{
    size_t at = 0;
    while (at < len && is_blank_byte(bytes[at], delimiter)) {
        at++;
    }
    return at == len;
}

static void fields_split_plain(CsvFields *fields, const char *bytes, size_t len)
{
    const char *end = bytes + len;
    const char *cell = bytes;
    const char *delimiter;
    while ((delimiter = memchr(cell, fields->delimiter, (size_t)(end - cell))) != NULL) {
        fields_add_trimmed(fields, cell, (size_t)(delimiter - cell));
        cell = delimiter + 1;
    }
    fields_add_trimmed(fields, cell, (size_t)(end - cell));
}

/* ---- with quotes around whole cells ---- */

static const char *skip_blanks(const CsvFields *fields, const char *at, const char *end)
{
    while (at < end && is_blank_byte(*at, fields->delimiter)) {
        at++;
    }
    return at;
}

/* at: behind the opening quote. Returns where the cell ends, or NULL: a quote stands within. */
static const char *fields_add_quoted(CsvFields *fields, const char *at, const char *end)
{
    const char *quote = memchr(at, '"', (size_t)(end - at));
    if (quote == NULL) {
        return NULL;
    }
    const char *next = skip_blanks(fields, quote + 1, end);
    if (next < end && *next != fields->delimiter) {
        return NULL;
    }
    fields_add(fields, at, (size_t)(quote - at));
    return next;
}

/* The same for a cell that begins without a quote. */
static const char *fields_add_unquoted(CsvFields *fields, const char *at, const char *end)
{
    const char *next = memchr(at, fields->delimiter, (size_t)(end - at));
    next = next != NULL ? next : end;
    size_t len = (size_t)(next - at);
    if (csv_find_special(at, 0, len) < len) {
        return NULL;
    }
    fields_add_trimmed(fields, at, len);
    return next;
}

/* Most quotes in the world's files stand around a cell and nowhere within one: those cells are
 * taken where they lie. False: it is not so, and the cells so far are void. */
static bool fields_split_whole_cells(CsvFields *fields, const char *bytes, size_t len)
{
    const char *end = bytes + len;
    const char *cell = bytes;
    for (;;) {
        const char *at = skip_blanks(fields, cell, end);
        const char *next = at < end && *at == '"' ? fields_add_quoted(fields, at + 1, end)
                                                  : fields_add_unquoted(fields, cell, end);
        if (next == NULL || next == end) {
            return next != NULL;
        }
        cell = next + 1;
    }
}

/* ---- with any quotes ---- */

/* libcsv gives each field in a buffer that it uses again. The arena was reserved for the whole
 * record, which its fields together never exceed: it does not move. */
static void on_field(void *bytes, size_t len, void *context)
{
    CsvFields *fields = context;
    const char *copy = fields->arena.data + fields->arena.len;
    strbuf_add(&fields->arena, bytes, len);
    fields_add(fields, copy, len);
}

/* csv_fini() leaves the parser as csv_init() did, but for its buffer. A newline within unquoted
 * text (only in what the scan called bad) makes a second row, whose cells just follow. */
static void fields_split_libcsv(CsvFields *fields, const char *bytes, size_t len)
{
    strbuf_reset(&fields->arena);
    strbuf_reserve(&fields->arena, len);
    csv_parse(fields->parser, bytes, len, on_field, NULL, fields);
    csv_fini(fields->parser, on_field, NULL, fields);
}

static void fields_begin(CsvFields *fields)
{
    fields->count = 0;
    fields->problem = CSV_PROBLEM_NONE;
}

CsvProblem csv_fields_split(CsvFields *fields, const char *bytes, size_t len, bool has_quote)
{
    fields_begin(fields);
    if (record_is_blank(bytes, len, fields->delimiter)) {
        return CSV_PROBLEM_NONE;
    }
    if (!has_quote) {
        fields_split_plain(fields, bytes, len);
    } else if (!fields_split_whole_cells(fields, bytes, len)) {
        return csv_fields_split_any(fields, bytes, len);
    }
    return fields->problem;
}

CsvProblem csv_fields_split_any(CsvFields *fields, const char *bytes, size_t len)
{
    fields_begin(fields);
    fields_split_libcsv(fields, bytes, len);
    return fields->problem;
}

size_t csv_fields_extra(const CsvFields *fields, size_t columns)
{
    size_t extra = 0;
    for (size_t i = columns; i < fields->count; i++) {
        extra += fields->cells[i].len > 0;
    }
    return extra;
}

/* ---- encoding ---- */

static bool is_text(const char *bytes, size_t len, bool is_converted)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    return text_utf8_valid(bytes, len, NULL) &&
           !(is_converted && memmem(bytes, len, replacement, 3) != NULL);
}

size_t
csv_fields_bad_cell(const CsvFields *fields, const char *bytes, size_t len, bool is_converted)
{
    if (is_text(bytes, len, is_converted)) {
        return 0;
    }
    for (size_t i = 0; i < fields->count; i++) {
        if (!is_text(fields->cells[i].data, fields->cells[i].len, is_converted)) {
            return i + 1;
        }
    }
    return 1; /* between the cells, or beyond the limits */
}
