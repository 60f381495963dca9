#include "adapters/outfile.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/beneath.h"
#include "base/mem.h"

static char root[64];

static void start(void)
{
    snprintf(root, sizeof root, "/tmp/leadspool-test-outfile-XXXXXX");
    cr_assert_not_null(mkdtemp(root));
    cr_assert_eq(chdir(root), 0);
}

static void stop(void)
{
    AUTO_FREE char *command = mem_sprintf("rm -rf '%s'", root);
    cr_assert_eq(system(command), 0);
}

TestSuite(outfile, .init = start, .fini = stop, .timeout = 20);

static void expect_content(const char *path, const char *expected)
{
    char text[64] = "";
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    size_t len = fread(text, 1, sizeof text - 1, file);
    text[len] = '\0';
    fclose(file);
    cr_expect_str_eq(text, expected);
}

static int entries(const char *path)
{
    int count = 0;
    DIR *dir = opendir(path);
    cr_assert_not_null(dir, "%s", path);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 ? 1 : 0;
    }
    closedir(dir);
    return count;
}

static void begin(const char *name, const char *text, OutFile *ret_file)
{
    Error err = {.code = ""};
    cr_assert_eq(outfile_create(root, name, ret_file, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(outfile_write(ret_file->fd, text, (int64_t)strlen(text), &err), STATUS_OK);
}

Test(outfile, appears_under_its_name_only_when_committed)
{
    AUTO_OUTFILE file = OUTFILE_INIT;
    begin("exports/spring/leads.csv", "phone\n", &file);
    cr_expect_neq(access("exports/spring/leads.csv", F_OK), 0);
    cr_expect_eq(entries("exports/spring"), 1);
    cr_assert_eq(outfile_commit(&file, NULL), STATUS_OK);
    expect_content("exports/spring/leads.csv", "phone\n");
    cr_expect_eq(entries("exports/spring"), 1);
    cr_expect_eq(file.fd, -1);
}

Test(outfile, replaces_an_older_one_whole)
{
    AUTO_OUTFILE file = OUTFILE_INIT;
    begin("leads.csv", "old and longer\n", &file);
    cr_assert_eq(outfile_commit(&file, NULL), STATUS_OK);
    begin("leads.csv", "new\n", &file);
    expect_content("leads.csv", "old and longer\n");
    cr_assert_eq(outfile_commit(&file, NULL), STATUS_OK);
    expect_content("leads.csv", "new\n");
}

Test(outfile, abandoned_leaves_nothing)
{
    OutFile file = OUTFILE_INIT;
    begin("leads.csv", "phone\n", &file);
    outfile_abandon(&file);
    cr_expect_eq(entries("."), 0);
    outfile_abandon(&file);
    outfile_abandon(NULL);
}

Test(outfile, two_writers_of_one_name_do_not_meet)
{
    AUTO_OUTFILE first = OUTFILE_INIT;
    AUTO_OUTFILE second = OUTFILE_INIT;
    begin("leads.csv", "first\n", &first);
    begin("leads.csv", "second\n", &second);
    cr_assert_eq(outfile_commit(&first, NULL), STATUS_OK);
    expect_content("leads.csv", "first\n");
    cr_assert_eq(outfile_commit(&second, NULL), STATUS_OK);
    expect_content("leads.csv", "second\n");
    cr_expect_eq(entries("."), 1);
}

static void expect_refused(const char *name, const char *code)
{
    OutFile file = OUTFILE_INIT;
    int fd = -7;
    Error err = {.code = ""};
    cr_expect_eq(outfile_create(root, name, &file, &err), STATUS_BAD_INPUT, "%s", name);
    cr_expect_str_eq(err.code, code, "%s: %s", name, err.text);
    cr_expect_eq(outfile_append(root, name, 0, &fd, &err), STATUS_BAD_INPUT, "%s", name);
    cr_expect_str_eq(err.code, code, "%s: %s", name, err.text);
    cr_expect_eq(fd, -7);
}

static void expect_nothing_outside(void)
{
    static const char *const names[] = {
        "", "/tmp/x", "../x", "a/../../x", "link/x", "a/link/x", "link\n",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        expect_refused(names[i], "path_not_allowed");
    }
    cr_expect_eq(entries("target"), 0);
}

Test(outfile, writes_nothing_outside)
{
    cr_assert_eq(mkdir("target", 0755) | mkdir("a", 0755), 0);
    cr_assert_eq(symlink("target", "link") | symlink("../target", "a/link"), 0);
    expect_nothing_outside();
    beneath_force_walk(true);
    expect_nothing_outside();
}

Test(outfile, a_link_at_the_final_name_is_replaced_not_followed)
{
    AUTO_OUTFILE file = OUTFILE_INIT;
    AUTO_OUTFILE target = OUTFILE_INIT;
    begin("target.csv", "target\n", &target);
    cr_assert_eq(outfile_commit(&target, NULL), STATUS_OK);
    cr_assert_eq(symlink("target.csv", "link.csv"), 0);
    begin("link.csv", "phone\n", &file);
    cr_assert_eq(outfile_commit(&file, NULL), STATUS_OK);
    expect_content("link.csv", "phone\n");
    expect_content("target.csv", "target\n");
}

Test(outfile, a_part_does_not_follow_a_link)
{
    cr_assert_eq(symlink("target.csv", "part.csv"), 0);
    int fd;
    Error err;
    cr_expect_eq(outfile_append(root, "part.csv", 0, &fd, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "path_not_allowed");
    cr_expect_neq(access("target.csv", F_OK), 0);
}

Test(outfile, a_directory_in_the_way_is_told)
{
    cr_assert_eq(mkdir("leads.csv", 0755), 0);
    AUTO_OUTFILE file = OUTFILE_INIT;
    Error err;
    begin("leads.csv", "x", &file);
    cr_expect_eq(outfile_commit(&file, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "file_is_directory");
    int fd;
    cr_expect_eq(outfile_append(root, "leads.csv", 0, &fd, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "file_is_directory");
}

static void append(const char *name, int64_t size_bytes, const char *text)
{
    int fd;
    Error err = {.code = ""};
    cr_assert_eq(outfile_append(root, name, size_bytes, &fd, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(outfile_write(fd, text, (int64_t)strlen(text), &err), STATUS_OK);
    cr_assert_eq(outfile_sync(fd, &err), STATUS_OK);
    close(fd);
}

Test(outfile, a_part_goes_on_where_the_checkpoint_stood)
{
    append("rejects/12/0-1.csv", 0, "one\ntwo\n");
    append("rejects/12/0-1.csv", 4, "2\n");
    expect_content("rejects/12/0-1.csv", "one\n2\n");
    append("rejects/12/0-1.csv", 6, "");
    expect_content("rejects/12/0-1.csv", "one\n2\n");
    append("rejects/12/0-1.csv", 0, "");
    expect_content("rejects/12/0-1.csv", "");
}

Test(outfile, a_part_that_lost_bytes_is_told)
{
    append("part.csv", 0, "one\n");
    int fd;
    Error err;
    cr_expect_eq(outfile_append(root, "part.csv", 5, &fd, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "file_truncated");
    cr_expect_eq(outfile_append(root, "new.csv", 5, &fd, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "file_truncated");
}

Test(outfile, a_missing_root_is_no_fault_of_the_message)
{
    OutFile file = OUTFILE_INIT;
    Error err;
    cr_expect_eq(outfile_create("/no/such/root", "x", &file, &err), STATUS_RETRY);
    cr_expect_str_eq(err.code, "outbox_unavailable");
}

Test(outfile, a_full_disk_is_to_be_tried_again)
{
    int fd = open("/dev/full", O_WRONLY);
    Error err;
    cr_expect_eq(outfile_write(fd, "x", 1, &err), STATUS_RETRY);
    cr_expect_str_eq(err.code, "disk_full");
    cr_expect_eq(outfile_write(-1, "x", 1, &err), STATUS_RETRY);
    cr_expect_str_eq(err.code, "outbox_unavailable");
}

Test(outfile, removes_files_and_links_but_no_targets)
{
    append("a/part.csv", 0, "x");
    cr_assert_eq(symlink("a/part.csv", "link.csv"), 0);
    cr_expect_eq(outfile_remove(root, "link.csv", NULL), STATUS_OK);
    expect_content("a/part.csv", "x");
    cr_expect_eq(outfile_remove(root, "a/part.csv", NULL), STATUS_OK);
    cr_expect_eq(outfile_remove(root, "a/part.csv", NULL), STATUS_OK);
    cr_expect_eq(outfile_remove(root, "none/part.csv", NULL), STATUS_OK);
    cr_expect_eq(entries("."), 1);
    Error err;
    cr_expect_eq(outfile_remove(root, "a", &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "file_is_directory");
    cr_expect_eq(outfile_remove(root, "../x", &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "path_not_allowed");
}

Test(outfile, leaks_no_descriptor)
{
    int before = dup(0);
    close(before);
    cr_assert_eq(symlink("x", "link"), 0);
    append("a/b/part.csv", 0, "x");
    expect_refused("link/x", "path_not_allowed");
    AUTO_OUTFILE file = OUTFILE_INIT;
    begin("a/b/c.csv", "x", &file);
    cr_assert_eq(outfile_commit(&file, NULL), STATUS_OK);
    begin("a/b/c.csv", "x", &file);
    outfile_abandon(&file);
    cr_expect_eq(outfile_remove(root, "a/b/c.csv", NULL), STATUS_OK);
    int after = dup(0);
    close(after);
    cr_expect_eq(after, before);
}
