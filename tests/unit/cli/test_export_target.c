#include "cli/export_target.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char root[] = "/tmp/leadspool-target-XXXXXX";

static void start(void)
{
    cr_assert_not_null(mkdtemp(root));
    cr_assert_eq(chdir(root), 0);
}

static void stop(void)
{
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", root);
    cr_assert_eq(system(command), 0);
}

TestSuite(export_target, .init = start, .fini = stop, .timeout = 20);

static void leave(const char *path)
{
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, "old", 3), 3);
    close(fd);
}

static void expect_content(const char *path, const char *wanted)
{
    char found[16] = "";
    int fd = open(path, O_RDONLY);
    cr_assert_geq(fd, 0, "%s", path);
    cr_assert_geq(read(fd, found, sizeof found - 1), 0);
    close(fd);
    cr_expect_str_eq(found, wanted, "%s", path);
}

static void bring(const char *path)
{
    Error err = {0};
    AUTO_TARGET target = EXPORT_TARGET_INIT;
    cr_assert_eq(export_target_check(path, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(export_target_open(path, &target, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(write(target.fd, "new", 3), 3);
    cr_assert_eq(export_target_commit(&target, &err), STATUS_OK, "%s", err.text);
}

static mode_t kind(const char *path)
{
    struct stat info;
    cr_assert_eq(lstat(path, &info), 0);
    return info.st_mode & S_IFMT;
}

Test(export_target, a_file_is_replaced_when_all_is_there)
{
    Error err;
    AUTO_TARGET target = EXPORT_TARGET_INIT;
    leave("a.csv");
    cr_assert_eq(export_target_open("a.csv", &target, &err), STATUS_OK);
    cr_assert_eq(write(target.fd, "new", 3), 3);
    expect_content("a.csv", "old");
    cr_assert_eq(export_target_commit(&target, &err), STATUS_OK);
    expect_content("a.csv", "new");
}

Test(export_target, a_link_stays)
{
    leave("a.csv");
    cr_assert_eq(mkdir("d", 0700), 0);
    cr_assert_eq(symlink("../a.csv", "d/one"), 0);
    cr_assert_eq(symlink("d/one", "two"), 0);
    cr_assert_eq(symlink("not-yet.csv", "three"), 0);
    bring("two");
    bring("three");
    cr_expect_eq(kind("two"), S_IFLNK);
    cr_expect_eq(kind("d/one"), S_IFLNK);
    cr_expect_eq(kind("three"), S_IFLNK);
    expect_content("a.csv", "new");
    expect_content("not-yet.csv", "new");
}

Test(export_target, a_pipe_is_written_to)
{
    char found[8] = "";
    cr_assert_eq(mkfifo("pipe", 0600), 0);
    int reader = open("pipe", O_RDONLY | O_NONBLOCK);
    bring("pipe");
    cr_expect_eq(kind("pipe"), S_IFIFO);
    cr_expect_eq(read(reader, found, sizeof found), 3);
    close(reader);
}

Test(export_target, devices_and_open_files_stay_what_they_are)
{
    char path[32];
    leave("a.csv");
    int fd = open("a.csv", O_RDWR | O_APPEND);
    snprintf(path, sizeof path, "/dev/fd/%d", fd);
    cr_assert_eq(symlink("/dev/null", "null"), 0);
    bring("null");
    cr_expect_eq(kind("null"), S_IFLNK);
    cr_expect_eq(kind("/dev/null"), S_IFCHR);
    bring(path);
    expect_content("a.csv", "oldnew");
    close(fd);
}

Test(export_target, what_names_standard_output_is_that)
{
    cr_expect(export_target_is_output(NULL));
    cr_expect(export_target_is_output("-"));
    cr_expect(export_target_is_output("/dev/stdout"));
    cr_expect(export_target_is_output("/proc/self/fd/1"));
    cr_expect_not(export_target_is_output("/dev/full"));
    cr_expect_not(export_target_is_output("a.csv"));
}

Test(export_target, what_cannot_be_is_said_and_leaves_nothing)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(mkdir("d", 0700), 0);
    static const char *const bad[] = {
        "", "d", "d/", "socket", "none/a.csv", "socket/a.csv", "/dev/fd/999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        Error err = {0};
        cr_expect_eq(export_target_check(bad[i], &err), STATUS_BAD_INPUT, "%s", bad[i]);
        cr_expect_str_eq(err.code, "output_unwritable", "%s", bad[i]);
    }
    Error err;
    cr_expect_eq(export_target_check("new.csv", &err), STATUS_OK);
    cr_expect_eq(system("test \"$(ls -A | sort | tr -d '\\n')\" = dsocket"), 0);
    close(fd);
}

Test(export_target, a_closed_standard_output_is_seen)
{
    Error err = {0};
    close(STDOUT_FILENO);
    cr_assert_eq(open("/dev/null", O_RDONLY), STDOUT_FILENO);
    cr_expect_eq(export_target_check(NULL, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "output_unwritable");
}
