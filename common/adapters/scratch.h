/* scratch.h - memory that lies in a file without a name, for what would not fit otherwise. Layer:
 * adapters.
 *
 * The file is gone with its last user, however that ends. Its pages count as the process' own while
 * there is room; the kernel writes them out and takes them away as memory is needed (also where a
 * control group limits it). */
#pragma once

#include <stddef.h>

#include "base/error.h"

typedef struct Scratch {
    void *bytes; /* NULL: none */
    size_t len;
} Scratch;

/* len zeroed bytes in the directory. Room for all of them is taken now: STATUS_RETRY with code
 * disk_full when there is none. */
Status scratch_open(const char *dir, size_t len, Scratch *ret, Error *err) MUST_CHECK;
void scratch_close(Scratch *scratch);
