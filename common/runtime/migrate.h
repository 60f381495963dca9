/* migrate.h - the namespace's schema: numbered SQL, embedded, applied forward only. Layer: runtime.
 */
#pragma once

#include "adapters/db.h"

typedef struct Migration {
    int version;
    const char *name;
    const char *sql;
} Migration;

/* Embedded from schemas/sql/migrations; ends with version 0. */
extern const Migration migrations[];

/* Makes the schema and applies what is missing, each in its own transaction, under a lock so that
 * several may try at once; then grants to the namespace's roles, where there are any, what
 * schemas/sql/queries/grants_apply.sql lists. ret_applied: how many. STATUS_FATAL with code
 * migration_changed when one that was applied differs from ours. */
Status migrate_run(Db *db, const char *ns, int *ret_applied, Error *err) MUST_CHECK;

/* Is the schema exactly the one that this binary knows? STATUS_FATAL with what to do when not. */
Status migrate_check(Db *db, Error *err) MUST_CHECK;
