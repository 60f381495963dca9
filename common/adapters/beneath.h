/* beneath.h - opening names without ever leaving a directory. Layer: adapters; for inbox.c and
 * outfile.c.
 *
 * The kernel does it in one step (openat2); where it cannot, or a filter of system calls does not
 * let it (RestrictSUIDSGID= of systemd), a walk of one openat per component does the same. Neither
 * leaves the root's mount (mount.h). */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "base/error.h"

/* The root, as a directory descriptor; links on the way to it are followed, since the operator
 * named it. code is that of STATUS_RETRY. */
Status beneath_root(const char *root_path, const char *code, int *ret_fd, Error *err) MUST_CHECK;

/* path_not_allowed unless name is relative, without "..", control characters and empty steps. */
Status beneath_check_name(const char *name, Error *err) MUST_CHECK;

/* Like openat(), of a checked name; -1 with errno. EXDEV and ELOOP mean that the name leads outside
 * or through a link. flags gain O_CLOEXEC, O_NOFOLLOW, O_NONBLOCK. */
int beneath_open(int root_fd, const char *name, int flags, mode_t mode);

/* The Error for an errno of beneath_open: bad input where the name is at fault, else STATUS_RETRY
 * with the given code. */
Status beneath_error(const char *name, int error_number, const char *retry_code, Error *err);

/* For tests: behave as on a kernel without openat2. */
void beneath_force_walk(bool force);
