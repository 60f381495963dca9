#include "adapters/sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SWEEP_DEPTH_MAX = 16 };

static int64_t sweep_time_us(const struct timespec *time)
{
    return (int64_t)time->tv_sec * 1000000 + time->tv_nsec / 1000;
}

static bool sweep_is_old(const struct stat *file, int64_t before_us)
{
    return sweep_time_us(&file->st_mtim) < before_us && sweep_time_us(&file->st_ctim) < before_us;
}

/* Takes fd over. */
static int sweep_directory(int fd, dev_t dev, int depth, int64_t before_us)
{
    int removed = 0;
    DIR *directory = fdopendir(fd);
    if (directory == NULL) {
        close(fd);
        return 0;
    }
    for (const struct dirent *entry = readdir(directory); entry != NULL;
         entry = readdir(directory)) {
        struct stat file;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            fstatat(fd, entry->d_name, &file, AT_SYMLINK_NOFOLLOW) != 0 || file.st_dev != dev) {
            continue;
        }
        if (S_ISREG(file.st_mode) && sweep_is_old(&file, before_us)) {
            removed += unlinkat(fd, entry->d_name, 0) == 0;
        } else if (S_ISDIR(file.st_mode) && depth < SWEEP_DEPTH_MAX) {
            int below = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            removed += below >= 0 ? sweep_directory(below, dev, depth + 1, before_us) : 0;
        }
    }
    closedir(directory);
    return removed;
}

Status sweep_files(const char *root, int64_t before_us, int *ret_removed, Error *err)
{
    struct stat directory;
    int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &directory) != 0) {
        int failed = errno;
        if (fd >= 0) {
            close(fd);
        }
        return error_set(err, STATUS_RETRY, "sweep_failed", "%s: %s", root, strerror(failed));
    }
    *ret_removed = sweep_directory(fd, directory.st_dev, 0, before_us);
    return STATUS_OK;
}
