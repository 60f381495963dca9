#include <criterion/criterion.h>

#include "importer/dnc_import_plan.h"

enum { NOW = 1000 };
#define ANN INT64_C(15046218927)

typedef struct Case {
    DncEntry open;
    int64_t rows[3]; /* expires_us of rows of one number; -1: no more */
    int inserted, updated, duplicate;
    const char *end_as;
    int64_t expires_us; /* of the entry that is made; -1: none is */
} Case;

/* What is ended is what is stored, once; what is made is what the last row leaves. */
static const Case cases[] = {
    {{0}, {DNC_FOREVER, -1}, 1, 0, 0, NULL, DNC_FOREVER},
    {{0}, {DNC_FOREVER, 5000, -1}, 1, 0, 1, NULL, DNC_FOREVER},
    {{0}, {5000, 6000, DNC_FOREVER}, 1, 2, 0, NULL, DNC_FOREVER},
    {{7, DNC_FOREVER}, {DNC_FOREVER, 5000, -1}, 0, 0, 2, NULL, -1},
    {{7, 5000}, {4000, 6000, 7000}, 0, 2, 1, "replaced", 7000},
    {{7, 500}, {4000, 3000, -1}, 1, 0, 1, "expired", 4000},
    {{0}, {500, 4000, -1}, 1, 1, 0, NULL, 4000},
};

Test(dnc_import_plan, rows_of_one_number)
{
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        const Case *want = &cases[c];
        DncImportNumber numbers[] = {{.phone = ANN - 1}, {.phone = ANN, .open = want->open}};
        DncImportRow rows[3];
        ImportCounts counts = {0};
        int count = 0;
        while (count < 3 && want->rows[count] >= 0) {
            rows[count] = (DncImportRow){ANN, want->rows[count]};
            count++;
        }
        dnc_import_plan(numbers, 2, rows, count, NOW, &counts);
        const DncImportNumber *number = &numbers[1];
        cr_expect_eq(counts.inserted, want->inserted, "case %zu", c);
        cr_expect_eq(counts.updated, want->updated, "case %zu", c);
        cr_expect_eq(counts.duplicate_in_list, want->duplicate, "case %zu", c);
        cr_expect_eq(number->insert, want->expires_us >= 0, "case %zu", c);
        cr_expect_eq(number->end_no, want->end_as != NULL ? 7 : 0, "case %zu", c);
        if (want->end_as != NULL) {
            cr_expect_str_eq(number->end_as, want->end_as, "case %zu", c);
        }
        if (number->insert) {
            cr_expect_eq(number->open.expires_us, want->expires_us, "case %zu", c);
        }
        cr_expect(!numbers[0].insert && numbers[0].end_no == 0);
    }
}

Test(dnc_import_plan, a_day_holds_to_its_end)
{
    int64_t day_us = 0;
    int64_t moment_us = 0;
    cr_assert(dnc_import_expires(text_of("2027-01-31"), &day_us));
    cr_assert(dnc_import_expires(text_of("2027-02-01T01:00:00+01:00"), &moment_us));
    cr_expect_eq(day_us, moment_us);
    static const char *const neither[] = {"soon", "31/01/2027", "2027-02-30", "2027-01-31T00:00",
                                          "2027-01-31T00:00:00Z and a good deal of text behind it"};
    for (size_t i = 0; i < sizeof neither / sizeof neither[0]; i++) {
        cr_expect_not(dnc_import_expires(text_of(neither[i]), &day_us), "%s", neither[i]);
    }
}
