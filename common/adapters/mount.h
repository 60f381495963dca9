/* mount.h - what lies on the same mount. Layer: adapters; for beneath.c and sweep.c.
 *
 * Mounts are compared, as RESOLVE_NO_XDEV of openat2(2) does, and not devices: files of an overlay
 * are on other devices than the folder they are in, and a bind mount may be on the same. Where the
 * kernel does not tell mounts (before 5.8), devices are compared all the same: nothing outside
 * passes for inside but such a bind mount, and files of an overlay pass for outside. */
#pragma once

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>

/* What name is in dir_fd, or with an empty name dir_fd itself; links are not followed. 0, or -1
 * with errno. */
int mount_stat(int dir_fd, const char *name, struct statx *ret);
/* Of two that mount_stat told. */
bool mount_is_same(const struct statx *a, const struct statx *b);
