#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>

#include "exporter/export_ranges.h"

#define JOB(n) (INT64_C(n) << 32)

/* They follow each other without a gap, from the first to the last id that there may be. */
static ExportRanges checked(const int64_t firsts[], const int64_t lasts[], size_t count)
{
    ExportRanges ranges = export_ranges_of(firsts, lasts, count);
    int64_t after = 0;
    for (size_t i = 0; i < ranges.count; i++) {
        cr_expect_eq(ranges.items[i].after, after);
        cr_expect_gt(ranges.items[i].upto, after);
        after = ranges.items[i].upto;
    }
    cr_expect_eq(after, INT64_MAX);
    return ranges;
}

Test(export_ranges, big_blocks_are_cut_and_small_ones_put_together)
{
    static const struct {
        int64_t firsts[4];
        int64_t lasts[4];
        size_t count;
        size_t ranges;
    } cases[] = {
        {{0}, {0}, 0, 1},
        {{JOB(1) + 1}, {JOB(1) + 10}, 1, 1},
        {{JOB(1) + 1}, {JOB(1) + EXPORT_RANGE_LEADS}, 1, 2},
        {{JOB(1) + 1}, {JOB(1) + 10 * EXPORT_RANGE_LEADS - 1}, 1, 10},
        {{JOB(1) + 1, JOB(2) + 1, JOB(3) + 1}, {JOB(1) + 9, JOB(2) + 9, JOB(3) + 9}, 3, 1},
        {{JOB(1) + 1, JOB(2) + 1},
         {JOB(1) + EXPORT_RANGE_LEADS / 2, JOB(2) + EXPORT_RANGE_LEADS / 2},
         2,
         2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ExportRanges ranges = checked(cases[i].firsts, cases[i].lasts, cases[i].count);
        cr_expect_eq(ranges.count, cases[i].ranges, "case %zu: %zu", i, ranges.count);
        free(ranges.items);
    }
}
