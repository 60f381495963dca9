#include "adapters/sweep.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "adapters/mount.h"

enum { SWEEP_DEPTH_MAX = 16 };

static int64_t sweep_time_us(const struct statx_timestamp *time)
{
    return (int64_t)time->tv_sec * 1000000 + time->tv_nsec / 1000;
}

static bool sweep_is_old(const struct statx *file, int64_t before_us)
{
    return sweep_time_us(&file->stx_mtime) < before_us &&
           sweep_time_us(&file->stx_ctime) < before_us;
}

/* Where an import's rejected rows were collected: ours to remove, unlike what people make. */
static bool sweep_is_parts(const char *name)
{
    size_t len = strlen(name);
    return len > 10 && strncmp(name, "job-", 4) == 0 && strcmp(name + len - 6, ".parts") == 0;
}

static int sweep_directory(int fd, const struct statx *root, int depth, int64_t before_us);

/* One below fd. Whether it is old was seen before files of it went. */
static int sweep_below(
    int fd, const char *name, bool is_old, const struct statx *root, int depth, int64_t before_us)
{
    int below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int removed = below >= 0 ? sweep_directory(below, root, depth, before_us) : 0;
    if (is_old && sweep_is_parts(name)) {
        unlinkat(fd, name, AT_REMOVEDIR); /* if it is empty */
    }
    return removed;
}

/* Takes fd over. */
static int sweep_directory(int fd, const struct statx *root, int depth, int64_t before_us)
{
    int removed = 0;
    DIR *directory = fdopendir(fd);
    if (directory == NULL) {
        close(fd);
        return 0;
    }
    for (const struct dirent *entry = readdir(directory); entry != NULL;
         entry = readdir(directory)) {
        struct statx file;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            mount_stat(fd, entry->d_name, &file) != 0 || !mount_is_same(&file, root)) {
            continue;
        }
        if (S_ISREG(file.stx_mode) && sweep_is_old(&file, before_us)) {
            removed += unlinkat(fd, entry->d_name, 0) == 0;
        } else if (S_ISDIR(file.stx_mode) && depth < SWEEP_DEPTH_MAX) {
            removed += sweep_below(fd, entry->d_name, sweep_is_old(&file, before_us), root,
                                   depth + 1, before_us);
        }
    }
    closedir(directory);
    return removed;
}

Status sweep_files(const char *root, int64_t before_us, int *ret_removed, Error *err)
{
    struct statx directory;
    int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || mount_stat(fd, "", &directory) != 0) {
        int failed = errno;
        if (fd >= 0) {
            close(fd);
        }
        return error_set(err, STATUS_RETRY, "sweep_failed", "%s: %s", root, strerror(failed));
    }
    *ret_removed = sweep_directory(fd, &directory, 0, before_us);
    return STATUS_OK;
}
