/* country.h - countries by code or name. Layer: domain. */
#pragma once

#include "domain/text.h"

/* The ISO 3166 alpha-2 code ("US") of a country given by either code or a common English name, in
 * any case and punctuation ("usa", "U.S.A.", "United States"); NULL when unknown; static. */
const char *country_find(TextSlice text);

/* Does it use the postal codes of state.h: "US", "CA", the territories of the first ("PR")? Also
 * "", the country that nobody named. */
bool country_has_states(const char *country);
