/* export_target.h - where an exported file goes. Layer: services/cli.
 *
 * Standard output; a regular file, which is replaced as a whole once all is there, also where a
 * symbolic link leads to it, which stays; or in place what is none: a pipe, a terminal, /dev/null,
 * and what the kernel shows of open files (/dev/fd/3). */
#pragma once

#include <stdbool.h>

#include "adapters/outfile.h"

typedef struct ExportTarget {
    int fd;      /* write here */
    bool to_out; /* fd is that of standard output */
    OutFile out; /* of a regular file */
} ExportTarget;
#define EXPORT_TARGET_INIT                                                                         \
    {                                                                                              \
        .fd = -1, .out = OUTFILE_INIT                                                              \
    }

/* NULL, "-", and whatever else names it: /dev/stdout. */
bool export_target_is_output(const char *path);

/* Could it be opened? Before anything is sent, and leaves nothing behind. STATUS_BAD_INPUT with
 * code output_unwritable, or no_space on a full volume, as with the others. */
Status export_target_check(const char *path, Error *err) MUST_CHECK;

/* A pipe is waited for until somebody reads it. *ret is to be closed in any case. */
Status export_target_open(const char *path, ExportTarget *ret, Error *err) MUST_CHECK;
/* All is written: a regular file gets its name. */
Status export_target_commit(ExportTarget *target, Error *err) MUST_CHECK;
/* What was not committed goes away. */
void export_target_close(ExportTarget *target);
#define AUTO_TARGET __attribute__((cleanup(export_target_close))) ExportTarget
