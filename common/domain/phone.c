/* phone.c - the order in which a spelled number is read: mended, by the fast path, by the library.
 * Layer: domain. What a North American number may look like is in nanp.h, how it is spelled in
 * phone_scan.h, the library behind phone_shim.h. */
#include "domain/phone.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "domain/nanp.h"
#include "domain/phone_scan.h"
#include "domain/phone_shim.h"
#include "domain/text.h"

#define NANP_CODE 10000000000ULL

static const struct {
    const char *code;
    const char *text;
} results[PHONE_RESULT_COUNT] = {
    [PHONE_OK] = {"ok", "The number is fine."},
    [PHONE_MISSING] = {"phone_missing", "There is no phone number: each lead needs one."},
    [PHONE_NOT_A_NUMBER] = {"phone_not_a_number",
                            "This is no phone number: write its digits, with + and the country "
                            "code in front or with the area code."},
    [PHONE_SCIENTIFIC] =
        {"phone_scientific",
         "A spreadsheet wrote the number as 5.04E+09 and lost its digits: format the "
         "column as text and save the file again."},
    [PHONE_TOO_SHORT] = {"phone_too_short",
                         "The number has too few digits: write it with its area code."},
    [PHONE_SEVEN_DIGITS] = {"phone_seven_digits",
                            "The number has no area code: write it in front."},
    [PHONE_TOO_LONG] =
        {"phone_too_long",
         "The number or its extension has too many digits: a cell holds one number."},
    [PHONE_ALL_SAME] = {"phone_all_same",
                        "The number is one digit repeated, a placeholder: write the real one."},
    [PHONE_BAD_AREA_CODE] = {"phone_bad_area_code",
                             "There can be no such area code: correct it, or write + and the "
                             "country code before a number of another country."},
    [PHONE_BAD_EXCHANGE] =
        {"phone_bad_exchange",
         "There can be no such exchange (the three digits after the area code): correct it."},
    [PHONE_INVALID_COUNTRY] =
        {"phone_invalid_country",
         "The number's country code does not exist, or it has none and no "
         "default country was given: write + and the country code, or give the country."},
    [PHONE_UNVERIFIED] = {"phone_unverified",
                          "The number is of the right length, but nobody was known to have it: "
                          "correct it, or import with --phone-policy possible."},
};

const char *phone_result_code(PhoneResult result)
{
    assert((unsigned)result < PHONE_RESULT_COUNT);
    return results[result].code;
}

const char *phone_result_text(PhoneResult result)
{
    assert((unsigned)result < PHONE_RESULT_COUNT);
    return results[result].text;
}

bool phone_rules_init(PhoneRules *rules, const char *country, bool strict)
{
    *rules = (PhoneRules){.strict = strict};
    if (strlen(country) >= sizeof rules->country) {
        return false;
    }
    strcpy(rules->country, country);
    rules->nanp = nanp_country(country);
    return rules->nanp || country[0] == '\0' || phone_shim_knows_country(country);
}

/* --- mending, before either path --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_at(TextSlice text, size_t at)
{
    size_t end = at;
    while (end < text.len && is_digit(text.data[end])) {
        end++;
    }
    return end - at;
}

/* A column of numbers saved as 5046218927.0 or 5046218927.00. */
static TextSlice without_fraction(TextSlice text)
{
    size_t dot = text.len;
    while (dot > 0 && text.data[dot - 1] == '0') {
        dot--;
    }
    size_t zeros = text.len - dot;
    if (zeros == 0 || zeros > 2 || dot < 2 || text.data[dot - 1] != '.') {
        return text;
    }
    size_t start = text.data[0] == '+' ? 1 : 0;
    size_t digits = digits_at(text, start);
    return digits > 0 && start + digits == dot - 1 ? (TextSlice){text.data, dot - 1} : text;
}

static TextSlice mended(TextSlice text)
{
    static const TextSlice link = {"tel:", 4};
    text = text_trim(text);
    if (text.len > link.len && text_equal_nocase((TextSlice){text.data, link.len}, link)) {
        text.data += link.len;
        text.len -= link.len;
    }
    return without_fraction(text);
}

