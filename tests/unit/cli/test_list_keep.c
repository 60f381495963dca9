#include <criterion/criterion.h>

#include "base/json.h"
#include "cli/list_keep.h"

/* The job wrote 7 rows of version 40 into exports/a.csv with the digest 0af1. */
static bool matches(const char *manifest)
{
    char file[] = "exports/a.csv";
    JobView view = {.file = file, .sha256 = "0af1", .rows = 7, .list_version = 40};
    AUTO_JSON json_t *json = json_loads(manifest, 0, NULL);
    cr_assert_not_null(json);
    return list_keep_matches(json, &view);
}

#define MANIFEST(file, sha256, rows, version)                                                      \
    "{\"file\": \"" file "\", \"sha256\": \"" sha256 "\", \"rows\": " rows                         \
    ", \"list_version\": " version "}"

Test(list_keep, manifest_of_the_very_file)
{
    cr_expect(matches(MANIFEST("exports/a.csv", "0af1", "7", "40")));
}

Test(list_keep, manifest_of_anything_else)
{
    cr_expect_not(matches(MANIFEST("exports/b.csv", "0af1", "7", "40")));
    cr_expect_not(matches(MANIFEST("exports/a.csv", "0af2", "7", "40")));
    cr_expect_not(matches(MANIFEST("exports/a.csv", "0af1", "6", "40")));
    cr_expect_not(matches(MANIFEST("exports/a.csv", "0af1", "7", "41")));
    cr_expect_not(matches("{}"));
}
