#include <criterion/criterion.h>
#include <string.h>

#include "domain/disposition.h"

static const Disposition *found(const char *code)
{
    return disposition_find(disposition_defaults, disposition_default_count, code);
}

Test(disposition, the_default_set_by_code_and_alias)
{
    static const struct {
        const char *asked;
        const char *code;
        const char *flags; /* contact, final, dnc, invalid, callback */
    } cases[] = {
        {"NA", "NA", "-----"},     {"N", "NA", "-----"},      {"B", "B", "-----"},
        {"AB", "B", "-----"},      {"A", "A", "-----"},       {"AA", "A", "-----"},
        {"AM", "A", "-----"},      {"AL", "A", "-----"},      {"SALE", "SALE", "cf---"},
        {"NI", "NI", "cf---"},     {"WN", "WN", "c--i-"},     {"DC", "DC", "---i-"},
        {"ADC", "DC", "---i-"},    {"DNC", "DNC", "cfd--"},   {"CB", "CB", "c---b"},
        {"CALLBK", "CB", "c---b"}, {"DROP", "DROP", "-----"}, {"FAX", "FAX", "---i-"},
        {"AFAX", "FAX", "---i-"},  {"HU", "HU", "c----"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const Disposition *d = found(cases[i].asked);
        cr_assert_not_null(d, "%s", cases[i].asked);
        cr_expect_str_eq(d->code, cases[i].code, "%s", cases[i].asked);
        char flags[] = {d->contact ? 'c' : '-', d->final ? 'f' : '-',    d->dnc ? 'd' : '-',
                        d->invalid ? 'i' : '-', d->callback ? 'b' : '-', '\0'};
        cr_expect_str_eq(flags, cases[i].flags, "%s: %s", cases[i].asked, flags);
    }
    static const char *const unknown[] = {"", "NEW", "UNMAPPED", "na", "ZZZ"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        cr_expect_null(found(unknown[i]), "%s", unknown[i]);
    }
}

Test(disposition, the_default_set_is_sorted_and_no_word_means_two)
{
    for (size_t i = 0; i < disposition_default_count; i++) {
        const Disposition *d = &disposition_defaults[i];
        cr_expect(disposition_code_valid(d->code));
        cr_expect_gt(strlen(d->name), 0);
        cr_expect(i == 0 || strcmp(disposition_defaults[i - 1].code, d->code) < 0, "%s", d->code);
        cr_expect_eq(found(d->code), d);
        for (int alias = 0; alias < d->alias_count; alias++) {
            cr_expect(disposition_code_valid(d->aliases[alias]));
            cr_expect_eq(found(d->aliases[alias]), d, "%s", d->aliases[alias]);
        }
    }
}

Test(disposition, a_code_comes_before_an_alias)
{
    Disposition own[] = {{"X", "one", .aliases = {"Y"}, .alias_count = 1}, {"Y", "two"}};
    cr_expect_eq(disposition_find(own, 2, "Y"), &own[1]);
    cr_expect_eq(disposition_find(own, 1, "Y"), &own[0]);
}

Test(disposition, codes)
{
    static const struct {
        const char *code;
        bool valid;
    } cases[] = {
        {"A", true},
        {"AB_9", true},
        {"ABCDEFGHIJKLMNOP", true},
        {"ABCDEFGHIJKLMNOPQ", false},
        {"", false},
        {"a", false},
        {"A B", false},
        {"A-B", false},
        {"\xC3\x84", false},
        {"NEW", false},
        {"UNMAPPED", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Error err = {0};
        Status status = disposition_code_check("code", cases[i].code, &err);
        cr_expect_eq(status, cases[i].valid ? STATUS_OK : STATUS_BAD_INPUT, "%s", cases[i].code);
        cr_expect_str_eq(err.field, cases[i].valid ? "" : "code");
        cr_expect_str_eq(err.code, cases[i].valid ? "" : "invalid_value");
    }
}
