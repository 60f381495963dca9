#include "cli/export_fetch.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/interrupt.h"

/* SHA-256 of no bytes at all. */
#define SHA256_EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static char folder[] = "/tmp/leadspool-fetch-XXXXXX";
static char kept[64];

static Status fetch(Error *err)
{
    Cli cli = {0};
    char file[] = "a.csv";
    JobView view = {.file = file};
    cr_assert_not_null(mkdtemp(folder));
    snprintf(kept, sizeof kept, "%s/a.csv", folder);
    close(open(kept, O_CREAT | O_WRONLY, 0600));
    snprintf(kept, sizeof kept, "%s/kept.csv", folder);
    cli.config.outbox = folder;
    memcpy(view.sha256, SHA256_EMPTY, sizeof SHA256_EMPTY);
    return export_fetch(&cli, &view, kept, err);
}

static void tidy(void)
{
    unlink(kept);
    snprintf(kept, sizeof kept, "%s/a.csv", folder);
    unlink(kept);
    rmdir(folder);
}

TestSuite(export_fetch, .fini = tidy);

Test(export_fetch, brings_the_file)
{
    Error err;
    interrupt_catch();
    cr_assert_eq(fetch(&err), STATUS_OK, "%s", err.text);
    cr_expect_eq(access(kept, F_OK), 0);
}

Test(export_fetch, ends_at_ctrl_c)
{
    Error err;
    interrupt_catch();
    raise(SIGINT);
    cr_assert_eq(fetch(&err), STATUS_RETRY);
    cr_expect_str_eq(err.code, "interrupted");
    cr_expect_neq(access(kept, F_OK), 0);
}
