#include "importer/csv_record.h"

#include "importer/csv_find.h"
#include "importer/csv_lost_quote.h"

static size_t size_or(size_t given, size_t otherwise)
{
    return given > 0 ? given : otherwise;
}

CsvLimits csv_limits_or_default(const CsvLimits *given)
{
    CsvLimits limits = given != NULL ? *given : (CsvLimits){0};
    return (CsvLimits){
        .row_bytes = size_or(limits.row_bytes, 4 << 20),
        .field_bytes = size_or(limits.field_bytes, 1 << 20),
        .columns = size_or(limits.columns, CSV_COLUMNS_MAX),
        .file_columns = limits.file_columns,
    };
}

static const struct {
    const char *code;
    const char *reason;
} problems[CSV_PROBLEM_COUNT] = {
    [CSV_PROBLEM_NONE] = {"", ""},
    [CSV_PROBLEM_ROW_TOO_LONG] = {"row_too_long", "The row is longer than the limit; shorten it, "
                                                  "or look for a newline or quote that got lost."},
    [CSV_PROBLEM_UNCLOSED_QUOTE] = {"unclosed_quote",
                                    "A quoted field has no closing quote, or holds lines that are "
                                    "rows of the file; add it, or write "
                                    "quotes inside a field twice. A table that belongs into a "
                                    "field begins with a newline there."},
    [CSV_PROBLEM_MALFORMED_QUOTE] =
        {"malformed_quote",
         "Text follows a closing quote; write quotes inside a quoted field twice."},
    [CSV_PROBLEM_TOO_MANY_COLUMNS] =
        {"too_many_columns",
         "The row has more columns than the limit; remove columns, or check the delimiter."},
    [CSV_PROBLEM_FIELD_TOO_LONG] =
        {"field_too_long",
         "A field is longer than the limit; shorten it, or look for a quote that got lost."},
};

const char *csv_problem_code(CsvProblem problem)
{
    return problems[problem].code;
}

const char *csv_problem_reason(CsvProblem problem)
{
    return problems[problem].reason;
}

typedef enum Step {
    STEP_FIELD,  /* at the start of a field */
    STEP_TEXT,   /* within an unquoted field */
    STEP_QUOTED, /* within a quoted field */
    STEP_AFTER,  /* behind a closing quote */
    STEP_ENDED,  /* walk.span holds the record */
    STEP_BAD,    /* walk.span.problem says why */
    STEP_SHORT,  /* more bytes are needed to tell */
} Step;

typedef struct Walk {
    const char *bytes;
    size_t len;
    size_t window; /* a newline must stand before this: min(len, row_bytes + 1) */
    size_t at;
    bool at_end;
    char delimiter;
    const CsvLimits *limits;
    size_t quoted_fields;
    CsvSpan span;
} Walk;

static bool is_blank_byte(const Walk *walk, size_t index)
{
    char c = walk->bytes[index];
    return (c == ' ' || c == '\t') && c != walk->delimiter;
}

static Step walk_bad(Walk *walk, CsvProblem problem)
{
    walk->span.problem = problem;
    return STEP_BAD;
}

static Step walk_ended(Walk *walk, size_t newline_bytes)
{
    walk->span.len = walk->at;
    walk->span.newline_bytes = newline_bytes;
    walk->span.newlines += newline_bytes > 0;
    return STEP_ENDED;
}

/* No newline before the window's end: too long, or cut by what has been read so far. */
static Step walk_out_of_bytes(Walk *walk, bool is_open)
{
    if (walk->len > walk->limits->row_bytes) {
        return walk_bad(walk, is_open ? CSV_PROBLEM_UNCLOSED_QUOTE : CSV_PROBLEM_ROW_TOO_LONG);
    }
    if (!walk->at_end) {
        return STEP_SHORT;
    }
    return is_open ? walk_bad(walk, CSV_PROBLEM_UNCLOSED_QUOTE) : walk_ended(walk, 0);
}

static Step walk_newline(Walk *walk)
{
    if (walk->bytes[walk->at] == '\n') {
        return walk_ended(walk, 1);
    }
    if (walk->at + 1 == walk->len) {
        return walk->at_end ? walk_ended(walk, 1) : STEP_SHORT;
    }
    return walk_ended(walk, walk->bytes[walk->at + 1] == '\n' ? 2 : 1);
}

static Step walk_open_quote(Walk *walk)
{
    walk->at++;
    walk->span.has_quote = true;
    if (++walk->quoted_fields > walk->limits->columns) {
        /* That many over several lines: a lost quote has turned text and quotes about. Going on to
         * row_bytes for each of them would make a file of such lines take for ever. */
        return walk_bad(walk, walk->span.newlines > 0 ? CSV_PROBLEM_UNCLOSED_QUOTE
                                                      : CSV_PROBLEM_TOO_MANY_COLUMNS);
    }
    return STEP_QUOTED;
}

