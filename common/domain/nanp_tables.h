/* nanp_tables.h - what gen/nanp_bitmap.cc makes out of libphonenumber at build time. Layer: domain;
 * for nanp.c alone. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define NANP_FIRST_CODE 200
#define NANP_CODES      800

/* Bit (area - 200) * 800 + (exchange - 200): every line of the exchange is a valid number. */
extern const uint8_t nanp_valid_bits[NANP_CODES * NANP_CODES / 8];

/* area * 1000 + exchange of those with valid and invalid lines, rising. */
extern const uint32_t nanp_ask[];
extern const size_t nanp_ask_count;

/* ISO 3166 region of an area code, "" when it has no valid number. */
extern const char nanp_regions[NANP_CODES][3];
