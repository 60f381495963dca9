#include "exporter/export_line.h"

#include <string.h>

#include "domain/formula.h"
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

static ExportCare care_of(const FilterField *field)
{
    switch (field->type) {
    case FILTER_TYPE_INT:
    case FILTER_TYPE_TIME:
        return EXPORT_CARE_NONE;
    case FILTER_TYPE_PHONE:
        return EXPORT_CARE_PHONE;
    case FILTER_TYPE_STAGE:
        return EXPORT_CARE_STAGE;
    case FILTER_TYPE_BOOL:
        return EXPORT_CARE_BOOL;
    default:
        return field == &export_reason_field ? EXPORT_CARE_REASON : EXPORT_CARE_TEXT;
    }
}

void export_line_init(ExportLine *line, const ExportSpec *spec, const WhyList *reasons)
{
    *line = (ExportLine){.spec = spec, .reasons = reasons, .cell = STRBUF_INIT};
    for (size_t i = 0; i < spec->column_count; i++) {
        line->cares[i] = care_of(spec->columns[i].field);
        if (line->cares[i] != EXPORT_CARE_NONE) {
            line->care_count = i + 1;
        }
    }
}

void export_line_done(ExportLine *line)
{
    strbuf_done(&line->cell);
}

/* Behind the closing quote; end is behind the row's last cell. */
static const char *quoted_end(const char *cell, const char *end)
{
    for (const char *at = cell + 1; at < end; at++) {
        if (*at == '"' && *++at != '"') {
            return at;
        }
    }
    return end;
}

static const char *cell_end(const char *cell, const char *end, char delimiter)
{
    if (*cell == '"') {
        return quoted_end(cell, end);
    }
    while (cell < end && *cell != delimiter) {
        cell++;
    }
    return cell;
}

/* Most are: a letter or a digit first, no blank last. One that is quoted has its quotes already. */
static bool is_plain(const char *cell, const char *end)
{
    bool quoted = *cell == '"';
    char last = end[-1];
    return !formula_may_begin((unsigned char)cell[quoted ? 1 : 0]) && last != ' ' && last != '\t';
}

/* The value of a cell. */
static void unquote(const char *cell, const char *end, StrBuf *ret)
{
    bool quoted = *cell == '"';
    strbuf_reset(ret);
    if (!quoted) {
        strbuf_add(ret, cell, (size_t)(end - cell));
        return;
    }
    for (const char *at = cell + 1; at < end - 1;) {
        const char *quote = memchr(at, '"', (size_t)(end - 1 - at));
        const char *stop = quote != NULL ? quote + 1 : end - 1;
        strbuf_add(ret, at, (size_t)(stop - at));
        at = quote != NULL ? stop + 1 : stop;
    }
}

static void add_stage(char number, StrBuf *buf)
{
    Stage stage = (Stage)(number - '0');
    strbuf_adds(buf, stage >= STAGE_DNC && stage < STAGE_END ? stage_name(stage) : "");
}

static void
add_cell(ExportLine *line, ExportCare care, const char *cell, const char *end, StrBuf *buf)
{
    ExportCellRules rules = {line->spec->delimiter, line->spec->raw};
    switch (care) {
    case EXPORT_CARE_PHONE:
        strbuf_addc(buf, '+');
        strbuf_add(buf, cell, (size_t)(end - cell));
        return;
    case EXPORT_CARE_STAGE:
        add_stage(*cell, buf);
        return;
    case EXPORT_CARE_BOOL:
        strbuf_adds(buf, *cell == 't' ? "true" : "false");
        return;
    case EXPORT_CARE_REASON:
        unquote(cell, end, &line->cell);
        export_reason_add(line->reasons, line->cell.data, buf);
        return;
    default:
        unquote(cell, end, &line->cell);
        export_cell_text(buf, &rules, line->cell.data, line->cell.len);
    }
}

/* A row's only cell has quotes of COPY's own: for what would end the data. */
static bool goes_as_it_came(const ExportLine *line, size_t i, const char *cell, const char *end)
{
    ExportCare care = line->cares[i];
    return cell == end || care == EXPORT_CARE_NONE ||
           (care == EXPORT_CARE_TEXT && is_plain(cell, end) && line->spec->column_count > 1);
}

void export_line_add(ExportLine *line, const char *row, size_t len, StrBuf *buf)
{
    const char *end = row + len - 1;
    const char *rest = row; /* not yet in buf */
    const char *cell = row;
    size_t begin = buf->len;
    for (size_t i = 0; i < line->care_count && cell <= end; i++) {
        const char *behind = cell_end(cell, end, line->spec->delimiter);
        if (!goes_as_it_came(line, i, cell, behind)) {
            strbuf_add(buf, rest, (size_t)(cell - rest));
            add_cell(line, line->cares[i], cell, behind, buf);
            rest = behind;
        }
        cell = behind + 1;
    }
    strbuf_add(buf, rest, (size_t)(end - rest));
    if (buf->len == begin) {
        strbuf_adds(buf, "\"\""); /* an empty line would be no row */
    }
    end_line(line->spec, buf);
}
