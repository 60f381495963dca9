/* table.h - what a verb prints: rows of cells, in one of three dresses. Layer: services/cli.
 *
 *   --json        one line: an array of objects, or one object
 *   a terminal    aligned columns under their names
 *   anything else tab-separated cells without names, for cut and awk; of one object, name and value
 *
 * Cells are untrusted: whatever a terminal could take for a command is escaped, tabs and newlines
 * too. */
#pragma once

#include "cli/cli.h"

typedef enum TableType {
    TABLE_TEXT, /* a JSON string; ids too */
    TABLE_NUMBER,
    TABLE_BOOL, /* cells "t" and "f" */
    TABLE_JSON, /* in --json as it is */
} TableType;

/* Columns of a table end with one without a name. */
typedef struct TableColumn {
    const char *name;
    TableType type;
} TableColumn;

typedef struct Table {
    const TableColumn *columns; /* borrowed */
    int column_count;
    char **cells; /* row by row; NULL is null */
    int cell_count;
} Table;

void table_init(Table *table, const TableColumn columns[]);
void table_done(Table *table);
#define AUTO_TABLE __attribute__((cleanup(table_done))) Table

/* The next cell; copied. */
void table_add(Table *table, const char *text_or_null);
void table_add_i64(Table *table, int64_t value);
void table_add_bool(Table *table, bool value);
/* All rows of a query whose columns are the table's, in their order. */
void table_add_result(Table *table, const DbResult *result);

int table_rows(const Table *table);

/* All rows; a listing. */
void table_print(Cli *cli, const Table *table);
/* The first rows, aligned, for a terminal so many columns wide: no text takes more than a quarter
 * of it, or eight ("~" stands for the rest), and columns at the right that have no room are left
 * out. */
void table_print_within(const Table *table, int rows, int width);
/* The first row; one object. */
void table_print_one(Cli *cli, const Table *table);
/* A line of text without its end, as much as so many columns hold. */
void table_put_cut(const char *text, int width);

/* A row as a JSON object, and one of its values. */
void table_row_json(const Table *table, int row, StrBuf *buf);
