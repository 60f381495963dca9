/* inbox.h - opening files beneath one directory, whatever their name says. Layer: adapters.
 *
 * Names come from messages and are not trusted: absolute paths, "..", symbolic links at any step
 * and other mounts are refused by the kernel (openat2), or by a walk component by component where
 * there is no openat2. Only regular files are opened, without ever blocking on a pipe.
 *
 * STATUS_BAD_INPUT with a remedy in err->text and one of: file_not_found, file_is_directory,
 * file_not_regular, path_not_allowed, file_unreadable. An empty name, one of over 4095 bytes or
 * with a control character is path_not_allowed. When the root itself is missing or the volume fails
 * (EIO, EMFILE): STATUS_RETRY with code inbox_unavailable, since no fault of the message.
 *
 * Writing beneath a directory is in outfile.h. */
#pragma once

#include <stdint.h>

#include "base/error.h"

/* For reading, close-on-exec. The caller closes *ret_fd. */
Status inbox_open(const char *root_path, const char *name, int *ret_fd, Error *err) MUST_CHECK;

/* Which bytes a file holds, as far as the file system knows: a job that resumes compares it. A file
 * that was written to or replaced differs. Not the device: the same volume has another number on
 * another host, and after it was mounted anew. */
typedef struct FileIdentity {
    uint64_t inode;
    int64_t size_bytes;
    int64_t mtime_ns;
} FileIdentity;
Status inbox_identify(int fd, FileIdentity *ret_identity, Error *err) MUST_CHECK;
