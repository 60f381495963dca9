#include "adapters/inbox.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/beneath.h"

#define INBOX_RETRY "inbox_unavailable"

/* What was opened without blocking must still prove to be a file. */
static int inbox_check_regular(int fd)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return errno;
    }
    if (S_ISDIR(info.st_mode)) {
        return EISDIR;
    }
    return S_ISREG(info.st_mode) ? 0 : ENXIO;
}

static Status inbox_open_at(int root_fd, const char *name, int *ret_fd, Error *err)
{
    int fd = beneath_open(root_fd, name, O_RDONLY | O_NOCTTY, 0);
    if (fd < 0) {
        return beneath_error(name, errno, INBOX_RETRY, err);
    }
    int wrong = inbox_check_regular(fd);
    if (wrong != 0) {
        close(fd);
        return beneath_error(name, wrong, INBOX_RETRY, err);
    }
    *ret_fd = fd;
    return STATUS_OK;
}

Status inbox_open(const char *root_path, const char *name, int *ret_fd, Error *err)
{
    int root_fd;
    Status status = beneath_check_name(name, err);
    if (status == STATUS_OK) {
        status = beneath_root(root_path, INBOX_RETRY, &root_fd, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    status = inbox_open_at(root_fd, name, ret_fd, err);
    close(root_fd);
    return status;
}

Status inbox_identify(int fd, FileIdentity *ret_identity, Error *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return error_set(err, STATUS_RETRY, INBOX_RETRY, "fstat: %s", strerror(errno));
    }
    *ret_identity = (FileIdentity){
        .inode = info.st_ino,
        .size_bytes = info.st_size,
        .mtime_ns = info.st_mtim.tv_sec * INT64_C(1000000000) + info.st_mtim.tv_nsec,
    };
    return STATUS_OK;
}
