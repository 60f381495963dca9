#include "cli/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/mem.h"

enum { TABLE_GAP = 2, TABLE_TEXT_SHARE = 4, TABLE_TEXT_LEAST = 8 };

void table_init(Table *table, const TableColumn columns[])
{
    *table = (Table){.columns = columns};
    while (columns[table->column_count].name != NULL) {
        table->column_count++;
    }
}

void table_done(Table *table)
{
    for (int i = 0; i < table->cell_count; i++) {
        free(table->cells[i]);
    }
    free(table->cells);
}

void table_add(Table *table, const char *text_or_null)
{
    if ((table->cell_count & (table->cell_count - 1)) == 0) {
        size_t room = table->cell_count > 0 ? (size_t)table->cell_count * 2 : 1;
        table->cells = mem_realloc(table->cells, room * sizeof *table->cells);
    }
    table->cells[table->cell_count++] = mem_strdup(text_or_null);
}

void table_add_i64(Table *table, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    table_add(table, text);
}

void table_add_bool(Table *table, bool value)
{
    table_add(table, value ? "t" : "f");
}

void table_add_result(Table *table, const DbResult *result)
{
    for (int row = 0; row < db_rows(result); row++) {
        for (int column = 0; column < table->column_count; column++) {
            table_add(table, db_text(result, row, column));
        }
    }
}

int table_rows(const Table *table)
{
    return table->cell_count / table->column_count;
}

static const char *table_cell(const Table *table, int row, int column)
{
    return table->cells[row * table->column_count + column];
}

/* ---- JSON ---- */

static void table_value_json(const TableColumn *column, const char *cell, StrBuf *buf)
{
    if (cell == NULL) {
        strbuf_adds(buf, "null");
    } else if (column->type == TABLE_TEXT) {
        strbuf_add_json(buf, cell, strlen(cell));
    } else if (column->type == TABLE_BOOL) {
        strbuf_adds(buf, cell[0] == 't' ? "true" : "false");
    } else {
        strbuf_adds(buf, cell);
    }
}

void table_row_json(const Table *table, int row, StrBuf *buf)
{
    strbuf_addc(buf, '{');
    for (int i = 0; i < table->column_count; i++) {
        strbuf_addf(buf, "%s\"%s\":", i > 0 ? "," : "", table->columns[i].name);
        table_value_json(&table->columns[i], table_cell(table, row, i), buf);
    }
    strbuf_addc(buf, '}');
}

static void table_print_json(Cli *cli, const Table *table)
{
    AUTO_STRBUF json = STRBUF_INIT;
    strbuf_addc(&json, '[');
    for (int row = 0; row < table_rows(table); row++) {
        strbuf_adds(&json, row > 0 ? "," : "");
        table_row_json(table, row, &json);
    }
    strbuf_addc(&json, ']');
    cli_put_json(cli, json.data);
}

/* ---- text ---- */

static void table_cell_text(const Table *table, int row, int column, StrBuf *buf)
{
    const char *cell = table_cell(table, row, column);
    if (cell != NULL && table->columns[column].type == TABLE_BOOL) {
        strbuf_adds(buf, cell[0] == 't' ? "true" : "false");
    } else if (cell != NULL) {
        cli_add_safe(buf, cell);
    }
}

static int table_width(const char *text)
{
    AUTO_FREE wchar_t *wide = mem_alloc((strlen(text) + 1) * sizeof *wide);
    size_t len = mbstowcs(wide, text, strlen(text) + 1);
    int width = len != (size_t)-1 ? wcswidth(wide, len) : -1;
    return width >= 0 ? width : (int)strlen(text);
}

static void table_print_tabs(const Table *table)
{
    for (int row = 0; row < table_rows(table); row++) {
        AUTO_STRBUF line = STRBUF_INIT;
        for (int i = 0; i < table->column_count; i++) {
            strbuf_adds(&line, i > 0 ? "\t" : "");
            table_cell_text(table, row, i, &line);
        }
        printf("%s\n", line.data);
    }
}

/* As much of it as there is room for, "~" for the rest; limit 0: all of it. */
static void add_cut(StrBuf *buf, const char *text, int limit)
{
    if (limit == 0 || table_width(text) <= limit) {
        strbuf_adds(buf, text);
        return;
    }
    size_t end = 0;
    for (int width = 0; text[end] != '\0';) {
        wchar_t wide = 0;
        int len = mbtowc(&wide, text + end, MB_CUR_MAX);
        width += len > 0 && wcwidth(wide) >= 0 ? wcwidth(wide) : 1;
        if (width > limit - 1) {
            break;
        }
        end += len > 0 ? (size_t)len : 1;
    }
    strbuf_add(buf, text, end);
    strbuf_addc(buf, '~');
}

