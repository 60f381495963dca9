#include "cli/inbox_copy.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/outfile.h"
#include "base/ids.h"
#include "base/mem.h"
#include "cli/interrupt.h"

enum {
    COPY_PIECE_BYTES = 1 << 20,
    COPY_RANGE_BYTES = 64 << 20,
    COPY_NAME_MOST = 80,
    COPY_ENDING_MOST = 16
};

static Status copy_unreadable(const char *path, int error_number, Error *err)
{
    return error_set_field(err, "file", "file_unreadable", "%s: %s", path, strerror(error_number));
}

/* The rest of path when it lies beneath the inbox, links followed; else NULL. */
static char *copy_name_in_place(const char *inbox, const char *path)
{
    AUTO_FREE char *root = realpath(inbox, NULL);
    AUTO_FREE char *real = realpath(path, NULL);
    if (root == NULL || real == NULL) {
        return NULL;
    }
    size_t len = strlen(root);
    bool beneath = strncmp(real, root, len) == 0 && real[len] == '/';
    return beneath ? mem_strdup(real + len + 1) : NULL;
}

/* "spring-<8 of a UUID>.csv": unique, and still known by its owner. */
static char *copy_new_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = strcmp(path, "-") == 0 ? "stdin.csv" : slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    size_t stem = dot != NULL && dot > base ? (size_t)(dot - base) : strlen(base);
    char uuid[IDS_UUID_SIZE];
    ids_uuid4(uuid);
    AUTO_FREE char *begin = mem_strndup(base, stem < COPY_NAME_MOST ? stem : COPY_NAME_MOST);
    const char *end = strlen(base + stem) < COPY_ENDING_MOST ? base + stem : "";
    char *name = mem_sprintf("%s-%.8s%s", begin, uuid, end);
    for (char *c = name; *c != '\0'; c++) {
        bool fine = isalnum((unsigned char)*c) != 0 || strchr("._-", *c) != NULL;
        *c = fine ? *c : '_';
    }
    return name;
}

static Status copy_interrupted(Error *err)
{
    return error_set(err, STATUS_RETRY, "interrupted", "interrupted; nothing was imported");
}

/* Within the kernel. False when it cannot between these two. */
static bool copy_in_kernel(int from, int to)
{
    if (ioctl(to, FICLONE, from) == 0) {
        return true;
    }
    for (;;) {
        ssize_t moved = copy_file_range(from, NULL, to, NULL, COPY_RANGE_BYTES, 0);
        if (moved == 0) {
            return lseek(to, 0, SEEK_CUR) > 0;
        }
        if (moved < 0 || interrupt_pending()) {
            return false;
        }
    }
}

/* From wherever the kernel's way has ended. */
static Status copy_by_hand(const char *path, int from, int to, Error *err)
{
    AUTO_FREE char *piece = mem_alloc(COPY_PIECE_BYTES);
    for (;;) {
        if (interrupt_pending()) {
            return copy_interrupted(err);
        }
        ssize_t len = read(from, piece, COPY_PIECE_BYTES);
        if (len == 0) {
            return STATUS_OK;
        }
        if (len < 0 && errno == EINTR) {
            continue;
        }
        if (len < 0) {
            return copy_unreadable(path, errno, err);
        }
        Status status = outfile_write(to, piece, len, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
}

static Status
copy_bytes(const char *inbox, const char *path, int from, const char *name, Error *err)
{
    AUTO_OUTFILE file = OUTFILE_INIT;
    Status status = outfile_create(inbox, name, &file, err);
    if (status != STATUS_OK) {
        AUTO_FREE char *why = mem_strdup(err->text);
        return error_set(err, status, "inbox_unavailable", "the inbox %s cannot be written: %s",
                         inbox, why);
    }
    if (!copy_in_kernel(from, file.fd)) {
        status = copy_by_hand(path, from, file.fd, err);
    }
    return status == STATUS_OK ? outfile_commit(&file, err) : status;
}

static Status copy_open(const char *path, int *ret_fd, Error *err)
{
    int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    struct stat stat;
    if (fd < 0 || fstat(fd, &stat) != 0) {
        return copy_unreadable(path, errno, err);
    }
    if (S_ISDIR(stat.st_mode)) {
        close(fd);
        return copy_unreadable(path, EISDIR, err);
    }
    *ret_fd = fd;
    return STATUS_OK;
}

Status
inbox_copy(const char *inbox, const char *path, char **ret_name, bool *ret_copied, Error *err)
{
    int fd = -1;
    Status status = copy_open(path, &fd, err);
    if (status != STATUS_OK) {
        return status;
    }
    char *name = strcmp(path, "-") != 0 ? copy_name_in_place(inbox, path) : NULL;
    *ret_copied = name == NULL;
    if (name == NULL) {
        name = copy_new_name(path);
        status = copy_bytes(inbox, path, fd, name, err);
    }
    close(fd);
    if (status != STATUS_OK) {
        free(name);
        return status;
    }
    *ret_name = name;
    return STATUS_OK;
}
