#include "exporter/export_cell.h"

#include <string.h>

#include "domain/formula.h"

static bool needs_quotes(char delimiter, const char *text, size_t len)
{
    if (len == 0) {
        return false;
    }
    if (text[0] == ' ' || text[0] == '\t' || text[len - 1] == ' ' || text[len - 1] == '\t') {
        return true;
    }
    bool found = false;
    for (size_t i = 0; i < len; i++) { /* no early end, so that it is done many bytes at once */
        char c = text[i];
        found |= c == delimiter || c == '"' || c == '\n' || c == '\r';
    }
    return found;
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
