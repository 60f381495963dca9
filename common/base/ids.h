/* ids.h - identifiers: made and checked. Layer: base.
 *
 * Public ids (lists, campaigns, external ids in keys) are text: [A-Za-z0-9_-]{1,64}. Internal
 * numbers (lead_id, job) are 63 bits and travel in JSON as decimal strings, since doubles end at
 * 2^53. Event ids are UUIDv5 of what caused the event, so that an event made twice is the same
 * event. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { IDS_UUID_SIZE = 37, IDS_I64_SIZE = 21, IDS_PUBLIC_MAX = 64, IDS_CE_ID_MAX = 256 };

/* UUIDv5 in the project's own name space, of the formatted name. Lower case with hyphens. */
void ids_uuid5(char ret_uuid[IDS_UUID_SIZE], const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void ids_uuid4(char ret_uuid[IDS_UUID_SIZE]); /* random */
bool ids_is_uuid(const char *text);

/* A decimal string without sign, blank or leading zero, 0 .. 2^63-1. Else STATUS_BAD_INPUT with
 * code invalid_id. */
Status ids_parse_i64(const char *text, int64_t *ret_id, Error *err) MUST_CHECK;
void ids_format_i64(int64_t id, char ret_text[IDS_I64_SIZE]);

bool ids_is_public(const char *text); /* [A-Za-z0-9_-]{1,64}; NULL is not */

/* The ce_id of an incoming message: 1..256 bytes of printable ASCII, blank included. */
bool ids_is_ce_id(const char *text, size_t len);
