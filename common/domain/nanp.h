/* nanp.h - the structure of North American numbers, and which of them exist. Layer: domain; pure.
 *
 * A number here is its ten digits as an integer: area code, exchange, line. What exists is what
 * libphonenumber's metadata knew when this was built. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define NANP_MAX 9999999999ULL

typedef enum NanpShape {
    NANP_SHAPED = 0,
    NANP_BAD_AREA_CODE,
    NANP_BAD_EXCHANGE,
} NanpShape;

/* Area code and exchange begin with 2-9 and are not N11 (NANPA's numbering plan). Toll-free codes
 * do give out N11 exchanges, as in 1-800-411-PAIN. */
NanpShape nanp_shape(uint64_t number);

typedef enum NanpKnown {
    NANP_INVALID = 0,
    NANP_VALID,
    NANP_ASK, /* hangs on the digits after the exchange: ask the library */
} NanpKnown;

/* Of a number whose shape is right. */
NanpKnown nanp_known(uint64_t number);

/* ISO 3166 code of the area code's country ("US", "CA", "BS" ...), "" when unknown; static. */
const char *nanp_region(uint64_t number);

/* Are numbers of this country (ISO 3166) North American ones? */
bool nanp_country(const char *country);
