/* strbuf.h - a growable byte buffer. Layer: base.
 *
 * Invariants: data is never NULL and data[len] is always 0, also in a fresh or reset buffer, so
 * that data can be passed on as a C string; the bytes themselves may hold zeros. Never shrinks
 * until done. */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct StrBuf {
    char *data;
    size_t len;
    size_t cap; /* 0 while data is the shared empty string */
} StrBuf;

extern char strbuf_empty[1];
#define STRBUF_INIT                                                                                \
    {                                                                                              \
        strbuf_empty, 0, 0                                                                         \
    }

void strbuf_init(StrBuf *buf);
void strbuf_done(StrBuf *buf);  /* frees; the buffer is fresh again */
void strbuf_reset(StrBuf *buf); /* len 0, memory kept */
void strbuf_reserve(StrBuf *buf, size_t more);

void strbuf_add(StrBuf *buf, const void *bytes, size_t len);
void strbuf_adds(StrBuf *buf, const char *text);
void strbuf_addc(StrBuf *buf, char c);
void strbuf_addf(StrBuf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Integers in network byte order, as PostgreSQL's binary formats want them. */
void strbuf_add_u16(StrBuf *buf, uint16_t value);
void strbuf_add_u32(StrBuf *buf, uint32_t value);
void strbuf_add_u64(StrBuf *buf, uint64_t value);

/* A JSON string with its quotes. text must be valid UTF-8. */
void strbuf_add_json(StrBuf *buf, const char *text, size_t len);

/* The bytes as a string of the caller's own (free() it); the buffer is fresh again. */
char *strbuf_detach(StrBuf *buf);

#define AUTO_STRBUF __attribute__((cleanup(strbuf_done))) StrBuf
