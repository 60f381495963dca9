#include "base/strbuf.h"

#include <arpa/inet.h>
#include <assert.h>
#include <endian.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

char strbuf_empty[1];

void strbuf_init(StrBuf *buf)
{
    *buf = (StrBuf)STRBUF_INIT;
}

void strbuf_done(StrBuf *buf)
{
    if (buf->cap > 0) {
        free(buf->data);
    }
    strbuf_init(buf);
}

void strbuf_reset(StrBuf *buf)
{
    buf->len = 0;
    if (buf->cap > 0) {
        buf->data[0] = '\0';
    }
}

void strbuf_reserve(StrBuf *buf, size_t more)
{
    size_t need = buf->len + more + 1;
    if (need <= buf->cap) {
        return;
    }
    size_t cap = buf->cap > 0 ? buf->cap : 64;
    while (cap < need) {
        cap *= 2;
    }
    buf->data = mem_realloc(buf->cap > 0 ? buf->data : NULL, cap);
    buf->cap = cap;
    buf->data[buf->len] = '\0';
}

void strbuf_add(StrBuf *buf, const void *bytes, size_t len)
{
    strbuf_reserve(buf, len);
    if (len > 0) {
        memcpy(buf->data + buf->len, bytes, len);
    }
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void strbuf_adds(StrBuf *buf, const char *text)
{
    strbuf_add(buf, text, strlen(text));
}

void strbuf_addc(StrBuf *buf, char c)
{
    strbuf_add(buf, &c, 1);
}

void strbuf_addf(StrBuf *buf, const char *format, ...)
{
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(len >= 0);
    strbuf_reserve(buf, (size_t)len);
    vsnprintf(buf->data + buf->len, (size_t)len + 1, format, again);
    va_end(again);
    buf->len += (size_t)len;
}

void strbuf_add_u16(StrBuf *buf, uint16_t value)
{
    uint16_t wire = htobe16(value);
    strbuf_add(buf, &wire, sizeof wire);
}

void strbuf_add_u32(StrBuf *buf, uint32_t value)
{
    uint32_t wire = htobe32(value);
    strbuf_add(buf, &wire, sizeof wire);
}

void strbuf_add_u64(StrBuf *buf, uint64_t value)
{
    uint64_t wire = htobe64(value);
    strbuf_add(buf, &wire, sizeof wire);
}

static void strbuf_add_json_escape(StrBuf *buf, unsigned char c)
{
    static const char short_form[] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    if (c == '"' || c == '\\') {
        strbuf_addf(buf, "\\%c", c);
    } else if (c < sizeof short_form && short_form[c] != 0) {
        strbuf_addf(buf, "\\%c", short_form[c]);
    } else {
        strbuf_addf(buf, "\\u%04x", c);
    }
}

void strbuf_add_json(StrBuf *buf, const char *text, size_t len)
{
    strbuf_addc(buf, '"');
    size_t plain = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\') {
            continue;
        }
        strbuf_add(buf, text + plain, i - plain);
        strbuf_add_json_escape(buf, c);
        plain = i + 1;
    }
    strbuf_add(buf, text + plain, len - plain);
    strbuf_addc(buf, '"');
}

char *strbuf_detach(StrBuf *buf)
{
    strbuf_reserve(buf, 0);
    char *data = buf->data;
    strbuf_init(buf);
    return data;
}
