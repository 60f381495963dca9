/* custom_json.h - a lead's custom fields: one flat JSON object. Layer: services/importer; pure.
 *
 * Values are strings, numbers and booleans. Numbers are written so that the text is the shortest
 * that gives the same number again; beyond 64 bits there are none (custom_json_value_ok()). */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/strbuf.h"
#include "domain/text.h"

/* A value that custom fields may have? null is none. */
bool custom_json_value_ok(const json_t *value);

/* Adds `,"key":value` to an object that was begun with "{"; no comma after the brace. */
void custom_json_add(StrBuf *json, const char *key, const json_t *value);
void custom_json_add_text(StrBuf *json, const char *key, const char *text, size_t len);

/* Merges change into old key by key; either may be empty. nulls: a null in change takes the key
 * away, else it is skipped. True when something differs: *ret is the object, empty when no key is
 * left. */
bool custom_json_merge(TextSlice old, TextSlice change, bool nulls, StrBuf *ret);
