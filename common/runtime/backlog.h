/* backlog.h - is the outbox larger than it may be? Layer: runtime.
 *
 * Looked at once a second, and cheaply: the size of the files is an upper bound, so nothing more is
 * asked while they are small. Files keep their size when rows are deleted, until vacuum comes by;
 * once they are large, the rows that are there are reckoned from a sample of a thousand pages.
 *
 * It begins above LEADSPOOL_OUTBOX_MAX_MIB and ends at three quarters of it; both are logged. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "adapters/db.h"
#include "base/config.h"
#include "base/error.h"

typedef struct Backlog {
    int64_t most_bytes;
    int64_t look_ms; /* when to look next; monotonic */
    atomic_bool over;
} Backlog;

void backlog_init(Backlog *backlog, const Config *cfg);
/* Looks when it is time to, in a transaction of its own. One thread. */
Status backlog_look(Backlog *backlog, Db *db, Error *err) MUST_CHECK;
/* As of the last look. Any thread. */
bool backlog_is_over(const Backlog *backlog);
