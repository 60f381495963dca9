/* mounts.h - mounts that only the test at hand sees; as root. */
#pragma once

#include <criterion/criterion.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/mem.h"

/* From here on this process mounts for itself; where it may not, the test is skipped. */
static inline void mounts_begin(void)
{
    if (geteuid() != 0 || unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
        cr_skip("needs root, to mount");
    }
}

static inline void mounts_run(const char *folder, const char *script)
{
    AUTO_FREE char *command = mem_sprintf("set -e; cd '%s'; %s", folder, script);
    cr_assert_eq(system(command), 0, "%s", command);
}

/* The folder becomes an overlay of two file systems: the files lower and sub/lower are of the one,
 * upper and sub/upper of the other. */
static inline void mounts_overlay(const char *folder)
{
    mounts_run(folder, "mkdir lowerfs upperfs; mount -t tmpfs none lowerfs;"
                       " mount -t tmpfs none upperfs; mkdir lowerfs/sub upperfs/files upperfs/work;"
                       " touch lowerfs/lower lowerfs/sub/lower; mount -t overlay none -o"
                       " lowerdir=lowerfs,upperdir=upperfs/files,workdir=upperfs/work \"$PWD\";"
                       " cd \"$PWD\"; touch upper sub/upper");
}

static inline void mounts_overlay_end(const char *folder)
{
    mounts_run(folder, "cd /; umount -l \"$OLDPWD\"; cd \"$OLDPWD\"; umount -l lowerfs upperfs");
}
