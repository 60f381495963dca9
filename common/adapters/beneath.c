#include "adapters/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "adapters/mount.h"

enum { BENEATH_NAME_MAX = 4095, BENEATH_STEP_MAX = 255, BENEATH_TRIES = 8 };

static _Atomic bool beneath_walks;

/* What an errno means for a name, and what to do about it. All others are no fault of the name. */
static const struct {
    int error_number;
    const char *code;
    const char *text;
} beneath_errors[] = {
    {ENOENT, "file_not_found", "there is no such file; put it there first, or mend the name"},
    {ENOTDIR, "file_not_found", "a step of the path is no directory; mend the name"},
    {EISDIR, "file_is_directory", "this is a directory; name a file in it"},
    {ENXIO, "file_not_regular", "this is a socket or a pipe; name a regular file"},
    {ENODEV, "file_not_regular", "this is a device; name a regular file"},
    {EXDEV, "path_not_allowed", "the path leads outside; name a file beneath the directory"},
    {ELOOP, "path_not_allowed", "the path goes through a symbolic link; put the file itself there"},
    {ENAMETOOLONG, "path_not_allowed", "the name is too long; shorten it"},
    {EACCES, "file_unreadable", "this process may not open it; mend its owner or mode"},
    {EPERM, "file_unreadable", "this process may not open it; mend its owner or mode"},
};

void beneath_force_walk(bool force)
{
    beneath_walks = force;
}

Status beneath_root(const char *root_path, const char *code, int *ret_fd, Error *err)
{
    int fd = open(root_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return error_set(err, STATUS_RETRY, code, "cannot open the directory %s: %s", root_path,
                         strerror(errno));
    }
    *ret_fd = fd;
    return STATUS_OK;
}

static bool beneath_has_control(const char *name)
{
    for (; *name != '\0'; name++) {
        if ((unsigned char)*name < 0x20 || *name == 0x7f) {
            return true;
        }
    }
    return false;
}

/* An empty step or "..", anywhere. */
static bool beneath_has_bad_step(const char *name)
{
    for (;;) {
        size_t len = strcspn(name, "/");
        if (len == 0 || len > BENEATH_STEP_MAX || (len == 2 && memcmp(name, "..", 2) == 0)) {
            return true;
        }
        if (name[len] == '\0') {
            return false;
        }
        name += len + 1;
    }
}

Status beneath_check_name(const char *name, Error *err)
{
    const char *wrong = NULL;
    if (name == NULL || name[0] == '\0') {
        wrong = "the file's name is empty";
    } else if (name[0] == '/') {
        wrong = "an absolute path is not taken; give it relative to the directory";
    } else if (strlen(name) > BENEATH_NAME_MAX || beneath_has_control(name)) {
        wrong = "the name is too long or holds a control character; rename the file";
    } else if (beneath_has_bad_step(name)) {
        wrong = "the path has \"..\", an empty step or an overlong one; give it plainly";
    }
    return wrong == NULL ? STATUS_OK
                         : error_set(err, STATUS_BAD_INPUT, "path_not_allowed", "%s", wrong);
}

/* O_DIRECTORY gives ENOTDIR for a link, which hides what is wrong. */
static int beneath_step_error(int dir_fd, const char *step)
{
    int error_number = errno;
    struct stat info;
    bool link = error_number == ENOTDIR && fstatat(dir_fd, step, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
                S_ISLNK(info.st_mode);
    return link ? ELOOP : error_number;
}

static int beneath_openat2(int root_fd, const char *name, int flags, mode_t mode)
{
    struct open_how how = {
        .flags = (uint64_t)flags,
        .mode = (flags & O_CREAT) != 0 ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };
    int fd = -1;
    for (int i = 0; i < BENEATH_TRIES && fd < 0; i++) {
        fd = (int)syscall(SYS_openat2, root_fd, name, &how, sizeof how);
        if (fd < 0 && errno != EAGAIN) { /* EAGAIN: a rename raced with the look-up */
            break;
        }
    }
    if (fd < 0 && strchr(name, '/') == NULL) {
        errno = beneath_step_error(root_fd, name);
    }
    return fd;
}

/* Opens one step below dir_fd and closes dir_fd; -1 with errno. */
static int
beneath_step(int dir_fd, const char *step, int flags, mode_t mode, const struct statx *root)
{
    int fd = openat(dir_fd, step, flags, mode);
    int error_number = fd < 0 ? beneath_step_error(dir_fd, step) : 0;
    struct statx opened;
    if (fd >= 0 && (mount_stat(fd, "", &opened) != 0 || !mount_is_same(&opened, root))) {
        close(fd);
        fd = -1;
        error_number = EXDEV;
    }
    close(dir_fd);
    errno = error_number;
    return fd;
}

static int beneath_walk(int root_fd, const char *name, int flags, mode_t mode)
{
    struct statx root;
    int fd = mount_stat(root_fd, "", &root) == 0 ? fcntl(root_fd, F_DUPFD_CLOEXEC, 0) : -1;
    while (fd >= 0) {
        char step[BENEATH_STEP_MAX + 1] = "";
        size_t len = strcspn(name, "/");
        memcpy(step, name, len);
        if (name[len] == '\0') {
            return beneath_step(fd, step, flags, mode, &root);
        }
        int dir_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        fd = beneath_step(fd, step, dir_flags, 0, &root);
        name += len + 1;
    }
    return -1;
}

int beneath_open(int root_fd, const char *name, int flags, mode_t mode)
{
    flags |= O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    if (!beneath_walks) {
        int fd = beneath_openat2(root_fd, name, flags, mode);
        /* an older kernel says ENOSYS, an older container's filter EPERM */
        if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) {
            return fd;
        }
    }
    return beneath_walk(root_fd, name, flags, mode);
}

Status beneath_error(const char *name, int error_number, const char *retry_code, Error *err)
{
    for (size_t i = 0; i < sizeof beneath_errors / sizeof beneath_errors[0]; i++) {
        if (beneath_errors[i].error_number == error_number) {
            return error_set(err, STATUS_BAD_INPUT, beneath_errors[i].code, "%.200s: %s", name,
                             beneath_errors[i].text);
        }
    }
    return error_set(err, STATUS_RETRY, retry_code, "%.200s: %s", name, strerror(error_number));
}