/* row -1: the names. A terminal shows nothing as a dash. */
static char *table_shown(const Table *table, int row, int column, int limit)
{
    AUTO_STRBUF text = STRBUF_INIT;
    StrBuf shown = STRBUF_INIT;
    if (row < 0) {
        for (const char *c = table->columns[column].name; *c != '\0'; c++) {
            strbuf_addc(&text, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
        }
    } else {
        table_cell_text(table, row, column, &text);
    }
    if (text.len == 0) {
        strbuf_addc(&text, '-');
    }
    add_cut(&shown, text.data, table->columns[column].type == TABLE_TEXT ? limit : 0);
    return strbuf_detach(&shown);
}

/* The first rows and columns, a text no wider than limit (0: as it is). */
typedef struct Aligned {
    const Table *table;
    int rows;
    int columns;
    int limit;
    int *widths; /* of each column */
} Aligned;

static void aligned_measure(Aligned *aligned)
{
    for (int row = -1; row < aligned->rows; row++) {
        for (int i = 0; i < aligned->columns; i++) {
            AUTO_FREE char *text = table_shown(aligned->table, row, i, aligned->limit);
            int width = table_width(text);
            aligned->widths[i] = width > aligned->widths[i] ? width : aligned->widths[i];
        }
    }
}

static void aligned_fit(Aligned *aligned, int width)
{
    int used = aligned->widths[0];
    int fit = 1;
    while (fit < aligned->columns && used + TABLE_GAP + aligned->widths[fit] <= width) {
        used += TABLE_GAP + aligned->widths[fit++];
    }
    aligned->columns = fit;
}

static void aligned_print(const Aligned *aligned)
{
    for (int row = -1; row < aligned->rows; row++) {
        for (int i = 0; i < aligned->columns; i++) {
            AUTO_FREE char *text = table_shown(aligned->table, row, i, aligned->limit);
            int pad = aligned->widths[i] - table_width(text);
            bool right = aligned->table->columns[i].type == TABLE_NUMBER;
            bool last = i == aligned->columns - 1;
            printf("%*s%s%*s", right ? pad : 0, "", text, last ? 0 : (right ? 0 : pad) + TABLE_GAP,
                   "");
        }
        printf("\n");
    }
}

static void table_print_aligned(const Table *table, int rows, int width)
{
    AUTO_FREE int *widths = mem_alloc((size_t)table->column_count * sizeof *widths);
    Aligned aligned = {table, rows, table->column_count, 0, widths};
    if (width > 0) {
        int share = width / TABLE_TEXT_SHARE;
        aligned.limit = share > TABLE_TEXT_LEAST ? share : TABLE_TEXT_LEAST;
        aligned.limit = aligned.limit < width ? aligned.limit : width;
    }
    aligned_measure(&aligned);
    if (width > 0) {
        aligned_fit(&aligned, width);
    }
    aligned_print(&aligned);
}

void table_print_within(const Table *table, int rows, int width)
{
    table_print_aligned(table, rows < table_rows(table) ? rows : table_rows(table), width);
}

void table_put_cut(const char *text, int width)
{
    AUTO_STRBUF shown = STRBUF_INIT;
    add_cut(&shown, text, width);
    printf("%s", shown.data);
}

void table_print(Cli *cli, const Table *table)
{
    if (cli->json) {
        table_print_json(cli, table);
    } else if (cli->out_terminal) {
        table_print_aligned(table, table_rows(table), 0);
    } else {
        table_print_tabs(table);
    }
}

void table_print_one(Cli *cli, const Table *table)
{
    AUTO_STRBUF json = STRBUF_INIT;
    table_row_json(table, 0, &json);
    if (cli->json) {
        cli_put_json(cli, json.data);
        return;
    }
    int width = 0;
    for (int i = 0; i < table->column_count; i++) {
        int len = (int)strlen(table->columns[i].name);
        width = len > width ? len : width;
    }
    for (int i = 0; i < table->column_count; i++) {
        AUTO_STRBUF text = STRBUF_INIT;
        table_cell_text(table, 0, i, &text);
        if (cli->out_terminal) {
            printf("%-*s  %s\n", width, table->columns[i].name, text.data);
        } else {
            printf("%s\t%s\n", table->columns[i].name, text.data);
        }
    }
}
