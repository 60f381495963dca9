#include <criterion/criterion.h>
#include <string.h>

#include "domain/address.h"
#include "domain/country.h"

Test(address, states_become_postal_codes)
{
    static const struct {
        const char *in;
        const char *country;
        const char *out;
    } cases[] = {
        {"TX", "US", "TX"},
        {"tx", "", "TX"},
        {"texas", "US", "TX"},
        {"Tx.", "US", "TX"},
        {"Tex.", "US", "TX"},
        {"N.Y.", "US", "NY"},
        {"new  york", "US", "NY"},
        {"Washington, D.C.", "US", "DC"},
        {"Washington", "US", "WA"},
        {"W. Va.", "US", "WV"},
        {"Puerto Rico", "PR", "PR"},
        {"B.C.", "CA", "BC"},
        {"Ontario", "CA", "ON"},
        {"Qu\xC3\xA9"
         "bec",
         "CA", "QC"},
        {"PEI", "CA", "PE"},
        {"Texass", "US", "Texass"},
        {"", "US", ""},
        {"Bayern", "DE", "Bayern"},
        {"CA", "DE", "CA"},
        {"ca", "DE", "ca"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        TextSlice out = address_state(text_of(cases[i].in), cases[i].country);
        cr_expect(text_equal_nocase(out, text_of(cases[i].out)) &&
                      memcmp(out.data, cases[i].out, out.len) == 0,
                  "%s: %.*s", cases[i].in, (int)out.len, out.data);
    }
}

Test(address, foreign_states_are_cut_between_characters)
{
    char state[3 * 70 + 1] = "";
    for (int i = 0; i < 70; i++) {
        strcat(state, "\xE7\x9C\x81");
    }
    cr_expect_eq(address_state(text_of(state), "CN").len, 3 * ADDRESS_STATE_MAX_CHARS);
}

Test(address, countries_become_iso_codes)
{
    static const struct {
        const char *in;
        const char *code;
    } cases[] = {
        {"US", "US"},
        {"us", "US"},
        {"USA", "US"},
        {"U.S.", "US"},
        {"U.S.A.", "US"},
        {"United States", "US"},
        {"united states of america", "US"},
        {"UK", "GB"},
        {"Great Britain", "GB"},
        {"GBR", "GB"},
        {"CAN", "CA"},
        {"canada", "CA"},
        {"C\xC3\xB4te d'Ivoire", "CI"},
        {"Cote d'Ivoire", "CI"},
        {"Curacao", "CW"},
        {"Vietnam", "VN"},
        {"Viet Nam", "VN"},
        {"deutschland", "DE"},
        {"ZW", "ZW"},
        {"AD", "AD"},
        {"", NULL},
        {"XX", NULL},
        {"U", NULL},
        {"Atlantis", NULL},
        {"Texas", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char code[3] = "--";
        bool known = address_country(text_of(cases[i].in), code);
        cr_expect_eq(known, cases[i].code != NULL, "%s", cases[i].in);
        cr_expect_str_eq(code, known ? cases[i].code : "--", "%s", cases[i].in);
    }
}

Test(address, every_country_code_finds_itself)
{
    unsigned found = 0;
    for (char a = 'A'; a <= 'Z'; a++) {
        for (char b = 'A'; b <= 'Z'; b++) {
            char text[3] = {a, b, '\0'};
            const char *code = country_find(text_of(text));
            if (code != NULL && strcmp(text, "UK") != 0) {
                cr_expect_str_eq(code, text);
                found++;
            }
        }
    }
    cr_expect_eq(found, 249, "%u", found); /* ISO 3166-1 */
}

Test(address, emails_are_looked_at_lightly)
{
    static const struct {
        const char *email;
        bool ok;
    } cases[] = {
        {"jbutt@gmail.com", true},
        {"a.b+c@mail.example.co.uk", true},
        {"j\xC3\xBCrgen@b\xC3\xBC"
         "cher.example",
         true},
        {"", false},
        {"jbutt", false},
        {"jbutt@", false},
        {"@gmail.com", false},
        {"jbutt@gmail", false},
        {"jbutt@.com", false},
        {"jbutt@gmail.", false},
        {"j butt@gmail.com", false},
        {"jbutt@gmail.com, x@y.com", false},
        {"a@b@c.com", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(address_email_ok(text_of(cases[i].email)), cases[i].ok, "%s", cases[i].email);
    }
}
