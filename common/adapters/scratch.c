#include "adapters/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"

static Status scratch_fail(const char *dir, int error_number, Error *err)
{
    bool full = error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
    return error_set(err, STATUS_RETRY, full ? "disk_full" : "scratch",
                     "a scratch file in %s: %s; make room there, or allow more memory "
                     "(LEADSPOOL_IMPORT_SET_MIB)",
                     dir, strerror(error_number));
}

/* Not every file system has files without a name. */
static int scratch_file(const char *dir)
{
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) {
        return fd;
    }
    AUTO_FREE char *path = mem_sprintf("%s/.scratch-XXXXXX", dir);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0) {
        unlink(path);
    }
    return fd;
}

Status scratch_open(const char *dir, size_t len, Scratch *ret, Error *err)
{
    int fd = scratch_file(dir);
    if (fd < 0) {
        return scratch_fail(dir, errno, err);
    }
    /* A page that finds no room when it is touched would end the process. */
    int failed = posix_fallocate(fd, 0, (off_t)len);
    void *bytes =
        failed != 0 ? MAP_FAILED : mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    int error_number = failed != 0 ? failed : errno;
    close(fd);
    if (bytes == MAP_FAILED) {
        return scratch_fail(dir, error_number, err);
    }
    madvise(bytes, len, MADV_RANDOM);
    *ret = (Scratch){bytes, len};
    return STATUS_OK;
}

void scratch_close(Scratch *scratch)
{
    if (scratch->bytes != NULL) {
        munmap(scratch->bytes, scratch->len);
    }
    *scratch = (Scratch){0};
}
