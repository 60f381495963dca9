#include "exporter/export_cell.h"

#include <string.h>

#include "base/clock.h"
#include "domain/formula.h"

static bool needs_quotes(char delimiter, const char *text, size_t len)
{
    if (len == 0) {
        return false;
    }
    if (text[0] == ' ' || text[0] == '\t' || text[len - 1] == ' ' || text[len - 1] == '\t') {
        return true;
    }
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == delimiter || c == '"' || c == '\n' || c == '\r') {
            return true;
        }
    }
    return false;
}

static void add_doubled(StrBuf *line, const char *text, size_t len)
{
    for (const char *end = text + len; text < end;) {
        const char *quote = memchr(text, '"', (size_t)(end - text));
        const char *stop = quote != NULL ? quote + 1 : end;
        strbuf_add(line, text, (size_t)(stop - text));
        if (quote != NULL) {
            strbuf_addc(line, '"');
        }
        text = stop;
    }
}

void export_cell_text(StrBuf *line, const ExportCellRules *rules, const char *text, size_t len)
{
    bool defuse = !rules->raw && formula_is_one(text, len);
    bool quotes = needs_quotes(rules->delimiter, text, len);
    if (quotes) {
        strbuf_addc(line, '"');
    }
    if (defuse) {
        strbuf_addc(line, '\'');
    }
    if (quotes) {
        add_doubled(line, text, len);
        strbuf_addc(line, '"');
    } else {
        strbuf_add(line, text, len);
    }
}

void export_cell_i64(StrBuf *line, int64_t value)
{
    char digits[24];
    char *at = digits + sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        *--at = '-';
    }
    strbuf_add(line, at, (size_t)(digits + sizeof digits - at));
}

void export_cell_phone(StrBuf *line, int64_t e164)
{
    if (e164 != 0) {
        strbuf_addc(line, '+');
        export_cell_i64(line, e164);
    }
}

void export_cell_time(StrBuf *line, int64_t time_us)
{
    char text[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(time_us, text);
    strbuf_adds(line, text);
}
