#include <criterion/criterion.h>
#include <string.h>

#include "domain/custom_key.h"

Test(custom_key, takes_what_a_header_can_say)
{
    static const char *const good[] = {"a",
                                       "a b",
                                       "größe",
                                       "tier-2",
                                       "a=b",
                                       "a.b",
                                       "**",
                                       "日本",
                                       "a\xC2\xA0"
                                       "b"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        cr_expect(custom_key_ok(good[i]), "%s", good[i]);
    }
    char longest[CUSTOM_KEY_MAX + 2];
    memset(longest, 'x', sizeof longest);
    longest[CUSTOM_KEY_MAX + 1] = '\0';
    cr_expect_not(custom_key_ok(longest));
    longest[CUSTOM_KEY_MAX] = '\0';
    cr_expect(custom_key_ok(longest));
}

Test(custom_key, refuses_what_it_cannot)
{
    static const char *const bad[] = {"",
                                      "*",
                                      " a",
                                      "a ",
                                      "\xC2\xA0"
                                      "a",
                                      "a\tb",
                                      "a\nb",
                                      "\x7f",
                                      "a\xC2\x85"
                                      "b",
                                      "\xff",
                                      "a\xC3",
                                      "\xC2\x80",
                                      "a\xE3\x80\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_expect_not(custom_key_ok(bad[i]), "case %zu", i);
    }
}