/* 5.046218927E+9, also with the decimal comma. */
static bool is_scientific(TextSlice text)
{
    size_t at = digits_at(text, 0);
    if (at == 0) {
        return false;
    }
    if (at < text.len && (text.data[at] == '.' || text.data[at] == ',')) {
        at++;
        at += digits_at(text, at);
    }
    if (at == text.len || (text.data[at] != 'E' && text.data[at] != 'e')) {
        return false;
    }
    at++;
    if (at < text.len && (text.data[at] == '+' || text.data[at] == '-')) {
        at++;
    }
    size_t exponent = digits_at(text, at);
    return exponent > 0 && at + exponent == text.len;
}

/* --- the library's path --- */

/* At least seven digits and all the same; a text without digits is not. */
static bool all_same(TextSlice text)
{
    char first = '\0';
    size_t digits = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.data[i])) {
            continue;
        }
        if (digits > 0 && text.data[i] != first) {
            return false;
        }
        first = text.data[i];
        digits++;
    }
    return digits >= 7;
}

static PhoneResult judge_nanp(uint64_t number)
{
    static const PhoneResult of_shape[] = {
        [NANP_SHAPED] = PHONE_OK,
        [NANP_BAD_AREA_CODE] = PHONE_BAD_AREA_CODE,
        [NANP_BAD_EXCHANGE] = PHONE_BAD_EXCHANGE,
    };
    return number % 1111111111 == 0 ? PHONE_ALL_SAME : of_shape[nanp_shape(number)];
}

/* In other countries 2222 2222 may be somebody's, so the metadata has the last word. */
static PhoneResult judge(const PhoneShimNumber *number)
{
    if (strlen(number->extension) > PHONE_EXTENSION_MAX) {
        return PHONE_TOO_LONG;
    }
    if (number->country_code == 1) {
        return judge_nanp(number->e164 - NANP_CODE);
    }
    return !number->valid && all_same(text_of(number->national)) ? PHONE_ALL_SAME : PHONE_OK;
}

static bool starts_with(TextSlice text, const char *prefix)
{
    size_t len = strlen(prefix);
    return text.len > len && memcmp(text.data, prefix, len) == 0;
}

/* The text behind 00 or 011, spelled with a +; the length of that prefix, or 0. */
static size_t with_plus(TextSlice text, char *buf, size_t size)
{
    while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '(')) {
        text.data++;
        text.len--;
    }
    size_t prefix_len = 0;
    if (starts_with(text, "00")) {
        prefix_len = 2;
    } else if (starts_with(text, "011")) {
        prefix_len = 3;
    }
    int rest = (int)(text.len - prefix_len);
    bool fits = (size_t)snprintf(buf, size, "+%.*s", rest, text.data + prefix_len) < size;
    return fits ? prefix_len : 0;
}

/* The library knows the prefix of the default country only; people write 00 and 011 anywhere. What
 * the country itself makes of the number goes first. Where 011 may begin a number of its own, only
 * one that somebody has is read so. */
static PhoneResult ask_library(TextSlice text, const PhoneRules *rules, PhoneShimNumber *ret)
{
    PhoneResult result = phone_shim_parse(text.data, text.len, rules->country, ret);
    char spelled[64];
    size_t prefix_len = with_plus(text, spelled, sizeof spelled);
    if ((result == PHONE_OK && ret->valid) || prefix_len == 0) {
        return result;
    }
    PhoneShimNumber other;
    PhoneResult again = phone_shim_parse(spelled, strlen(spelled), rules->country, &other);
    bool sure = rules->country[0] == '\0' || prefix_len == 2;
    if (again == PHONE_OK && ((result != PHONE_OK && sure) || other.valid)) {
        *ret = other;
        return PHONE_OK;
    }
    return result;
}

/* A prefix that the library takes away may stand there once more: +43 0 0 ... What a number is, is
 * what it is read as when it is written as E.164. */
