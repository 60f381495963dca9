#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/phone.h"

static PhoneRules rules_for(const char *country, bool strict)
{
    PhoneRules rules;
    cr_assert(phone_rules_init(&rules, country, strict), "%s", country);
    return rules;
}

Test(phone, spellings_become_e164)
{
    static const struct {
        const char *text;
        const char *country;
        uint64_t e164;
        const char *extension;
        const char *region;
        bool verified;
    } cases[] = {
        {"5046218927", "US", 15046218927, "", "US", true},
        {"504-621-8927", "US", 15046218927, "", "US", true},
        {"(504) 621-8927", "US", 15046218927, "", "US", true},
        {"504.621.8927", "US", 15046218927, "", "US", true},
        {"504/621/8927", "US", 15046218927, "", "US", true},
        {"1-504-621-8927", "US", 15046218927, "", "US", true},
        {"+1 (504) 621-8927", "GB", 15046218927, "", "US", true},
        {" +1 504 621 8927 ", "", 15046218927, "", "US", true},
        {"504\xC2\xA0"
         "621\xC2\xA0"
         "8927",
         "US", 15046218927, "", "US", true},
        {"504\xE2\x80\x93"
         "621\xE2\x80\x93"
         "8927",
         "US", 15046218927, "", "US", true},
        {"\xEF\xBC\x95\xEF\xBC\x90\xEF\xBC\x94"
         "6218927",
         "US", 15046218927, "", "US", true},
        {"001 504 621 8927", "US", 15046218927, "", "US", true},
        {"011 1 504 621 8927", "US", 15046218927, "", "US", true},
        {"tel:+1-504-621-8927", "GB", 15046218927, "", "US", true},
        {"TEL:504-621-8927;ext=12", "US", 15046218927, "12", "US", true},
        {"tel:621-8927;phone-context=+1504", "US", 15046218927, "", "US", true},
        {"phone: 504-621-8927", "US", 15046218927, "", "US", true},
        {"5046218927.0", "US", 15046218927, "", "US", true},
        {"5046218927.00", "US", 15046218927, "", "US", true},
        {"+15046218927.0", "GB", 15046218927, "", "US", true},
        {"15046218927.0", "US", 15046218927, "", "US", true},
        {"504-621-8927 x123", "US", 15046218927, "123", "US", true},
        {"504-621-8927x0123", "US", 15046218927, "0123", "US", true},
        {"504-621-8927 X.12", "US", 15046218927, "12", "US", true},
        {"504-621-8927 ext. 123", "US", 15046218927, "123", "US", true},
        {"504-621-8927 Ext:123", "US", 15046218927, "123", "US", true},
        {"504-621-8927 extn 123", "US", 15046218927, "123", "US", true},
        {"504-621-8927 extension 5", "US", 15046218927, "5", "US", true},
        {"504-621-8927 #123", "US", 15046218927, "123", "US", true},
        {"504-621-8927,123", "US", 15046218927, "123", "US", true},
        {"416-967-1111", "US", 14169671111, "", "CA", true},
        {"242-322-1234", "US", 12423221234, "", "BS", true},
        {"322-1234", "BS", 12423221234, "", "BS", true},
        {"1-800-411-7246", "US", 18004117246, "", "US", true},
        {"1-800-FLOWERS", "US", 18003569377, "", "US", true},
        {"505-646-1234", "US", 15056461234, "", "US", false},
        {"246-521-0123", "US", 12465210123, "", "BB", true},
        {"246-521-2123", "US", 12465212123, "", "BB", false},
        {"+44 20 7946 0958", "US", 442079460958, "", "GB", true},
        {"011 44 20 7946 0958", "US", 442079460958, "", "GB", true},
        {"00 44 20 7946 0958", "US", 442079460958, "", "GB", true},
        {"0044 20 7946 0958", "DE", 442079460958, "", "GB", true},
        {"011 44 20 7946 0958", "", 442079460958, "", "GB", true},
        {"011 1 504 621 8927", "GB", 15046218927, "", "US", true},
        {"011 1 504 621 8927", "DE", 15046218927, "", "US", true},
        {"(011) 44 20 7946 0958", "FR", 442079460958, "", "GB", true},
        {"0110 496 0000", "GB", 441104960000, "", "", false},
        {"020 7946 0958", "GB", 442079460958, "", "GB", true},
        {"0113 496 0000", "GB", 441134960000, "", "GB", true},
        {"+39 06 6982", "US", 39066982, "", "VA", true},
        {"+800 1234 5678", "US", 80012345678, "", "", true},
        {"6666 6666", "SG", 6566666666, "", "SG", true},
        {"+49 89 1234567 1234", "US", 498912345671234, "", "DE", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        PhoneRules rules = rules_for(cases[i].country, false);
        Phone phone;
        PhoneResult result = phone_parse(cases[i].text, strlen(cases[i].text), &rules, &phone);
        cr_expect_eq(result, PHONE_OK, "%s: %s", cases[i].text, phone_result_code(result));
        if (result != PHONE_OK) {
            continue;
        }
        cr_expect_eq(phone.e164, cases[i].e164, "%s: %lu", cases[i].text,
                     (unsigned long)phone.e164);
        cr_expect_str_eq(phone.extension, cases[i].extension, "%s", cases[i].text);
        cr_expect_str_eq(phone.region, cases[i].region, "%s", cases[i].text);
        cr_expect_eq(phone.verified, cases[i].verified, "%s", cases[i].text);
    }
}

/* Also where a prefix is written twice. */
Test(phone, a_number_is_what_its_e164_is_read_as)
{
    static const char *const cases[] = {"00 4 30.0 9018200", "0043 0 0 9018200", "020 7946 0958",
                                        "+39 06 6982"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        PhoneRules rules = rules_for("GB", false);
        Phone phone;
        Phone again;
        char text[PHONE_DIGITS_MAX + 2];
        cr_assert_eq(phone_parse(cases[i], strlen(cases[i]), &rules, &phone), PHONE_OK, "%s",
                     cases[i]);
        int len = snprintf(text, sizeof text, "+%lu", (unsigned long)phone.e164);
        cr_assert_eq(phone_parse(text, (size_t)len, &rules, &again), PHONE_OK, "%s", text);
        cr_expect_eq(again.e164, phone.e164, "%s: %s, %lu", cases[i], text,
                     (unsigned long)again.e164);
        cr_expect_eq(again.verified, phone.verified, "%s", text);
    }
}

Test(phone, what_is_no_number_says_why)
{
    static const struct {
        const char *text;
        const char *country;
        const char *code;
    } cases[] = {
        {"", "US", "phone_missing"},
        {"   ", "US", "phone_missing"},
        {"n/a", "US", "phone_not_a_number"},
        {"unknown", "US", "phone_not_a_number"},
        {"jbutt@gmail.com", "US", "phone_not_a_number"},
        {"5.046218927E+9", "US", "phone_scientific"},
        {"5,046218927e+09", "US", "phone_scientific"},
        {"5E9", "US", "phone_scientific"},
        {"621-8927", "US", "phone_seven_digits"},
        {"6218927", "CA", "phone_seven_digits"},
        {"911", "US", "phone_too_short"},
        {"504-621-892", "US", "phone_too_short"},
        {"123-45-6789", "US", "phone_too_short"},
        {"504-621-89277", "US", "phone_too_long"},
        {"504-621-8927 / 504-845-1427", "US", "phone_too_long"},
        {"5046218927;5048451427", "US", "phone_too_long"},
        {"+1 504 621 8927 9", "US", "phone_too_long"},
        {"+49 89 1234567 123456", "US", "phone_too_long"}, /* valid, the metadata says */
        {"089 1234567 123456", "DE", "phone_too_long"},
        {"0049 89 1234567 123456", "US", "phone_too_long"},
        {"+62 21 12345678 1234567", "US", "phone_too_long"},
        {"+81 12345678901234567", "US", "phone_too_long"},
        {"000-000-0000", "US", "phone_all_same"},
        {"1111111111", "US", "phone_all_same"},
        {"(999) 999-9999", "US", "phone_all_same"},
        {"888-888-8888", "US", "phone_all_same"},
        {"+1 222 222 2222", "GB", "phone_all_same"},
        {"999-999-9999 x1", "US", "phone_all_same"},
        {"0000000", "GB", "phone_all_same"},
        {"9999999.0", "US", "phone_all_same"},
        {"104-621-8927", "US", "phone_bad_area_code"},
        {"011-621-8927", "CA", "phone_too_short"}, /* 011 is the way abroad */
        {"911-621-8927", "US", "phone_bad_area_code"},
        {"+1 150 462 1892", "US", "phone_bad_area_code"},
        {"1504621892.0", "US", "phone_bad_area_code"},
        {"504-121-8927", "US", "phone_bad_exchange"},
        {"504-021-8927", "US", "phone_bad_exchange"},
        {"504-911-8927", "US", "phone_bad_exchange"},
        {"+999 123 456 789", "US", "phone_invalid_country"},
        {"504-621-8927", "", "phone_invalid_country"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        PhoneRules rules = rules_for(cases[i].country, false);
        Phone phone;
        PhoneResult result = phone_parse(cases[i].text, strlen(cases[i].text), &rules, &phone);
        cr_expect_str_eq(phone_result_code(result), cases[i].code, "%s", cases[i].text);
    }
}

Test(phone, strict_rules_refuse_what_the_metadata_does_not_know)
{
    PhoneRules strict = rules_for("US", true);
    Phone phone;
    cr_expect_eq(phone_parse("505-646-1234", 12, &strict, &phone), PHONE_UNVERIFIED);
    cr_expect_eq(phone_parse("505-621-8927", 12, &strict, &phone), PHONE_OK);
    cr_expect_eq(phone_parse("246-521-2123", 12, &strict, &phone), PHONE_UNVERIFIED);
    cr_expect_eq(phone_parse("246-521-0123", 12, &strict, &phone), PHONE_OK);
    cr_expect_eq(phone_parse("+44 21 0000 0001", 16, &strict, &phone), PHONE_UNVERIFIED);
}

Test(phone, every_result_has_a_code_and_a_text)
{
    for (int result = 0; result < PHONE_RESULT_COUNT; result++) {
        cr_expect_not_null(phone_result_code((PhoneResult)result));
        cr_expect_not_null(phone_result_text((PhoneResult)result));
    }
}

/* What is wrong, and behind a colon what to do. */
Test(phone, every_fault_has_a_remedy)
{
    for (int result = PHONE_OK + 1; result < PHONE_RESULT_COUNT; result++) {
        const char *colon = strchr(phone_result_text((PhoneResult)result), ':');
        cr_expect(colon != NULL && strlen(colon) > 10, "%s",
                  phone_result_code((PhoneResult)result));
    }
}

Test(phone, rules_know_countries)
{
    PhoneRules rules;
    cr_expect(phone_rules_init(&rules, "US", false) && rules.nanp);
    cr_expect(phone_rules_init(&rules, "JM", false) && rules.nanp);
    cr_expect(phone_rules_init(&rules, "GB", false) && !rules.nanp);
    cr_expect(phone_rules_init(&rules, "", false) && !rules.nanp);
    cr_expect_not(phone_rules_init(&rules, "XX", false));
    cr_expect_not(phone_rules_init(&rules, "USA", false));
}

Test(phone, masks_keep_country_code_and_two_digits)
{
    static const struct {
        uint64_t e164;
        const char *mask;
    } cases[] = {
        {15046218927, "+1********27"}, {442079460958, "+44********58"},
        {79161234567, "+7********67"}, {35226203040, "+352******40"},
        {85222222222, "+852******22"}, {800, "+800"},
    };
    char buf[PHONE_MASK_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_str_eq(phone_mask(cases[i].e164, buf), cases[i].mask);
    }
}

/* --- the fast path against the library --- */

static uint64_t random_state;

static unsigned random_below(unsigned bound)
{
    random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)((random_state >> 33) % bound);
}

static const char *random_of(const char *const *choices, size_t count)
{
    return choices[random_below((unsigned)count)];
}
#define RANDOM_OF(choices) random_of((choices), sizeof(choices) / sizeof((choices)[0]))

/* Half of them in area codes with holes or split exchanges, where the tables could be wrong. */
static uint64_t random_number(void)
{
    static const unsigned odd[] = {246521, 246522, 246520, 876606, 876607, 284496, 505645, 505646,
                                   505649, 505650, 523355, 524969, 800411, 441509, 721520, 264235};
    uint64_t line = random_below(10000);
    switch (random_below(8)) {
    case 0:
        return odd[random_below(sizeof odd / sizeof odd[0])] * 10000ULL + line;
    case 1:
    case 2:
    case 3:
        return odd[random_below(sizeof odd / sizeof odd[0])] / 1000 * 10000000ULL +
               random_below(10000000);
    case 4:
        return random_below(10) * 1111111111ULL;
    default:
        return random_below(1000) * 10000000ULL + random_below(1000) * 10000ULL + line;
    }
}

static void spell(char *out, size_t size)
{
    static const char *const prefixes[] = {"",     "",       "",    "1",     "1 ",   "1-",
                                           "+1",   "+1 ",    "+1-", "(+1) ", "001 ", "011 1 ",
                                           "tel:", "tel:+1", "+",   "0",     "t. "};
    static const char *const openings[] = {"", "", "", "(", " ", "("};
    static const char *const separators[] = {
        "", "", "-", " ", ".", "/", ") ", ")", ") -", "\xC2\xA0", " - ", "--", "~", "\xE2\x80\x93",
        ","};
    static const char *const endings[] = {"",
                                          "",
                                          "",
                                          "",
                                          "",
                                          " x12",
                                          "x1",
                                          " ext 77",
                                          "ext.5",
                                          " Ext: 0123",
                                          " extension 9",
                                          "#123",
                                          " # 4",
                                          " extn 55",
                                          ",123",
                                          ";ext=12",
                                          " x1234567",
                                          " x12345678901",
                                          "/x12",
                                          "-x12",
                                          " x",
                                          ".",
                                          " )",
                                          ".0",
                                          ".00",
                                          "#",
                                          "E+9",
                                          " home",
                                          " xt 12",
                                          "x 1 2",
                                          "\xC2\xA0x12",
                                          " x-12",
                                          " int 5"};
    uint64_t number = random_number();
    snprintf(out, size, "%s%s%03u%s%03u%s%04u%s", RANDOM_OF(prefixes), RANDOM_OF(openings),
             (unsigned)(number / 10000000), RANDOM_OF(separators),
             (unsigned)(number / 10000 % 1000), RANDOM_OF(separators), (unsigned)(number % 10000),
             RANDOM_OF(endings));
}

/* Replaces, takes out, inserts or doubles one ASCII character. */
static void mutate(char *text, size_t size)
{
    static const char alphabet[] = "0123456789+-.()/ xX#etn,;:~EO*";
    size_t len = strlen(text);
    size_t at = random_below((unsigned)len);
    char c = alphabet[random_below(sizeof alphabet - 1)];
    if ((unsigned char)text[at] >= 0x80) {
        return;
    }
    switch (random_below(4)) {
    case 0:
        text[at] = c;
        break;
    case 1:
        memmove(text + at, text + at + 1, len - at);
        break;
    default:
        if (len + 2 <= size) {
            memmove(text + at + 1, text + at, len - at + 1);
            text[at] = random_below(2) == 0 ? c : text[at + 1];
        }
    }
}

static void compare(const char *text, const PhoneRules *rules)
{
    Phone fast = {0};
    Phone slow = {0};
    PhoneResult fast_result = phone_parse(text, strlen(text), rules, &fast);
    PhoneResult slow_result = phone_parse_library(text, strlen(text), rules, &slow);
    cr_assert_eq(fast_result, slow_result, "'%s' (%s): %s, library %s", text, rules->country,
                 phone_result_code(fast_result), phone_result_code(slow_result));
    cr_assert_eq(fast.e164, slow.e164, "'%s' (%s)", text, rules->country);
    cr_assert_eq(fast.verified, slow.verified, "'%s' (%s)", text, rules->country);
    cr_assert_eq(fast.country_code, slow.country_code, "'%s' (%s)", text, rules->country);
    cr_assert_str_eq(fast.extension, slow.extension, "'%s' (%s)", text, rules->country);
    cr_assert_str_eq(fast.region, slow.region, "'%s' (%s)", text, rules->country);
}

Test(phone, fast_path_agrees_with_the_library, .timeout = 1800)
{
    static const char *const countries[] = {"US", "US", "US", "CA", "BS", "DO", "GB", ""};
    bool all = getenv("LEADSPOOL_TEST_LONG") != NULL;
    const char *seed = getenv("SEED");
    random_state = seed != NULL ? strtoull(seed, NULL, 10) : 20240229;
    unsigned rounds = all ? 1000000 : 20000;
    PhoneRules rules[8];
    for (size_t i = 0; i < 8; i++) {
        rules[i] = rules_for(countries[i], i == 2);
    }
    for (unsigned i = 0; i < rounds; i++) {
        char text[96];
        spell(text, sizeof text);
        for (unsigned n = random_below(4); n > 1; n--) {
            mutate(text, sizeof text);
        }
        compare(text, &rules[random_below(8)]);
    }
}

/* Every valid-looking bit of the table at its edges would take minutes; every tenth does. */
Test(phone, exchanges_agree_with_the_library, .timeout = 1800)
{
    PhoneRules rules = rules_for("US", false);
    unsigned step = getenv("LEADSPOOL_TEST_LONG") != NULL ? 1 : 67;
    for (unsigned exchange = 200200; exchange < 1000000; exchange += step) {
        char text[16];
        snprintf(text, sizeof text, "%06u%04u", exchange, exchange * 7919 % 10000);
        compare(text, &rules);
    }
}
