#include "adapters/inbox.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "adapters/beneath.h"
#include "base/mem.h"
#include "mounts.h"

static char base[64]; /* holds inbox/ and, outside of it, secret.csv */
static char root[80];

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    fputs(text, file);
    fclose(file);
}

static void bind_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
}

static void start(void)
{
    snprintf(base, sizeof base, "/tmp/leadspool-test-inbox-XXXXXX");
    cr_assert_not_null(mkdtemp(base));
    cr_assert_eq(chmod(base, 0755), 0);
    snprintf(root, sizeof root, "%s/inbox", base);
    cr_assert_eq(chdir(base), 0);
    cr_assert_eq(mkdir("inbox", 0755) | mkdir("inbox/sub", 0755) | mkdir("inbox/sub/deep", 0755),
                 0);
    put("secret.csv", "outside");
    put("inbox/leads.csv", "phone\n");
    put("inbox/sub/deep/leads 2.csv", "phone\n5\n");
    put("inbox/..leads.csv", "dots");
    put("inbox/hidden.csv", "hidden");
    cr_assert_eq(chmod("inbox/hidden.csv", 0), 0);
    cr_assert_eq(symlink("leads.csv", "inbox/link.csv"), 0);
    cr_assert_eq(symlink("../secret.csv", "inbox/link-out.csv"), 0);
    cr_assert_eq(symlink("sub", "inbox/link-dir"), 0);
    cr_assert_eq(symlink(base, "inbox/link-base"), 0);
    cr_assert_eq(mkfifo("inbox/fifo", 0644), 0);
    bind_socket("inbox/socket");
}

static void stop(void)
{
    AUTO_FREE char *command = mem_sprintf("rm -rf '%s'", base);
    cr_assert_eq(system(command), 0);
}

TestSuite(inbox, .init = start, .fini = stop, .timeout = 20);

