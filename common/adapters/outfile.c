#include "adapters/outfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "adapters/beneath.h"
#include "base/guard.h"
#include "base/mem.h"

#define OUTFILE_RETRY "outbox_unavailable"

enum { OUTFILE_DIR_MODE = 0750, OUTFILE_MODE = 0640 };
/* A final name leaves room for the dots, the random part and ".tmp" within NAME_MAX. */
enum { OUTFILE_NAME_MAX = 230 };

bool outfile_is_full(int error_number)
{
    return error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
}

static Status outfile_error(const char *what, int error_number, Error *err)
{
    const char *code = outfile_is_full(error_number) ? "disk_full" : OUTFILE_RETRY;
    return error_set(err, STATUS_RETRY, code, "%s: %s", what, strerror(error_number));
}

/* An errno of opening for writing: the name's fault, or the volume's. Permission is the operator's
 * to mend, and no fault of a message. */
static Status outfile_open_error(const char *name, int error_number, Error *err)
{
    bool volume = error_number == ENOSPC || error_number == EDQUOT || error_number == EACCES ||
                  error_number == EPERM || error_number == EROFS;
    return volume ? outfile_error("cannot write to the directory", error_number, err)
                  : beneath_error(name, error_number, OUTFILE_RETRY, err);
}

/* One directory below dir_fd, made if missing. -1 with errno. */
static int outfile_make_dir(int dir_fd, const char *step)
{
    if (mkdirat(dir_fd, step, OUTFILE_DIR_MODE) == 0) {
        return fsync(dir_fd);
    }
    return errno == EEXIST ? 0 : -1;
}

/* The same, opened; closes dir_fd. */
static int outfile_enter(int dir_fd, const char *step, bool make)
{
    int fd = -1;
    if (!make || outfile_make_dir(dir_fd, step) == 0) {
        fd = beneath_open(dir_fd, step, O_RDONLY | O_DIRECTORY, 0);
    }
    int error_number = errno;
    close(dir_fd);
    errno = error_number;
    return fd;
}

