/* address.h - state, country and email cells made uniform, or left alone. Layer: domain; pure.
 *
 * All take cleaned text (text.h). Nothing here guesses: a ZIP code that lost its leading zero in a
 * spreadsheet, for one, is kept as it is. */
#pragma once

#include <stdbool.h>

#include "domain/text.h"

#define ADDRESS_STATE_MAX_CHARS 64

/* The postal code when the country has states (state.h) and this is one ("texas", "Tx." are "TX");
 * else the text itself, at most ADDRESS_STATE_MAX_CHARS characters of it. country: ISO 3166 or "".
 * Points into `state` or static memory. */
TextSlice address_state(TextSlice state, const char *country);

/* ISO 3166 alpha-2; false when the country is unknown (the import problem "country_unknown"). An
 * empty cell is no country. */
bool address_country(TextSlice country, char ret_code[3]);

/* Could it be an address at all: one @ with something before it, a dot in the domain, no blanks?
 * The text is stored either way; false is the warning "email_invalid". */
bool address_email_ok(TextSlice email);
