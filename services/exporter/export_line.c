#include "exporter/export_line.h"

#include <string.h>

#include "domain/stage.h"
#include "exporter/export_cell.h"

static void end_line(const ExportSpec *spec, StrBuf *buf)
{
    strbuf_add(buf, "\r\n" + (spec->line_feed ? 1 : 0), spec->line_feed ? 1 : 2);
}

void export_line_head(const ExportSpec *spec, StrBuf *buf)
{
    ExportCellRules rules = {spec->delimiter, spec->raw};
    strbuf_adds(buf, spec->bom ? "\xEF\xBB\xBF" : "");
    for (size_t i = 0; spec->header && i < spec->column_count; i++) {
        if (i > 0) {
            strbuf_addc(buf, spec->delimiter);
        }
        export_cell_text(buf, &rules, spec->columns[i].header, strlen(spec->columns[i].header));
    }
    if (spec->header) {
        end_line(spec, buf);
    }
}

static void add_stage(StrBuf *buf, int64_t number)
{
    strbuf_adds(buf, number >= STAGE_DNC && number < STAGE_END ? stage_name((Stage)number) : "");
}

static void
add_cell(const ExportCellRules *rules, FilterType type, const DbResult *row, int at, StrBuf *buf)
{
    size_t len;
    const char *bytes;
    switch (type) {
    case FILTER_TYPE_INT:
        export_cell_i64(buf, db_bin_i64(row, 0, at));
        return;
    case FILTER_TYPE_PHONE:
        export_cell_phone(buf, db_bin_i64(row, 0, at));
        return;
    case FILTER_TYPE_STAGE:
        add_stage(buf, db_bin_i64(row, 0, at));
        return;
    case FILTER_TYPE_BOOL:
        strbuf_adds(buf, db_bin_i64(row, 0, at) != 0 ? "true" : "false");
        return;
    case FILTER_TYPE_TIME:
        export_cell_time(buf, db_bin_time(row, 0, at));
        return;
    default:
        bytes = db_bytes(row, 0, at, &len);
        export_cell_text(buf, rules, bytes, len);
    }
}

void export_line_add(const ExportSpec *spec, const DbResult *row, StrBuf *buf)
{
    ExportCellRules rules = {spec->delimiter, spec->raw};
    size_t begin = buf->len;
    for (size_t i = 0; i < spec->column_count; i++) {
        if (i > 0) {
            strbuf_addc(buf, spec->delimiter);
        }
        if (!db_is_null(row, 0, (int)i)) {
            add_cell(&rules, spec->columns[i].field->type, row, (int)i, buf);
        }
    }
    if (buf->len == begin) {
        strbuf_adds(buf, "\"\""); /* an empty line would be no row */
    }
    end_line(spec, buf);
}