/* The directory that name lies in. */
static Status
outfile_parent(const char *root_path, const char *name, bool make, int *ret_fd, Error *err)
{
    int fd = -1;
    Status status = beneath_check_name(name, err);
    if (status == STATUS_OK) {
        status = beneath_root(root_path, OUTFILE_RETRY, &fd, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    for (const char *step = name; strchr(step, '/') != NULL; step = strchr(step, '/') + 1) {
        AUTO_FREE char *one = mem_strndup(step, strcspn(step, "/"));
        fd = outfile_enter(fd, one, make);
        if (fd < 0) {
            return outfile_open_error(name, errno, err);
        }
    }
    *ret_fd = fd;
    return STATUS_OK;
}

static const char *outfile_last_step(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash != NULL ? slash + 1 : name;
}

static char *outfile_temp_name(const char *final_name)
{
    unsigned long long random;
    while (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random) {
    }
    return mem_sprintf(".%s.%016llx.tmp", final_name, random);
}

/* The caller's from here on; what is left is safe to abandon. */
static OutFile outfile_take(OutFile *file)
{
    OutFile taken = *file;
    *file = (OutFile)OUTFILE_INIT;
    return taken;
}

Status outfile_create(const char *root_path, const char *name, OutFile *ret_file, Error *err)
{
    AUTO_OUTFILE file = OUTFILE_INIT;
    Status status = outfile_parent(root_path, name, true, &file.dir_fd, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (strlen(outfile_last_step(name)) > OUTFILE_NAME_MAX) {
        return beneath_error(name, ENAMETOOLONG, OUTFILE_RETRY, err);
    }
    file.final_name = mem_strdup(outfile_last_step(name));
    file.temp_name = outfile_temp_name(file.final_name);
    file.fd = beneath_open(file.dir_fd, file.temp_name, O_WRONLY | O_CREAT | O_EXCL, OUTFILE_MODE);
    if (file.fd < 0) {
        return outfile_open_error(name, errno, err);
    }
    *ret_file = outfile_take(&file);
    return STATUS_OK;
}

static void outfile_close(OutFile *file)
{
    if (file->fd >= 0) {
        close(file->fd);
    }
    if (file->dir_fd >= 0) {
        close(file->dir_fd);
    }
    free(file->final_name);
    free(file->temp_name);
    *file = (OutFile)OUTFILE_INIT;
}

Status outfile_commit(OutFile *file, Error *err)
{
    Status status = outfile_sync(file->fd, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (renameat(file->dir_fd, file->temp_name, file->dir_fd, file->final_name) != 0) {
        return errno == EISDIR ? beneath_error(file->final_name, EISDIR, OUTFILE_RETRY, err)
                               : outfile_error("rename", errno, err);
    }
    status = outfile_sync(file->dir_fd, err);
    if (status == STATUS_OK) {
        outfile_close(file);
    }
    return status;
}

void outfile_abandon(OutFile *file)
{
    if (file == NULL) {
        return;
    }
    if (file->fd >= 0) {
        unlinkat(file->dir_fd, file->temp_name, 0); /* gone already after a rename */
    }
    outfile_close(file);
}

static Status outfile_cut(int fd, const char *name, int64_t size_bytes, Error *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return outfile_error("fstat", errno, err);
    }
    if (!S_ISREG(info.st_mode)) {
        return beneath_error(name, S_ISDIR(info.st_mode) ? EISDIR : ENXIO, OUTFILE_RETRY, err);
    }
    if (info.st_size < size_bytes) {
        return error_set(err, STATUS_BAD_INPUT, "file_truncated",
                         "%.200s has %lld bytes, and had %lld at the checkpoint; what was behind "
                         "is lost: start the job again",
                         name, (long long)info.st_size, (long long)size_bytes);
    }
    size_bytes = BROKEN(REJECT_CUT) ? info.st_size : size_bytes;
    if (ftruncate(fd, size_bytes) != 0 || lseek(fd, size_bytes, SEEK_SET) < 0) {
        return outfile_error("ftruncate", errno, err);
    }
    return STATUS_OK;
}

static Status
outfile_append_at(int dir_fd, const char *name, int64_t size_bytes, int *ret_fd, Error *err)
{
    int fd = beneath_open(dir_fd, outfile_last_step(name), O_WRONLY | O_CREAT, OUTFILE_MODE);
    if (fd < 0) {
        return outfile_open_error(name, errno, err);
    }
    Status status = outfile_cut(fd, name, size_bytes, err);
    if (status == STATUS_OK && size_bytes == 0) { /* it may be new */
        status = outfile_sync(dir_fd, err);
    }
    if (status != STATUS_OK) {
        close(fd);
        return status;
    }
    *ret_fd = fd;
    return STATUS_OK;
}

Status
outfile_append(const char *root_path, const char *name, int64_t size_bytes, int *ret_fd, Error *err)
{
    int dir_fd = -1;
    Status status = outfile_parent(root_path, name, true, &dir_fd, err);
    if (status == STATUS_OK) {
        status = outfile_append_at(dir_fd, name, size_bytes, ret_fd, err);
        close(dir_fd);
    }
    return status;
}

Status outfile_write(int fd, const void *bytes, int64_t len, Error *err)
{
    const char *at = bytes;
    while (len > 0) {
        ssize_t written = write(fd, at, (size_t)len);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return outfile_error("write", errno, err);
        }
        at += written;
        len -= written;
    }
    return STATUS_OK;
}

Status outfile_sync(int fd, Error *err)
{
    return fsync(fd) == 0 ? STATUS_OK : outfile_error("fsync", errno, err);
}

static bool outfile_is_temp_of(const char *entry, const char *final_name)
{
    size_t len = strlen(final_name);
    size_t entry_len = strlen(entry);
    return entry_len > len + 6 && entry[0] == '.' && strncmp(entry + 1, final_name, len) == 0 &&
           entry[len + 1] == '.' && strcmp(entry + entry_len - 4, ".tmp") == 0;
}

Status outfile_remove_temps(const char *root_path, const char *name, Error *err)
{
    int dir_fd = -1;
    Status status = outfile_parent(root_path, name, true, &dir_fd, err);
    DIR *dir = status == STATUS_OK ? fdopendir(dir_fd) : NULL;
    if (dir == NULL) {
        if (status == STATUS_OK) {
            close(dir_fd);
            return outfile_error("opendir", errno, err);
        }
        return status;
    }
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (outfile_is_temp_of(entry->d_name, outfile_last_step(name))) {
            unlinkat(dir_fd, entry->d_name, 0);
        }
    }
    closedir(dir);
    return STATUS_OK;
}

int64_t outfile_room(const char *root_path)
{
    struct statvfs volume;
    return statvfs(root_path, &volume) == 0 ? (int64_t)(volume.f_bavail * volume.f_frsize) : -1;
}

/* OK with an errno in *ret_failed when the last step could not be taken away. */
static Status
outfile_unlink(const char *root_path, const char *name, int flags, int *ret_failed, Error *err)
{
    int dir_fd = -1;
    Error cause;
    Status status = outfile_parent(root_path, name, false, &dir_fd, &cause);
    if (status != STATUS_OK) {
        bool gone = strcmp(cause.code, "file_not_found") == 0;
        return gone ? STATUS_OK : error_set(err, status, cause.code, "%s", cause.text);
    }
    int failed = unlinkat(dir_fd, outfile_last_step(name), flags) != 0 ? errno : 0;
    close(dir_fd);
    *ret_failed = failed == ENOENT ? 0 : failed;
    return STATUS_OK;
}

Status outfile_remove(const char *root_path, const char *name, Error *err)
{
    int failed = 0;
    Status status = outfile_unlink(root_path, name, 0, &failed, err);
    if (status != STATUS_OK || failed == 0) {
        return status;
    }
    return failed == EISDIR ? beneath_error(name, EISDIR, OUTFILE_RETRY, err)
                            : outfile_error("unlink", failed, err);
}

Status outfile_remove_dir(const char *root_path, const char *name, Error *err)
{
    int failed = 0;
    Status status = outfile_unlink(root_path, name, AT_REMOVEDIR, &failed, err);
    if (status != STATUS_OK || failed == 0 || failed == ENOTEMPTY || failed == EEXIST) {
        return status;
    }
    return outfile_error("rmdir", failed, err);
}
