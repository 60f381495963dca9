#include "adapters/mount.h"

#include <criterion/criterion.h>
#include <unistd.h>

/* On device 8:1, as a kernel that tells mounts says it, and one that does not. */
#define ON(mount)                                                                                  \
    {                                                                                              \
        .stx_mask = STATX_MNT_ID, .stx_mnt_id = (mount), .stx_dev_major = 8, .stx_dev_minor = 1    \
    }
#define ON_DEVICE(major, minor)                                                                    \
    {                                                                                              \
        .stx_mask = STATX_BASIC_STATS, .stx_dev_major = (major), .stx_dev_minor = (minor)          \
    }

Test(mount, is_the_same_by_mount_else_by_device)
{
    static const struct {
        struct statx a;
        struct statx b;
        bool same;
    } cases[] = {
        {ON(5), ON(5), true},
        {ON(5), ON(6), false},
        {ON_DEVICE(8, 1), ON_DEVICE(8, 1), true},
        {ON_DEVICE(8, 1), ON_DEVICE(8, 2), false},
        {ON_DEVICE(8, 1), ON_DEVICE(9, 1), false},
        {ON(5), ON_DEVICE(8, 1), true},
        {ON_DEVICE(8, 2), ON(5), false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(mount_is_same(&cases[i].a, &cases[i].b), cases[i].same, "case %zu", i);
    }
}

Test(mount, of_a_name_and_of_a_descriptor)
{
    struct statx by_name;
    struct statx by_fd;
    int fd = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cr_assert_eq(mount_stat(AT_FDCWD, "/proc", &by_name), 0);
    cr_assert_eq(mount_stat(fd, "", &by_fd), 0);
    cr_expect(mount_is_same(&by_name, &by_fd));
    cr_assert_eq(mount_stat(AT_FDCWD, "/", &by_name), 0);
    cr_expect_not(mount_is_same(&by_name, &by_fd));
    cr_expect_eq(mount_stat(fd, "no-such-name", &by_fd), -1);
    close(fd);
}
