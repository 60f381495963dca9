#include "importer/csv_lost_quote.h"

#include <string.h>

#include "importer/csv_find.h"

enum { ROWS_AT_LEAST = 3, DELIMITERS_AT_LEAST = 12, MANY_ROWS = 100 };

typedef struct Cell {
    bool is_quoted;
    size_t begin; /* of its text, behind the opening quote */
    size_t end;   /* of its text, before the closing quote */
    size_t next;  /* the delimiter behind it, or the record's end */
} Cell;

typedef struct Record {
    const char *bytes;
    size_t len;
    char delimiter;
} Record;

static size_t find_byte(const Record *record, size_t from, char c)
{
    const char *found = memchr(record->bytes + from, c, record->len - from);
    return found != NULL ? (size_t)(found - record->bytes) : record->len;
}

static size_t closing_quote(const Record *record, size_t from)
{
    size_t at = find_byte(record, from, '"');
    while (at + 1 < record->len && record->bytes[at + 1] == '"') {
        at = find_byte(record, at + 2, '"');
    }
    return at;
}

static Cell cell_at(const Record *record, size_t at)
{
    size_t begin = at;
    while (begin < record->len && record->bytes[begin] != record->delimiter &&
           (record->bytes[begin] == ' ' || record->bytes[begin] == '\t')) {
        begin++;
    }
    if (begin == record->len || record->bytes[begin] != '"') {
        size_t end = find_byte(record, begin, record->delimiter);
        return (Cell){false, at, end, end};
    }
    size_t end = closing_quote(record, begin + 1);
    return (Cell){true, begin + 1, end, find_byte(record, end, record->delimiter)};
}

static size_t count_cells(const Record *record)
{
    size_t count = 1;
    for (Cell cell = cell_at(record, 0); cell.next < record->len;
         cell = cell_at(record, cell.next + 1)) {
        count++;
    }
    return count;
}

/* The lines of a cell's text. */
typedef struct Lines {
    size_t first;   /* delimiters in the line that the cell opens in */
    size_t last;    /* in the one that it closes in */
    size_t between; /* lines between, but for empty ones */
    size_t rows;    /* of these, with as many cells as the file has columns */
} Lines;

static size_t count_delimiters(const Record *record, size_t from, size_t to)
{
    size_t count = 0;
    for (size_t at = from; at < to; at++) {
        count += record->bytes[at] == record->delimiter;
    }
    return count;
}

static Lines count_lines(const Record *record, const Cell *cell, size_t columns)
{
    size_t end = csv_find_newline(record->bytes, cell->begin, cell->end);
    Lines lines = {.first = count_delimiters(record, cell->begin, end)};
    while (end < cell->end) {
        size_t begin = end + 1;
        end = csv_find_newline(record->bytes, begin, cell->end);
        size_t delimiters = count_delimiters(record, begin, end);
        if (end == cell->end) {
            lines.last = delimiters;
        } else if (end > begin) {
            lines.between++;
            lines.rows += delimiters + 1 == columns;
        }
    }
    return lines;
}

static bool is_newline(char c)
{
    return c == '\n' || c == '\r';
}

static bool ends_in_text(const Record *record, const Cell *cell)
{
    char last = record->bytes[cell->end - 1];
    return !is_newline(record->bytes[cell->begin]) && !is_newline(last) &&
           last != record->delimiter;
}

static bool enough_rows(const Lines *lines, size_t columns)
{
    return lines->rows >= ROWS_AT_LEAST && lines->rows * (columns - 1) >= DELIMITERS_AT_LEAST &&
           lines->rows * 5 >= lines->between * 4;
}

/* before, behind: the record's other cells. */
static bool fitting_ends(const Lines *lines, size_t before, size_t behind, size_t columns)
{
    bool first_is_row = before + lines->first + 1 == columns;
    bool last_is_row = lines->last + 1 + behind == columns;
    if (lines->rows < MANY_ROWS) {
        return first_is_row && last_is_row;
    }
    return (first_is_row && before > 0) || (last_is_row && behind > 0);
}

static bool
has_rows(const Record *record, const Cell *cell, size_t before, size_t behind, size_t columns)
{
    if (!cell->is_quoted || cell->end == cell->begin || !ends_in_text(record, cell)) {
        return false;
    }
    Lines lines = count_lines(record, cell, columns);
    return enough_rows(&lines, columns) && fitting_ends(&lines, before, behind, columns);
}

bool csv_has_lost_quote(const char *bytes, size_t len, char delimiter, size_t columns)
{
    if (columns < 2) {
        return false;
    }
    Record record = {bytes, len, delimiter};
    size_t count = count_cells(&record);
    size_t at = 0;
    for (size_t before = 0; before < count; before++) {
        Cell cell = cell_at(&record, at);
        if (has_rows(&record, &cell, before, count - before - 1, columns)) {
            return true;
        }
        at = cell.next + 1;
    }
    return false;
}
