#include "exporter/export_line.h"

#include <string.h>

#include "domain/stage.h"
#include "exporter/export_cell.h"
#include "exporter/export_reason.h"

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

static void add_stage(StrBuf *buf, const char *number)
{
    Stage stage = (Stage)(number[0] - '0');
    strbuf_adds(buf, stage >= STAGE_DNC && stage < STAGE_END ? stage_name(stage) : "");
}

/* What is no text needs neither quotes nor apostrophe. */
static void
add_cell(const ExportCellRules *rules, FilterType type, const char *text, size_t len, StrBuf *buf)
{
    switch (type) {
    case FILTER_TYPE_INT:
    case FILTER_TYPE_TIME:
        strbuf_add(buf, text, len);
        return;
    case FILTER_TYPE_PHONE:
        strbuf_addc(buf, '+');
        strbuf_add(buf, text, len);
        return;
    case FILTER_TYPE_STAGE:
        add_stage(buf, text);
        return;
    case FILTER_TYPE_BOOL:
        strbuf_adds(buf, text[0] == 't' ? "true" : "false");
        return;
    default:
        export_cell_text(buf, rules, text, len);
    }
}

void export_line_add(
    const ExportSpec *spec, const WhyList *reasons, const DbResult *rows, int row, StrBuf *buf)
{
    ExportCellRules rules = {spec->delimiter, spec->raw};
    size_t begin = buf->len;
    for (size_t i = 0; i < spec->column_count; i++) {
        if (i > 0) {
            strbuf_addc(buf, spec->delimiter);
        }
        size_t len;
        const char *text = db_bytes(rows, row, (int)i, &len);
        if (spec->columns[i].field == &export_reason_field) {
            export_reason_add(reasons, text, buf);
        } else if (len > 0) { /* NULL has none */
            add_cell(&rules, spec->columns[i].field->type, text, len, buf);
        }
    }
    if (buf->len == begin) {
        strbuf_adds(buf, "\"\""); /* an empty line would be no row */
    }
    end_line(spec, buf);
}
