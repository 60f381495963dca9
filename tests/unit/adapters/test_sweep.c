#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/sweep.h"
#include "base/clock.h"
#include "base/mem.h"
#include "mounts.h"

static char root[64];

static char *path_of(const char *name)
{
    return mem_sprintf("%s/%s", root, name);
}

static void make(const char *name)
{
    AUTO_FREE char *path = path_of(name);
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    cr_assert_geq(fd, 0);
    close(fd);
}

static bool there(const char *name)
{
    AUTO_FREE char *path = path_of(name);
    struct stat file;
    return lstat(path, &file) == 0;
}

static void begin(void)
{
    snprintf(root, sizeof root, "/tmp/test_sweep.XXXXXX");
    cr_assert_not_null(mkdtemp(root));
    AUTO_FREE char *below = path_of("below");
    mkdir(below, 0700);
    make("old");
    make("below/old");
}

static void end(void)
{
    AUTO_FREE char *command = mem_sprintf("rm -rf '%s'", root);
    cr_expect_eq(system(command), 0);
}

static int sweep(int64_t before_us)
{
    int removed = -1;
    Error err;
    cr_assert_eq(sweep_files(root, before_us, &removed, &err), STATUS_OK);
    return removed;
}

Test(sweep, old_files_go_at_every_depth, .init = begin, .fini = end)
{
    cr_expect_eq(sweep(clock_now_us() + CLOCK_US_PER_SECOND), 2);
    cr_expect_not(there("old"));
    cr_expect_not(there("below/old"));
    cr_expect(there("below"));
}

Test(sweep, empty_folder_of_rejected_rows_goes, .init = begin, .fini = end)
{
    AUTO_FREE char *parts = path_of("below/job-12.parts");
    mkdir(parts, 0700);
    make("below/job-12.parts/0-1");
    cr_expect_eq(sweep(clock_now_us() - 60 * CLOCK_US_PER_SECOND), 0);
    cr_expect(there("below/job-12.parts"));
    cr_expect_eq(sweep(clock_now_us() + CLOCK_US_PER_SECOND), 3);
    cr_expect_not(there("below/job-12.parts"));
}

Test(sweep, young_files_stay, .init = begin, .fini = end)
{
    cr_expect_eq(sweep(clock_now_us() - 60 * CLOCK_US_PER_SECOND), 0);
    cr_expect(there("old"));
}

Test(sweep, file_with_an_old_date_that_came_now_stays, .init = begin, .fini = end)
{
    AUTO_FREE char *path = path_of("old");
    struct timespec long_ago[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    cr_assert_eq(utimensat(AT_FDCWD, path, long_ago, 0), 0);
    cr_expect_eq(sweep(clock_now_us() - 60 * CLOCK_US_PER_SECOND), 0);
    cr_expect(there("old"));
}

Test(sweep, links_are_neither_followed_nor_removed, .init = begin, .fini = end)
{
    char outside[] = "/tmp/test_sweep_outside.XXXXXX";
    close(mkstemp(outside));
    AUTO_FREE char *link = path_of("link");
    cr_assert_eq(symlink(outside, link), 0);
    sweep(clock_now_us() + CLOCK_US_PER_SECOND);
    cr_expect_eq(access(outside, F_OK), 0);
    cr_expect(there("link"));
    unlink(outside);
}

Test(sweep, files_of_an_overlay_go_too, .init = begin, .fini = end)
{
    mounts_begin();
    mounts_run(root, "rm -r *");
    mounts_overlay(root);
    cr_expect_eq(sweep(clock_now_us() + CLOCK_US_PER_SECOND), 4);
    mounts_overlay_end(root);
}

Test(sweep, what_is_mounted_beneath_stays, .init = begin, .fini = end)
{
    mounts_begin();
    mounts_run(root, "mkdir bound \"$PWD.outside\"; touch \"$PWD.outside/old\";"
                     " mount --bind \"$PWD.outside\" bound");
    cr_expect_eq(sweep(clock_now_us() + CLOCK_US_PER_SECOND), 2);
    cr_expect(there("bound/old"));
    mounts_run(root, "umount -l bound; rm -r \"$PWD.outside\"");
}

Test(sweep, missing_root_is_told)
{
    int removed;
    Error err;
    cr_expect_eq(sweep_files("/nowhere/at/all", 0, &removed, &err), STATUS_RETRY);
    cr_expect_str_eq(err.code, "sweep_failed");
}
