#include "adapters/mount.h"

int mount_stat(int dir_fd, const char *name, struct statx *ret)
{
    int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH;
    return statx(dir_fd, name, flags, STATX_BASIC_STATS | STATX_MNT_ID, ret);
}

bool mount_is_same(const struct statx *a, const struct statx *b)
{
    if ((a->stx_mask & b->stx_mask & STATX_MNT_ID) != 0) {
        return a->stx_mnt_id == b->stx_mnt_id;
    }
    return a->stx_dev_major == b->stx_dev_major && a->stx_dev_minor == b->stx_dev_minor;
}
