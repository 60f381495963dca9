/* sweep.h - removes old files beneath a directory. Layer: adapters. */
#pragma once

#include <stdint.h>

#include "base/error.h"

/* Removes regular files beneath root whose content and place have not changed since before_us (the
 * later of mtime and ctime: a file that was moved in with an old date counts from then). Follows no
 * links, leaves other mounts, what it may not touch, and directories, but for old "job-*.parts"
 * that are empty by then. ret_removed: how many files. STATUS_RETRY with code sweep_failed when the
 * root cannot be read. */
Status sweep_files(const char *root, int64_t before_us, int *ret_removed, Error *err) MUST_CHECK;