static PhoneResult settle(PhoneShimNumber *number)
{
    PhoneResult result = PHONE_OK;
    uint64_t before = 0;
    for (int i = 0; result == PHONE_OK && !number->valid && number->e164 != before; i++) {
        char text[PHONE_DIGITS_MAX + 2];
        PhoneShimNumber again;
        before = number->e164;
        int len = snprintf(text, sizeof text, "+%llu", (unsigned long long)before);
        result = i < PHONE_DIGITS_MAX ? phone_shim_parse(text, (size_t)len, "", &again)
                                      : PHONE_NOT_A_NUMBER;
        if (result == PHONE_OK) {
            memcpy(again.extension, number->extension, sizeof again.extension);
            *number = again;
        }
    }
    return result;
}

static void take(const PhoneShimNumber *number, Phone *ret)
{
    *ret = (Phone){
        .e164 = number->e164,
        .country_code = number->country_code,
        .verified = number->valid,
    };
    const char *region =
        number->country_code == 1 ? nanp_region(number->e164 - NANP_CODE) : number->region;
    memcpy(ret->region, region, strnlen(region, sizeof ret->region - 1));
    memcpy(ret->extension, number->extension, strlen(number->extension));
}

static PhoneResult parse_by_library(TextSlice text, const PhoneRules *rules, Phone *ret)
{
    if (text.len == 0) {
        return PHONE_MISSING;
    }
    if (is_scientific(text)) {
        return PHONE_SCIENTIFIC;
    }
    if (all_same(text) && (rules->nanp || memchr(text.data, '0', text.len) != NULL)) {
        return PHONE_ALL_SAME;
    }
    PhoneShimNumber number;
    PhoneResult result = ask_library(text, rules, &number);
    if (result == PHONE_OK &&
        number.country_code != 1) { /* no national number there begins with 1 */
        result = settle(&number);
    }
    if (result == PHONE_OK) {
        result = judge(&number);
    }
    if (result == PHONE_OK && rules->strict && !number.valid) {
        result = PHONE_UNVERIFIED;
    }
    if (result == PHONE_OK) {
        take(&number, ret);
    }
    return result;
}

/* --- the fast path --- */

static PhoneResult
take_scan(const PhoneScan *scan, bool verified, const PhoneRules *rules, Phone *ret)
{
    if (rules->strict && !verified) {
        return PHONE_UNVERIFIED;
    }
    *ret = (Phone){
        .e164 = NANP_CODE + scan->number,
        .country_code = 1,
        .verified = verified,
    };
    memcpy(ret->region, nanp_region(scan->number), sizeof ret->region);
    memcpy(ret->extension, scan->extension.data, scan->extension.len);
    return PHONE_OK;
}

PhoneResult phone_parse(const char *text, size_t len, const PhoneRules *rules, Phone *ret)
{
    TextSlice cell = mended((TextSlice){text, len});
    PhoneScan scan;
    if (!phone_scan(cell, &scan) || (!rules->nanp && !scan.international)) {
        return parse_by_library(cell, rules, ret);
    }
    PhoneResult result = judge_nanp(scan.number);
    if (result != PHONE_OK) {
        return result;
    }
    NanpKnown known = nanp_known(scan.number);
    if (known == NANP_ASK) {
        return parse_by_library(cell, rules, ret);
    }
    return take_scan(&scan, known == NANP_VALID, rules, ret);
}

PhoneResult phone_parse_library(const char *text, size_t len, const PhoneRules *rules, Phone *ret)
{
    return parse_by_library(mended((TextSlice){text, len}), rules, ret);
}

/* --- masking --- */

/* Country codes of two digits; 1 and 7 have one, all others three (ITU E.164). */
static unsigned country_code_len(const char *digits)
{
    static const char two[] =
        "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 "
        "57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98";
    if (digits[0] == '1' || digits[0] == '7') {
        return 1;
    }
    for (size_t i = 0; i < sizeof two; i += 3) {
        if (memcmp(two + i, digits, 2) == 0) {
            return 2;
        }
    }
    return 3;
}

char *phone_mask(uint64_t e164, char buf[PHONE_MASK_SIZE])
{
    int len = snprintf(buf, PHONE_MASK_SIZE, "+%llu", (unsigned long long)e164);
    for (int i = 1 + (int)country_code_len(buf + 1); i < len - 2; i++) {
        buf[i] = '*';
    }
    return buf;
}
