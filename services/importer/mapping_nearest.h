/* mapping_nearest.h - "did you mean": the names nearest to one that is unknown. Layer: importer;
 * pure. */
#pragma once

#include <stddef.h>

#include "base/strbuf.h"
#include "domain/text.h"

enum { MAPPING_NEAREST_MAX = 3 };

/* Adds the up to three nearest of names, in quotes with commas between, the nearest first. Names
 * that have next to nothing in common with wanted, are empty or no valid UTF-8 do not count; long
 * ones are cut. Adds nothing when none is near. */
void mapping_nearest_add(StrBuf *buf, TextSlice wanted, const TextSlice *names, size_t count);

/* Adds text in quotes, cut to 40 bytes at a character's end. text must be valid UTF-8. */
void mapping_quote_add(StrBuf *buf, TextSlice text);
