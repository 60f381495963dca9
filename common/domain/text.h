/* text.h - cells of text: strict UTF-8, trimming, cleaning. Layer: domain.
 *
 * Everything here but text_utf8_valid() expects valid UTF-8 without NUL, which that function
 * checks. Nothing keeps a pointer to what it was given. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

/* A borrowed run of bytes: not terminated; lives as long as the memory it points into. */
typedef struct TextSlice {
    const char *data;
    size_t len;
} TextSlice;

/* TEXT("literal") as a slice. */
#define TEXT(literal) ((TextSlice){(literal), sizeof(literal) - 1})
TextSlice text_of(const char *text); /* NULL gives the empty slice */

/* Is this UTF-8 as RFC 3629 has it? Overlong forms, surrogates, what lies above U+10FFFF, cut-off
 * characters and NUL are refused; then *bad_at (NULL is allowed) is the offset of the first bad
 * byte. */
bool text_utf8_valid(const char *bytes, size_t len, size_t *bad_at);

/* Without blanks at both ends, ASCII and Unicode (NBSP and its kin), nor control characters. */
TextSlice text_trim(TextSlice text);

/* A cell made fit to be stored and shown: trimmed; normalised to NFC; control characters (C0, DEL,
 * C1), bidi controls and invisible formatting taken out; a run of blanks with a line break or tab
 * in it made one space. ZWJ and ZWNJ stay between letters that are not ASCII, where they spell.
 *
 * Returns a slice of `cell` itself when trimming was all (nearly always), else of *scratch, which
 * is overwritten: valid until scratch is used again. */
TextSlice text_clean(TextSlice cell, StrBuf *scratch);

/* Equal but for ASCII case. */
bool text_equal_nocase(TextSlice a, TextSlice b);

/* What people vary in a name taken away: ASCII lower case without blanks and the marks . , - ' & (
 * ), so that "N.Y." gives "ny". At most `size` bytes into buf; the empty slice when it is longer.
 */
TextSlice text_squeeze(TextSlice text, char *buf, size_t size);

/* Is a squeezed text this name, squeezed? */
bool text_squeezed_is(TextSlice squeezed, const char *name);
