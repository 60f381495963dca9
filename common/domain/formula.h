/* formula.h - cells that a spreadsheet would run. Layer: domain; pure.
 *
 * OWASP's set ("CSV Injection"): = + - @ TAB CR LF and the full-width forms of the first four, at
 * the beginning of a cell or behind blanks there. Behind apostrophes too: the one that defuses is
 * put in front, so that what begins with one already can be told from what was defused. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* False of the first byte of most cells: a letter or a digit. Those are no formula. */
static inline bool formula_may_begin(unsigned char first)
{
    return first <= '@' ? first < '0' || first > '9' : first == 0xC2 || first == 0xEF;
}

/* Would it be run, or does it look as if it had been defused? A phone number (+ and 5 to 15 digits)
 * is none. */
bool formula_is_one(const char *cell, size_t len);

/* Is it one that was defused? Then its first byte, an apostrophe, is to go. */
bool formula_is_defused(const char *cell, size_t len);