static void read_all(const char *name, char *ret_text, size_t size)
{
    int fd = -1;
    Error err = {.code = ""};
    cr_assert_eq(inbox_open(root, name, &fd, &err), STATUS_OK, "%s: %s", name, err.text);
    ssize_t len = read(fd, ret_text, size - 1);
    cr_assert_geq(len, 0);
    ret_text[len] = '\0';
    cr_expect_neq(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    close(fd);
}

static void expect_files(void)
{
    char text[32];
    read_all("leads.csv", text, sizeof text);
    cr_expect_str_eq(text, "phone\n");
    read_all("sub/deep/leads 2.csv", text, sizeof text);
    cr_expect_str_eq(text, "phone\n5\n");
    read_all("./sub/deep/leads 2.csv", text, sizeof text);
    cr_expect_str_eq(text, "phone\n5\n");
    read_all("..leads.csv", text, sizeof text);
    cr_expect_str_eq(text, "dots");
}

static void expect_refusals(void)
{
    static const struct {
        const char *name;
        const char *code;
    } cases[] = {
        {"", "path_not_allowed"},
        {"/etc/passwd", "path_not_allowed"},
        {"..", "path_not_allowed"},
        {"../secret.csv", "path_not_allowed"},
        {"sub/../leads.csv", "path_not_allowed"},
        {"sub/../../secret.csv", "path_not_allowed"},
        {"sub//deep", "path_not_allowed"},
        {"leads.csv/", "path_not_allowed"},
        {"leads\n.csv", "path_not_allowed"},
        {"\x1b[2J", "path_not_allowed"},
        {"link.csv", "path_not_allowed"},
        {"link-out.csv", "path_not_allowed"},
        {"link-dir/deep/leads 2.csv", "path_not_allowed"},
        {"link-base/secret.csv", "path_not_allowed"},
        {"none.csv", "file_not_found"},
        {"none/none.csv", "file_not_found"},
        {"leads.csv/x", "file_not_found"},
        {"sub", "file_is_directory"},
        {".", "file_is_directory"},
        {"fifo", "file_not_regular"},
        {"socket", "file_not_regular"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int fd = -7;
        Error err = {.code = ""};
        cr_expect_eq(inbox_open(root, cases[i].name, &fd, &err), STATUS_BAD_INPUT, "%s",
                     cases[i].name);
        cr_expect_str_eq(err.code, cases[i].code, "%s: %s", cases[i].name, err.text);
        cr_expect_eq(fd, -7);
    }
}

static void expect_other_mount_refused(void)
{
    int fd = -7;
    Error err = {.code = ""};
    cr_expect_eq(inbox_open("/", "proc/version", &fd, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "path_not_allowed");
    cr_expect_eq(inbox_open("/", "proc/self/exe", &fd, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "path_not_allowed");
}

static void expect_unreadable(void)
{
    cr_assert_eq(seteuid(65534), 0);
    int fd = -7;
    Error err = {.code = ""};
    cr_expect_eq(inbox_open(root, "hidden.csv", &fd, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "file_unreadable", "%s", err.text);
    cr_assert_eq(seteuid(0), 0);
}

Test(inbox, opens_files_beneath)
{
    expect_files();
}

Test(inbox, opens_files_beneath_without_openat2)
{
    beneath_force_walk(true);
    expect_files();
}

Test(inbox, refuses_all_else_with_a_code)
{
    expect_refusals();
}

Test(inbox, refuses_all_else_without_openat2)
{
    beneath_force_walk(true);
    expect_refusals();
}

Test(inbox, does_not_cross_into_another_file_system)
{
    expect_other_mount_refused();
    beneath_force_walk(true);
    expect_other_mount_refused();
}

static void expect_bind_mount_refused(void)
{
    int fd = -7;
    Error err = {.code = ""};
    cr_expect_eq(inbox_open(root, "bound/secret.csv", &fd, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "path_not_allowed", "%s", err.text);
    cr_expect_eq(inbox_open(root, "bound.csv", &fd, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "path_not_allowed", "%s", err.text);
}

Test(inbox, does_not_cross_into_a_mount_of_the_same_file_system)
{
    mounts_begin();
    mounts_run(base, "mkdir outside inbox/bound; touch outside/secret.csv inbox/bound.csv;"
                     " mount --bind outside inbox/bound; mount --bind secret.csv inbox/bound.csv");
    expect_bind_mount_refused();
    beneath_force_walk(true);
    expect_bind_mount_refused();
    mounts_run(base, "umount -l inbox/bound inbox/bound.csv");
}

static void expect_overlay_opened(void)
{
    static const char *const names[] = {"lower", "sub/lower", "upper", "sub/upper"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char text[32];
        read_all(names[i], text, sizeof text);
    }
}

Test(inbox, may_be_an_overlay)
{
    mounts_begin();
    cr_assert_eq(mkdir("overlay", 0755), 0);
    snprintf(root, sizeof root, "%s/overlay", base);
    mounts_overlay(root);
    expect_overlay_opened();
    beneath_force_walk(true);
    expect_overlay_opened();
    mounts_overlay_end(root);
}

Test(inbox, says_when_it_may_not_read)
{
    if (geteuid() != 0) {
        cr_skip("needs root to become somebody else");
    }
    expect_unreadable();
    beneath_force_walk(true);
    expect_unreadable();
}

Test(inbox, overlong_names_are_refused)
{
    char name[5000];
    int fd;
    Error err;
    memset(name, 'x', sizeof name);
    name[256] = '\0';
    cr_expect_eq(inbox_open(root, name, &fd, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "path_not_allowed");
    for (size_t i = 0; i < sizeof name; i++) {
        name[i] = i % 2 == 0 ? 'x' : '/';
    }
    name[4099] = '\0';
    cr_expect_eq(inbox_open(root, name, &fd, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "path_not_allowed");
}

Test(inbox, a_missing_root_is_no_fault_of_the_message)
{
    int fd;
    Error err;
    cr_expect_eq(inbox_open("/no/such/root", "leads.csv", &fd, &err), STATUS_RETRY);
    cr_expect_str_eq(err.code, "inbox_unavailable");
}

Test(inbox, the_root_itself_may_be_a_link)
{
    int fd;
    cr_assert_eq(symlink("inbox", "inbox-link"), 0);
    cr_assert_eq(inbox_open("inbox-link", "leads.csv", &fd, NULL), STATUS_OK);
    close(fd);
}

Test(inbox, leaks_no_descriptor)
{
    int before = dup(0);
    close(before);
    expect_files();
    expect_refusals();
    beneath_force_walk(true);
    expect_files();
    expect_refusals();
    int after = dup(0);
    close(after);
    cr_expect_eq(after, before);
}

static bool same(const FileIdentity *a, const FileIdentity *b)
{
    return a->inode == b->inode && a->size_bytes == b->size_bytes && a->mtime_ns == b->mtime_ns;
}

static FileIdentity identify(const char *name)
{
    int fd;
    FileIdentity identity = {0};
    cr_assert_eq(inbox_open(root, name, &fd, NULL), STATUS_OK);
    cr_assert_eq(inbox_identify(fd, &identity, NULL), STATUS_OK);
    close(fd);
    return identity;
}

Test(inbox, identity_changes_with_the_file)
{
    FileIdentity first = identify("leads.csv");
    FileIdentity again = identify("leads.csv");
    cr_expect(same(&first, &again));
    cr_expect_eq(first.size_bytes, 6);

    put("inbox/leads.csv", "phone\n1\n");
    FileIdentity longer = identify("leads.csv");
    cr_expect_not(same(&first, &longer));

    put("inbox/new.csv", "phone\n2\n");
    cr_assert_eq(rename("inbox/new.csv", "inbox/leads.csv"), 0);
    FileIdentity replaced = identify("leads.csv");
    cr_expect_neq(replaced.inode, longer.inode);
}
