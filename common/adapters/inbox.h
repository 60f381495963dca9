/* inbox.h - files beneath one directory, whatever their name says. Layer: adapters.
 *
 * Names come from messages and are not trusted: absolute paths, "..", symbolic links at any step and
 * other file systems are refused by the kernel (openat2), or by a walk component by component where
 * the kernel has no openat2. Only regular files are opened, without ever blocking on a pipe.
 *
 * STATUS_BAD_INPUT with a remedy in err->text and one of: file_not_found, file_is_directory,
 * file_not_regular, path_not_allowed, file_unreadable. An empty name, one of over 4095 bytes or with a
 * control character is path_not_allowed. When the root itself is missing or the volume fails (EIO, EMFILE):
 * STATUS_RETRY with code inbox_unavailable, since no fault of the message. */
#pragma once

#include <stdint.h>

#include "base/error.h"

/* For reading, close-on-exec. The caller closes *ret_fd. */
Status inbox_open(const char *root_path, const char *name, int *ret_fd, Error *err) MUST_CHECK;

/* Which bytes a file holds, as far as the file system knows: a job that resumes compares it. A file
 * that was written to or replaced differs. */
typedef struct FileIdentity {
    uint64_t dev;
    uint64_t inode;
    int64_t size_bytes;
    int64_t mtime_ns;
} FileIdentity;
Status inbox_identify(int fd, FileIdentity *ret_identity, Error *err) MUST_CHECK;

/* A file being written beneath a root: invisible under its name until committed. */
typedef struct OutboxFile {
    int fd;     /* write here */
    int dir_fd; /* its directory */
    char *final_name;
    char *temp_name; /* ".<final>.<random>.tmp" beside it */
} OutboxFile;
#define OUTBOX_FILE_INIT {.fd = -1, .dir_fd = -1}

/* Makes missing directories of name beneath root_path (never the root itself), mode 0750, and a
 * temporary file, mode 0640, which replaces no other. Errors as above, and STATUS_RETRY with code
 * disk_full or outbox_unavailable. */
Status outbox_create(const char *root_path, const char *name, OutboxFile *ret_file, Error *err) MUST_CHECK;

/* fsync, rename over the final name, fsync of the directory. On STATUS_OK the file is closed. */
Status outbox_commit(OutboxFile *file, Error *err) MUST_CHECK;

/* Closes; removes the temporary file unless committed. */
void outbox_abandon(OutboxFile *file);
#define AUTO_OUTBOX_FILE __attribute__((cleanup(outbox_abandon))) OutboxFile

/* Parts that are appended to across restarts (reject parts): opens or creates name beneath the root for
 * writing, cut back to size_bytes (what the checkpoint knows to be good) and positioned there.
 * STATUS_BAD_INPUT file_truncated when it is shorter than that. Directories as in outbox_create. */
Status outbox_append(const char *root_path, const char *name, int64_t size_bytes, int *ret_fd, Error *err)
    MUST_CHECK;

/* write() until all is written. STATUS_RETRY with code disk_full or outbox_unavailable. */
Status outbox_write(int fd, const void *bytes, int64_t len, Error *err) MUST_CHECK;

/* Removes a file or symbolic link (not its target) beneath the root; one that is gone already is fine. */
Status outbox_remove(const char *root_path, const char *name, Error *err) MUST_CHECK;
