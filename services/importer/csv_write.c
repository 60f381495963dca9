#include "importer/csv_write.h"

#include <string.h>

#include "importer/csv_find.h"

static bool is_blank_byte(char c)
{
    return c == ' ' || c == '\t';
}

static bool needs_quotes(char delimiter, const char *bytes, size_t len)
{
    if (len == 0) {
        return false;
    }
    return is_blank_byte(bytes[0]) || is_blank_byte(bytes[len - 1]) ||
           memchr(bytes, delimiter, len) != NULL || csv_find_special(bytes, 0, len) < len;
}

static void add_quoted(StrBuf *buf, const char *bytes, size_t len)
{
    strbuf_addc(buf, '"');
    const char *end = bytes + len;
    const char *quote;
    while ((quote = memchr(bytes, '"', (size_t)(end - bytes))) != NULL) {
        strbuf_add(buf, bytes, (size_t)(quote + 1 - bytes));
        strbuf_addc(buf, '"');
        bytes = quote + 1;
    }
    strbuf_add(buf, bytes, (size_t)(end - bytes));
    strbuf_addc(buf, '"');
}

void csv_write_cell(StrBuf *buf, char delimiter, const char *bytes, size_t len)
{
    if (needs_quotes(delimiter, bytes, len)) {
        add_quoted(buf, bytes, len);
    } else {
        strbuf_add(buf, bytes, len);
    }
}

void csv_write_cells(StrBuf *buf, char delimiter, const TextSlice *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            csv_write_delimiter(buf, delimiter);
        }
        csv_write_cell(buf, delimiter, cells[i].data, cells[i].len);
    }
}

void csv_write_delimiter(StrBuf *buf, char delimiter)
{
    strbuf_addc(buf, delimiter);
}

void csv_write_end(StrBuf *buf)
{
    strbuf_adds(buf, "\r\n");
}
