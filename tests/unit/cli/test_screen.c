#include "cli/screen.h"

#include <criterion/criterion.h>

typedef struct Share {
    int rows, above, below;
    int shown_above, shown_below;
} Share;

Test(screen, two_tables_share_it)
{
    static const Share cases[] = {
        {24, 2, 3, 2, 3},    /* room for all */
        {24, 50, 50, 6, 14}, /* a third, and what is left of 20 */
        {24, 50, 3, 17, 3},  /* what the lower one leaves */
        {24, 3, 50, 3, 17},  /* what the upper one leaves */
        {24, 0, 50, 0, 22},  /* names and foot only */
        {6, 9, 9, 1, 1},     /* the least that has both */
        {5, 9, 9, 0, 3},     /* no room for two */
        {2, 9, 9, 0, 0},     {1, 9, 9, 0, 0}, {24, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const Share *each = &cases[i];
        int above;
        int below;
        screen_share(each->rows, each->above, each->below, &above, &below);
        cr_expect_eq(above, each->shown_above, "case %zu: %d above", i, above);
        cr_expect_eq(below, each->shown_below, "case %zu: %d below", i, below);
        int frame = 1 + (above > 0 ? above + 2 : 0) + (below > 0 ? below + 1 : 0);
        cr_expect_leq(frame, each->rows, "case %zu: %d lines", i, frame);
    }
}
