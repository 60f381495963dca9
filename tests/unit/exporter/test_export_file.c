#include "exporter/export_file.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/leadspool-export-XXXXXX";
static char data[96];
static char manifest[128];

static void start(void)
{
    char folder[64];
    cr_assert_not_null(mkdtemp(root));
    snprintf(folder, sizeof folder, "%s/exports", root);
    cr_assert_eq(mkdir(folder, 0700), 0);
    snprintf(data, sizeof data, "%s/job-7-2.csv", folder);
    snprintf(manifest, sizeof manifest, "%s.manifest.json", data);
}

static void stop(void)
{
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", root);
    cr_assert_eq(system(command), 0);
}

TestSuite(export_file, .init = start, .fini = stop);

static void leave(const char *path)
{
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    cr_assert_geq(fd, 0);
    close(fd);
}

/* The folder's sync failed once both had their names: the claim tries again. */
Test(export_file, the_next_attempt_begins_without_what_the_last_one_named)
{
    AUTO_EXPORT_FILE file = {.out = OUTFILE_INIT};
    Error err = {0};
    leave(data);
    leave(manifest);
    cr_assert_eq(export_file_open(root, 7, 2, &file, &err), STATUS_OK, "%s", err.text);
    cr_expect_neq(access(data, F_OK), 0);
    cr_expect_neq(access(manifest, F_OK), 0);
}