static Step walk_field(Walk *walk)
{
    bool is_quoted = walk->at < walk->window && walk->bytes[walk->at] == '"';
    return is_quoted ? walk_open_quote(walk) : STEP_TEXT;
}

/* A quote opens a field when only blanks stand between it and the delimiter, or the start. */
static bool quote_opens_field(const Walk *walk)
{
    size_t at = walk->at;
    while (at > 0 && is_blank_byte(walk, at - 1)) {
        at--;
    }
    return at == 0 || walk->bytes[at - 1] == walk->delimiter;
}

static Step walk_text(Walk *walk)
{
    walk->at = csv_find_special(walk->bytes, walk->at, walk->window);
    if (walk->at == walk->window) {
        return walk_out_of_bytes(walk, false);
    }
    if (walk->bytes[walk->at] != '"') {
        return walk_newline(walk);
    }
    if (quote_opens_field(walk)) {
        return walk_open_quote(walk);
    }
    walk->at++;
    return STEP_TEXT;
}

static Step walk_quoted(Walk *walk)
{
    walk->at = csv_find_special(walk->bytes, walk->at, walk->window);
    if (walk->at == walk->window) {
        return walk_out_of_bytes(walk, true);
    }
    char c = walk->bytes[walk->at++];
    if (c == '"') {
        return STEP_AFTER;
    }
    bool is_half_of_crlf = c == '\r' && walk->at < walk->len && walk->bytes[walk->at] == '\n';
    walk->span.newlines += !is_half_of_crlf;
    return STEP_QUOTED;
}

static Step walk_after(Walk *walk)
{
    if (walk->at < walk->window && walk->bytes[walk->at] == '"') {
        walk->at++;
        return STEP_QUOTED;
    }
    while (walk->at < walk->window && is_blank_byte(walk, walk->at)) {
        walk->at++;
    }
    if (walk->at == walk->window) {
        return walk_out_of_bytes(walk, false);
    }
    char c = walk->bytes[walk->at];
    if (c == walk->delimiter) {
        walk->at++;
        return STEP_FIELD;
    }
    return c == '\n' || c == '\r' ? walk_newline(walk)
                                  : walk_bad(walk, CSV_PROBLEM_MALFORMED_QUOTE);
}

static Step walk_bad_line(Walk *walk)
{
    walk->span.newlines = 0;
    walk->at = csv_find_newline(walk->bytes, 0, walk->window);
    if (walk->at < walk->window) {
        return walk_newline(walk);
    }
    if (walk->len <= walk->limits->row_bytes) {
        return walk->at_end ? walk_ended(walk, 0) : STEP_SHORT;
    }
    walk->span.problem = CSV_PROBLEM_ROW_TOO_LONG;
    walk->at = walk->limits->row_bytes;
    return walk_ended(walk, 0);
}

/* Of a good record: a quote behind nothing but blanks opens a cell, the next one closes it, and one
 * right behind that is text. */
static bool walk_is_blank(const Walk *walk)
{
    bool is_open = false;
    for (size_t at = 0; at < walk->span.len; at++) {
        char c = walk->bytes[at];
        bool is_doubled = is_open && at + 1 < walk->span.len && walk->bytes[at + 1] == '"';
        if (c == '"' && !is_doubled) {
            is_open = !is_open;
        } else if (c != ' ' && c != '\t' && (is_open || c != walk->delimiter)) {
            return false;
        }
    }
    return true;
}

/* Of few lines it cannot be, and most records have one. */
static bool walk_has_rows(const Walk *walk)
{
    return walk->span.newlines >= CSV_LOST_QUOTE_NEWLINES &&
           csv_has_lost_quote(walk->bytes, walk->span.len, walk->delimiter,
                              walk->limits->file_columns);
}

bool csv_record_span(const char *bytes,
                     size_t len,
                     bool at_end,
                     char delimiter,
                     const CsvLimits *limits,
                     CsvSpan *ret_span)
{
    static Step (*const steps[])(Walk *) = {
        [STEP_FIELD] = walk_field,
        [STEP_TEXT] = walk_text,
        [STEP_QUOTED] = walk_quoted,
        [STEP_AFTER] = walk_after,
    };
    Walk walk = {.bytes = bytes,
                 .len = len,
                 .window = len > limits->row_bytes ? limits->row_bytes + 1 : len,
                 .at_end = at_end,
                 .delimiter = delimiter,
                 .limits = limits};
    Step step = STEP_FIELD;
    while (step < STEP_ENDED) {
        step = steps[step](&walk);
    }
    if (step == STEP_ENDED && walk_has_rows(&walk)) {
        step = walk_bad(&walk, CSV_PROBLEM_UNCLOSED_QUOTE);
    }
    if (step == STEP_BAD) {
        step = walk_bad_line(&walk);
    }
    walk.span.is_blank = walk.span.problem == CSV_PROBLEM_NONE && walk_is_blank(&walk);
    *ret_span = walk.span;
    return step != STEP_SHORT;
}
