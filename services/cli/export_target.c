#include "cli/export_target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/mem.h"

enum { TARGET_LINKS_MAX = 40 }; /* as the kernel has it */

/* What outfile.h says, in the words of export_target.h. */
static const char *target_code(const Error *cause)
{
    return strcmp(cause->code, "disk_full") == 0 ? "no_space" : "output_unwritable";
}

static Status target_error(const char *path, const char *text, Error *err)
{
    return error_set_field(err, "output", "output_unwritable", "%.200s: %s", path, text);
}

/* ---- names ---- */

static char *target_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL   ? mem_strdup(".")
           : slash == path ? mem_strdup("/")
                           : mem_strndup(path, (size_t)(slash - path));
}

/* Where the link at path leads, one step; NULL when it is none. The caller frees it. */
static char *target_follow(const char *path)
{
    char next[PATH_MAX];
    ssize_t len = readlink(path, next, sizeof next - 1);
    if (len <= 0) {
        return NULL;
    }
    next[len] = '\0';
    AUTO_FREE char *folder = target_folder(path);
    return next[0] == '/' ? mem_strdup(next) : mem_sprintf("%s/%s", folder, next);
}

/* /dev/stdout, /dev/fd/3: what the kernel shows of somebody's open files. */
static bool target_is_open_file(const char *path)
{
    struct statfs volume;
    AUTO_FREE char *folder = target_folder(path);
    return statfs(folder, &volume) == 0 && volume.f_type == PROC_SUPER_MAGIC;
}

/* The name that the links at path end with; NULL where they lead to an open file. The caller frees
 * it. */
static char *target_resolve(const char *path)
{
    char *at = mem_strdup(path);
    for (int i = 0; i < TARGET_LINKS_MAX; i++) {
        char *next = target_is_open_file(at) ? NULL : target_follow(at);
        if (next == NULL) {
            break;
        }
        free(at);
        at = next;
    }
    if (target_is_open_file(at)) {
        free(at);
        return NULL;
    }
    return at;
}

/* ---- what must not be replaced ---- */

static bool target_is_special(const char *path)
{
    struct stat info;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
        return true;
    }
    AUTO_FREE char *name = target_resolve(path);
    return name == NULL;
}

bool export_target_is_output(const char *path)
{
    struct stat named;
    struct stat out;
    if (path == NULL || strcmp(path, "-") == 0) {
        return true;
    }
    return target_is_special(path) && stat(path, &named) == 0 && fstat(STDOUT_FILENO, &out) == 0 &&
           named.st_dev == out.st_dev && named.st_ino == out.st_ino;
}

/* What has been found to be special: may it be written to? */
static Status target_check_special(const char *path, Error *err)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        return target_error(path, strerror(errno), err);
    }
    if (S_ISDIR(info.st_mode) || S_ISSOCK(info.st_mode)) {
        return target_error(path,
                            S_ISDIR(info.st_mode) ? "this is a directory; name a file in it"
                                                  : "this is a socket",
                            err);
    }
    return access(path, W_OK) == 0 ? STATUS_OK : target_error(path, strerror(errno), err);
}

static Status target_check_output(Error *err)
{
    int flags = fcntl(STDOUT_FILENO, F_GETFL);
    bool writable = flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
    return writable ? STATUS_OK
                    : error_set_field(err, "output", "output_unwritable",
                                      "standard output is closed: name a file with -o");
}

/* ---- regular files ---- */

static Status target_create(const char *path, OutFile *ret, Error *err)
{
    AUTO_FREE char *name = target_resolve(path);
    AUTO_FREE char *folder = target_folder(name);
    const char *slash = strrchr(name, '/');
    Error cause;
    Status status = outfile_create(folder, slash != NULL ? slash + 1 : name, ret, &cause);
    return status == STATUS_OK ? status
                               : error_set_field(err, "output", target_code(&cause), "%.200s: %s",
                                                 path, cause.text);
}

/* ---- the target ---- */

Status export_target_check(const char *path, Error *err)
{
    if (export_target_is_output(path)) {
        return target_check_output(err);
    }
    if (target_is_special(path)) {
        return target_check_special(path, err);
    }
    AUTO_OUTFILE out = OUTFILE_INIT;
    return target_create(path, &out, err);
}

static Status target_open_special(const char *path, ExportTarget *ret, Error *err)
{
    Status status = target_check_special(path, err);
    if (status == STATUS_OK) {
        ret->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
    }
    if (status == STATUS_OK && ret->fd < 0) {
        return errno == EINTR ? error_set(err, STATUS_RETRY, "interrupted",
                                          "interrupted before anybody read %.200s", path)
                              : target_error(path, strerror(errno), err);
    }
    return status;
}

Status export_target_open(const char *path, ExportTarget *ret, Error *err)
{
    *ret = (ExportTarget)EXPORT_TARGET_INIT;
    if (export_target_is_output(path)) {
        *ret = (ExportTarget){.fd = STDOUT_FILENO, .to_out = true, .out = OUTFILE_INIT};
        return STATUS_OK;
    }
    if (target_is_special(path)) {
        return target_open_special(path, ret, err);
    }
    Status status = target_create(path, &ret->out, err);
    ret->fd = ret->out.fd;
    return status;
}

Status export_target_commit(ExportTarget *target, Error *err)
{
    Error cause;
    if (target->out.fd < 0) {
        return STATUS_OK;
    }
    if (outfile_commit(&target->out, &cause) != STATUS_OK) {
        return error_set_field(err, "output", target_code(&cause), "%s", cause.text);
    }
    target->fd = -1;
    return STATUS_OK;
}

void export_target_close(ExportTarget *target)
{
    if (target->out.fd >= 0) {
        outfile_abandon(&target->out);
    } else if (target->fd >= 0 && !target->to_out) {
        close(target->fd);
    }
    *target = (ExportTarget)EXPORT_TARGET_INIT;
}
