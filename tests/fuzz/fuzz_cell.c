/* A cell of text, cleaned, and as a phone number; the first byte says of which country and how
 * strict. What is clean stays as it is; the fast path of phones agrees with the library; and a
 * number found is found again. */
#include <string.h>

#include "base/mem.h"
#include "domain/formula.h"
#include "domain/phone.h"
#include "domain/text.h"
#include "fuzz.h"

static void check_clean(TextSlice clean)
{
    AUTO_STRBUF scratch = STRBUF_INIT;
    FUZZ_CHECK(text_utf8_valid(clean.data, clean.len, NULL), "%.*s", (int)clean.len, clean.data);
    TextSlice again = text_clean(clean, &scratch);
    FUZZ_CHECK(again.len == clean.len && memcmp(again.data, clean.data, clean.len) == 0,
               "%.*s, %.*s", (int)clean.len, clean.data, (int)again.len, again.data);
}

/* What an export writes for it, an import reads as it. */
static void check_formula(TextSlice clean)
{
    bool is_one = formula_is_one(clean.data, clean.len);
    AUTO_FREE char *written = mem_sprintf("%s%.*s", is_one ? "'" : "", (int)clean.len, clean.data);
    FUZZ_CHECK(!is_one || formula_may_begin((unsigned char)clean.data[0]), "%s", written);
    FUZZ_CHECK(formula_is_defused(written, strlen(written)) == is_one, "%s", written);
}

static void check_number(const Phone *phone, const PhoneRules *rules)
{
    Phone again = {0};
    char text[PHONE_DIGITS_MAX + 2];
    int len = snprintf(text, sizeof text, "+%llu", (unsigned long long)phone->e164);
    FUZZ_CHECK(len <= PHONE_DIGITS_MAX + 1 && strlen(phone->extension) <= PHONE_EXTENSION_MAX,
               "%s x %s", text, phone->extension);
    FUZZ_CHECK(phone_parse(text, (size_t)len, rules, &again) == PHONE_OK, "%s", text);
    FUZZ_CHECK(again.e164 == phone->e164 && again.verified == phone->verified &&
                   strcmp(again.region, phone->region) == 0,
               "%s: %s, %s", text, phone->region, again.region);
}

static void check_phone(TextSlice clean, const PhoneRules *rules)
{
    Phone fast = {0};
    Phone library = {0};
    PhoneResult result = phone_parse(clean.data, clean.len, rules, &fast);
    PhoneResult other = phone_parse_library(clean.data, clean.len, rules, &library);
    FUZZ_CHECK(result == other, "%.*s: %s, %s", (int)clean.len, clean.data,
               phone_result_code(result), phone_result_code(other));
    FUZZ_CHECK(memcmp(&fast, &library, sizeof fast) == 0, "%.*s: %llu, %llu", (int)clean.len,
               clean.data, (unsigned long long)fast.e164, (unsigned long long)library.e164);
    if (result == PHONE_OK) {
        check_number(&fast, rules);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const countries[] = {"US", "US", "US", "", "GB", "DE", "CA", "MX"};
    const char *cell = (const char *)data + 1;
    if (size < 1 || !text_utf8_valid(cell, size - 1, NULL)) {
        return -1;
    }
    PhoneRules rules;
    FUZZ_CHECK(phone_rules_init(&rules, countries[data[0] % 8], data[0] & 8), "a country");
    AUTO_STRBUF scratch = STRBUF_INIT;
    TextSlice clean = text_clean((TextSlice){cell, size - 1}, &scratch);
    check_clean(clean);
    if (clean.len > 0) {
        check_formula(clean);
    }
    check_phone(clean, &rules);
    return 0;
}
