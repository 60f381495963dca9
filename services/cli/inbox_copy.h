/* inbox_copy.h - a file of the user's, brought where importers can read it. Layer: services/cli. */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* Name beneath the inbox of the file at path ("-": standard input). One that lies there already is
 * used in place; any other is copied under a new name, which it bears only when it is whole:
 * without moving bytes where the file system can. *ret_copied: it is a copy of ours. *ret_name is
 * the caller's. STATUS_BAD_INPUT with code file_unreadable; STATUS_RETRY with code interrupted
 * after SIGINT, where it is caught. */
Status inbox_copy(
    const char *inbox, const char *path, char **ret_name, bool *ret_copied, Error *err) MUST_CHECK;
