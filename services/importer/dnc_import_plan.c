#include "importer/dnc_import_plan.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { DAY_LEN = sizeof "2027-01-31" - 1, MOMENT_MAX = 40, DAY_S = 86400 };

static int compare_phone(const void *phone, const void *number)
{
    int64_t wanted = *(const int64_t *)phone;
    int64_t found = ((const DncImportNumber *)number)->phone;
    return (wanted > found) - (wanted < found);
}

static void
plan_row(DncImportNumber *number, const DncImportRow *row, int64_t now_us, ImportCounts *counts)
{
    DncStep step = dnc_plan_add(&number->open, row->expires_us, now_us);
    if (!step.insert) {
        counts->duplicate_in_list++;
        return;
    }
    bool longer = number->insert || (step.end_as != NULL && strcmp(step.end_as, "replaced") == 0);
    counts->updated += longer;
    counts->inserted += !longer;
    if (!number->insert && step.end_as != NULL) { /* else what it ends is not made yet */
        number->end_no = number->open.entry_no;
        number->end_as = step.end_as;
    }
    number->insert = true;
    number->open = (DncEntry){.entry_no = INT64_MAX, .expires_us = row->expires_us};
}

void dnc_import_plan(DncImportNumber numbers[],
                     int count,
                     const DncImportRow rows[],
                     int row_count,
                     int64_t now_us,
                     ImportCounts *counts)
{
    for (int i = 0; i < row_count; i++) {
        DncImportNumber *number =
            bsearch(&rows[i].phone, numbers, (size_t)count, sizeof *numbers, compare_phone);
        assert(number != NULL);
        plan_row(number, &rows[i], now_us, counts);
    }
}

bool dnc_import_expires(TextSlice text, int64_t *ret_us)
{
    char moment[MOMENT_MAX + 16];
    Error err;
    if (text.len > MOMENT_MAX) {
        return false;
    }
    bool is_day = text.len == DAY_LEN;
    snprintf(moment, sizeof moment, "%.*s%s", (int)text.len, text.data, is_day ? "T00:00:00Z" : "");
    if (clock_parse_rfc3339(moment, ret_us, &err) != STATUS_OK) {
        return false;
    }
    *ret_us += is_day ? DAY_S * CLOCK_US_PER_SECOND : 0;
    *ret_us = *ret_us == DNC_FOREVER ? 1 : *ret_us;
    return true;
}
