#include "base/suggest.h"

#include <criterion/criterion.h>
#include <string.h>

Test(suggest, counts_letters_to_change)
{
    static const struct {
        const char *a;
        const char *b;
        size_t distance;
    } cases[] = {
        {"", "", 0},
        {"list_id", "list_id", 0},
        {"LIST_ID", "list_id", 0},
        {"list_id", "lst_id", 1},
        {"lst_id", "list_id", 1},
        {"list_id", "lost_id", 1},
        {"ab", "ba", 1},
        {"", "abc", 3},
        {"abc", "", 3},
        {"kitten", "sitting", 3},
        {"ca", "abc", 3},
        {"phone", "phoen", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(suggest_distance(cases[i].a, cases[i].b), cases[i].distance, "%s %s",
                     cases[i].a, cases[i].b);
    }
}

Test(suggest, offers_the_nearest_or_none)
{
    static const struct {
        const char *typed;
        const char *best;
    } cases[] = {
        {"listid", "list_id"},
        {"campain_id", "campaign_id"},
        {"nmae", "name"},
        {"colour", NULL},
        {"", NULL},
    };
    static const char *const known[] = {"list_id", "campaign_id", "name", "priority"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Suggest suggest = SUGGEST_INIT(cases[i].typed);
        for (size_t j = 0; j < sizeof known / sizeof known[0]; j++) {
            suggest_offer(&suggest, known[j]);
        }
        if (cases[i].best == NULL) {
            cr_expect_null(suggest.best, "%s", cases[i].typed);
        } else {
            cr_assert_not_null(suggest.best, "%s", cases[i].typed);
            cr_expect_str_eq(suggest.best, cases[i].best);
        }
    }
}

Test(suggest, overlong_words_are_far_from_all)
{
    char word[200];
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    cr_expect_gt(suggest_distance(word, word), 60);
    cr_expect_gt(suggest_distance("a", word), 60);
}
