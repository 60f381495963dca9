#include "domain/formula.h"

#include <string.h>

enum { PHONE_DIGITS_LEAST = 5, PHONE_DIGITS_MOST = 15 };

/* Bytes of a blank or an apostrophe at the front; 0 when there is none. */
static size_t lead_in(const char *cell, size_t len)
{
    if (cell[0] == ' ' || cell[0] == '\'') {
        return 1;
    }
    return len >= 2 && memcmp(cell, "\xC2\xA0", 2) == 0 ? 2 : 0; /* NBSP */
}

/* U+FF0B, U+FF0D, U+FF1D, U+FF20 */
static bool is_wide(const char *cell, size_t len)
{
    return len >= 3 && cell[0] == '\xEF' && cell[1] == '\xBC' &&
           (cell[2] == '\x8B' || cell[2] == '\x8D' || cell[2] == '\x9D' || cell[2] == '\xA0');
}

static bool is_phone(const char *cell, size_t len)
{
    if (cell[0] != '+' || len < 1 + PHONE_DIGITS_LEAST || len > 1 + PHONE_DIGITS_MOST) {
        return false;
    }
    for (size_t i = 1; i < len; i++) {
        if (cell[i] < '0' || cell[i] > '9') {
            return false;
        }
    }
    return true;
}

bool formula_is_one(const char *cell, size_t len)
{
    if (len == 0 || !formula_may_begin((unsigned char)cell[0]) || is_phone(cell, len)) {
        return false;
    }
    for (size_t step; len > 0 && (step = lead_in(cell, len)) > 0; cell += step) {
        len -= step;
    }
    static const char runs[] = "=+-@\t\r\n";
    return len > 0 && (memchr(runs, cell[0], sizeof runs - 1) != NULL || is_wide(cell, len));
}

bool formula_is_defused(const char *cell, size_t len)
{
    return len > 1 && cell[0] == '\'' && formula_is_one(cell, len);
}
