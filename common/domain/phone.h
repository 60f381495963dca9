/* phone.h - a spelled phone number becomes E.164, or a reason why not. Layer: domain; pure but for
 * libphonenumber's own tables; thread-safe.
 *
 * Understood: +, 00 and 011 in front, whatever the country; tel: links; extensions as x12, ext. 12,
 * extension 12, #12, ;ext=12; blanks, NBSP, dots, dashes, slashes, parentheses; "5046218927.0" as
 * spreadsheets leave it. Ordinary North American spellings take an exact fast path of some tens of
 * nanoseconds, everything else libphonenumber at some 30 microseconds. Both give the same answer.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum PhoneResult {
    PHONE_OK = 0,
    PHONE_MISSING,
    PHONE_NOT_A_NUMBER,
    PHONE_SCIENTIFIC, /* 5.046218927E+9: digits are lost for good, so it is not guessed at */
    PHONE_TOO_SHORT,
    PHONE_SEVEN_DIGITS, /* North American without its area code */
    PHONE_TOO_LONG,
    PHONE_ALL_SAME,
    PHONE_BAD_AREA_CODE,
    PHONE_BAD_EXCHANGE,
    PHONE_INVALID_COUNTRY,
    PHONE_UNVERIFIED, /* with strict rules only */
    PHONE_RESULT_COUNT,
} PhoneResult;

/* "ok", "phone_missing", "phone_not_a_number" ...: the code of an import problem; static. */
const char *phone_result_code(PhoneResult result);

/* A sentence for people without the number itself; static. */
const char *phone_result_text(PhoneResult result);

/* country: ISO 3166 code of numbers without + or 00 in front; "" = only international ones.
 * strict: refuse what the metadata does not know. It is of 2022, so by default a number of the
 * right structure is taken and marked: newer area codes exist. */
typedef struct PhoneRules {
    char country[3];
    bool strict;
    bool nanp; /* set by phone_rules_init() */
} PhoneRules;

/* False when the country is none that libphonenumber knows; upper case is expected. */
bool phone_rules_init(PhoneRules *rules, const char *country, bool strict);

#define PHONE_EXTENSION_MAX 9
#define PHONE_DIGITS_MAX    15 /* with the country code: ITU-T E.164, 6.1 */

typedef struct Phone {
    uint64_t e164;         /* the digits after the +, at most PHONE_DIGITS_MAX */
    uint16_t country_code; /* 1, 44, 352 ... */
    bool verified;         /* libphonenumber's isValidNumber */
    char region[3];        /* ISO 3166; "" when unknown or no one country's */
    char extension[16];    /* digits, at most PHONE_EXTENSION_MAX; "" when none */
} Phone;

/* text: valid UTF-8, cleaned (text.h). *ret is written on PHONE_OK only. */
PhoneResult phone_parse(const char *text, size_t len, const PhoneRules *rules, Phone *ret);

/* The same answer without the fast path: what the fast path is tested against. */
PhoneResult phone_parse_library(const char *text, size_t len, const PhoneRules *rules, Phone *ret);

/* For logs: "+1********27", the country code and the last two digits; returns buf. */
#define PHONE_MASK_SIZE 24
char *phone_mask(uint64_t e164, char buf[PHONE_MASK_SIZE]);
