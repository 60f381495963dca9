/* logtext.h - the text of one log line: escaping, masking, the length limit. Layer: base; for
 * log.c, and for whoever shows untrusted text on a terminal. The rules are told in log.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"

typedef struct LogLine {
    char data[LOG_LINE_BYTES];
    size_t len;
    bool cut; /* something did not fit; nothing more is added */
} LogLine;

/* Trusted text, as it is. */
void logtext_addf(LogLine *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* " key=value" with the value masked (in place), escaped, and quoted where it must be. */
void logtext_add_field(LogLine *line, const char *key, char *value);

/* " cut=1" where something was left out, and the newline. */
void logtext_finish(LogLine *line);

/* Stars over the digits of whatever may be a phone, all but the last two of each; in place. */
void logtext_mask_phones(char *text);

/* One character at text as it may be shown: returns its bytes in text (at least 1) and puts its
 * safe spelling, terminated, into ret_safe: itself, or \n, \u202e, \xff. */
enum { LOGTEXT_SAFE_SIZE = 8 };
size_t logtext_escape(const char *text, char ret_safe[LOGTEXT_SAFE_SIZE]);
