/* phone_shim.h - libphonenumber behind a C face: no C++ type and no exception leaves it. Layer:
 * domain; for phone.c alone. Thread-safe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/phone.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct PhoneShimNumber {
    uint64_t e164;
    uint16_t country_code;
    bool valid;        /* isValidNumber */
    char national[24]; /* the national significant number's digits */
    char region[4];    /* "ZZ" and "001" are left out */
    char extension[24];
} PhoneShimNumber;

/* Parses and says whether the number is possible. country as in PhoneRules. PHONE_OK, or one of
 * NOT_A_NUMBER, TOO_SHORT, SEVEN_DIGITS, TOO_LONG, INVALID_COUNTRY. */
PhoneResult
phone_shim_parse(const char *text, size_t len, const char *country, PhoneShimNumber *ret);

bool phone_shim_knows_country(const char *country);

#ifdef __cplusplus
}
#endif
