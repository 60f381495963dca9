#include "importer/external_ids.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { IDS = 100000, MANY_IDS = 1500000 };

static int64_t meet(ExternalIds *ids, const char *id, int64_t phone)
{
    int64_t first = 0;
    Error err = {0};
    Status status = external_ids_meet(ids, (TextSlice){id, strlen(id)}, phone, &first, &err);
    cr_assert_eq(status, STATUS_OK, "%s", err.text);
    return first;
}

static int64_t meet_number(ExternalIds *ids, int number, int64_t phone)
{
    char id[24];
    snprintf(id, sizeof id, "A-%d", number);
    return meet(ids, id, phone);
}

Test(external_ids, finding_notes_nothing)
{
    ExternalIds *ids = external_ids_new((ExternalIdsRoom){0});
    cr_expect_eq(external_ids_find(ids, (TextSlice){"a", 1}), 0);
    cr_expect_eq(meet(ids, "a", 7), 7);
    cr_expect_eq(external_ids_find(ids, (TextSlice){"a", 1}), 7);
    external_ids_free(ids);
}

Test(external_ids, the_first_phone_stays)
{
    ExternalIds *ids = external_ids_new((ExternalIdsRoom){0});
    cr_expect_eq(meet(ids, "a", 15046218927), 15046218927);
    cr_expect_eq(meet(ids, "a", 15046218927), 15046218927);
    cr_expect_eq(meet(ids, "a", 1), 15046218927);
    cr_expect_eq(meet(ids, "b", 999999999999999), 999999999999999);
    cr_expect_eq(meet(ids, "b", 2), 999999999999999);
    external_ids_free(ids);
}

/* In memory, in a file from the first growth on, and in a file later. */
Test(external_ids, no_limit_changes_an_answer)
{
    static const struct {
        const char *dir;
        size_t most_bytes;
        bool spills;
    } cases[] = {
        {NULL, 0, false}, {"/tmp", 0, true}, {"/tmp", 1 << 20, true}, {"/tmp", 64 << 20, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ExternalIds *ids = external_ids_new((ExternalIdsRoom){cases[i].dir, cases[i].most_bytes});
        for (int n = 0; n < IDS; n++) {
            cr_assert_eq(meet_number(ids, n, 1000 + n), 1000 + n, "case %zu, id %d", i, n);
        }
        for (int n = 0; n < IDS; n++) {
            cr_assert_eq(meet_number(ids, n, 7), 1000 + n, "case %zu, id %d again", i, n);
        }
        cr_expect_eq(external_ids_spill(ids), cases[i].spills, "case %zu", i);
        external_ids_free(ids);
    }
}

#ifndef __SANITIZE_ADDRESS__ /* which keeps memory of its own for each page */
/* kB of the process that nothing but its end can take out of memory. */
static long own_memory(void)
{
    long found = -1;
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    while (found < 0 && fgets(line, sizeof line, file) != NULL) {
        sscanf(line, "RssAnon: %ld kB", &found);
    }
    fclose(file);
    return found;
}

/* A table of 32 MB: one is allowed. */
Test(external_ids, memory_stays_within_the_limit)
{
    ExternalIds *ids = external_ids_new((ExternalIdsRoom){"/tmp", 1 << 20});
    long before = own_memory();
    for (int n = 0; n < MANY_IDS; n++) {
        meet_number(ids, n, 1000 + n);
    }
    cr_expect_lt(own_memory() - before, 4 << 10, "%ld kB more", own_memory() - before);
    external_ids_free(ids);
}
#endif

Test(external_ids, a_directory_that_is_not_there_is_told)
{
    ExternalIds *ids = external_ids_new((ExternalIdsRoom){"/nowhere", 0});
    Status status = STATUS_OK;
    Error err = {0};
    for (int n = 0; status == STATUS_OK && n < IDS; n++) {
        char id[24];
        int64_t first;
        snprintf(id, sizeof id, "A-%d", n);
        status = external_ids_meet(ids, (TextSlice){id, strlen(id)}, 1 + n, &first, &err);
    }
    cr_expect_eq(status, STATUS_RETRY);
    cr_expect_str_eq(err.code, "scratch");
    external_ids_free(ids);
}
