/* outfile.h - writing files beneath one directory: whole ones, and parts that grow. Layer:
 * adapters.
 *
 * Names are held to the same rules as in inbox.h, with the same codes. Directories that are missing
 * on the way are made (mode 0750), the root itself never. What fails for want of room or of a
 * volume is STATUS_RETRY with code disk_full or outbox_unavailable. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* A file being written: invisible under its name until committed. */
typedef struct OutFile {
    int fd;     /* write here */
    int dir_fd; /* its directory */
    char *final_name;
    char *temp_name; /* ".<final>.<random>.tmp" beside it */
} OutFile;
#define OUTFILE_INIT                                                                               \
    {                                                                                              \
        .fd = -1, .dir_fd = -1                                                                     \
    }

/* A temporary file, mode 0640, beside the final name. */
Status
outfile_create(const char *root_path, const char *name, OutFile *ret_file, Error *err) MUST_CHECK;

/* fsync, rename over the final name, fsync of the directory. On STATUS_OK the file is closed; else
 * it is still to be abandoned. */
Status outfile_commit(OutFile *file, Error *err) MUST_CHECK;

/* Closes; removes the temporary file unless committed. */
void outfile_abandon(OutFile *file);
#define AUTO_OUTFILE __attribute__((cleanup(outfile_abandon))) OutFile

/* A part that grows across restarts: opens or creates name for writing, cut back to size_bytes
 * (what the checkpoint knows to be good) and positioned there. STATUS_BAD_INPUT with code
 * file_truncated when it is shorter than that. The caller closes *ret_fd. */
Status outfile_append(const char *root_path,
                      const char *name,
                      int64_t size_bytes,
                      int *ret_fd,
                      Error *err) MUST_CHECK;

/* Whether an errno of writing says that there is no room: disk_full. */
bool outfile_is_full(int error_number);

/* write() until all is written. */
Status outfile_write(int fd, const void *bytes, int64_t len, Error *err) MUST_CHECK;

/* What was written is on the disk: before a checkpoint names its length. */
Status outfile_sync(int fd, Error *err) MUST_CHECK;

/* Removes what writers of name that died left of it: their temporary files. For names that nobody
 * writes any more. */
Status outfile_remove_temps(const char *root_path, const char *name, Error *err) MUST_CHECK;

/* Bytes that may still be written beneath the root; -1 when nobody knows. */
int64_t outfile_room(const char *root_path);

/* Removes a file or symbolic link (not its target); one that is gone already is fine. */
Status outfile_remove(const char *root_path, const char *name, Error *err) MUST_CHECK;

/* Removes a directory if it is empty; one that is not, or is gone already, is fine. */
Status outfile_remove_dir(const char *root_path, const char *name, Error *err) MUST_CHECK;
