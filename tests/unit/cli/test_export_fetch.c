#include "cli/export_fetch.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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
    JobView view = {.job_id = "7", .file = file};
    cr_assert_not_null(mkdtemp(folder));
    snprintf(kept, sizeof kept, "%s/a.csv", folder);
    close(open(kept, O_CREAT | O_WRONLY, 0600));
    snprintf(kept, sizeof kept, "%s/kept.csv", folder);
    cli.config.outbox = folder;
    memcpy(view.sha256, SHA256_EMPTY, sizeof SHA256_EMPTY);
    return export_fetch(&cli, &view, kept, err);
}

/* Of a job that says that it wrote something else. */
static Status fetch_bytes(const char *bytes, size_t count, const char *to, Error *err)
{
    Cli cli = {0};
    char file[] = "a.csv";
    JobView view = {.job_id = "7", .file = file, .sha256 = "x"};
    cr_assert_not_null(mkdtemp(folder));
    snprintf(kept, sizeof kept, "%s/a.csv", folder);
    int fd = open(kept, O_CREAT | O_WRONLY, 0600);
    cr_assert_eq(write(fd, bytes, count), (ssize_t)count);
    close(fd);
    cli.config.outbox = folder;
    return export_fetch(&cli, &view, to, err);
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

Test(export_fetch, says_that_there_is_no_room)
{
    Error err = {0};
    cr_expect_eq(fetch_bytes("a", 1, "/dev/full", &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "no_space");
}

/* A pipe that holds no more than its reader takes, and is not waited for by write(). */
Test(export_fetch, waits_for_a_pipe_that_must_not_block)
{
    enum { BYTES = 300000 };
    int ends[2];
    Error err = {0};
    static char bytes[BYTES];
    cr_assert_eq(pipe2(ends, O_NONBLOCK), 0);
    pid_t reader = fork();
    if (reader == 0) {
        size_t all = 0;
        close(ends[1]);
        fcntl(ends[0], F_SETFL, 0);
        for (ssize_t got; (got = read(ends[0], bytes, 1000)) > 0;) {
            all += (size_t)got;
        }
        _exit(all == BYTES ? 0 : 1);
    }
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
    cr_expect_eq(fetch_bytes(bytes, BYTES, NULL, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "file_damaged"); /* all was copied, and is not what x says */
    close(STDOUT_FILENO);
    int state = 0;
    waitpid(reader, &state, 0);
    cr_expect_eq(state, 0);
}

Test(export_fetch, says_where_the_file_is)
{
    Error err = {0};
    Cli cli = {0};
    char file[] = "exports/job-7-1.csv";
    JobView view = {.job_id = "7", .file = file, .sha256 = "x"};
    cr_assert_not_null(mkdtemp(folder));
    cli.config.outbox = folder;
    cr_expect_eq(export_fetch(&cli, &view, "x.csv", &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "file_not_found");
    cr_expect_not_null(strstr(err.text, "LEADSPOOL_OUTBOX is /tmp/leadspool-fetch-"), "%s",
                       err.text);
    cr_expect_not_null(strstr(err.text, "leadspool job fetch 7 -o FILE"), "%s", err.text);
}
