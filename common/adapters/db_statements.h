/* db_statements.h - what a connection has been asked so far: a statement that comes again is
 * prepared there, so that the server reads it once. Layer: adapters.
 *
 * Statements go by their text and by a scope, the namespace and the settings of the planner that
 * they run under: a plan that is kept is one of those. The name tells both, so that whoever should
 * meet the name meets the same statement. Only what reads or writes rows is prepared, and no more
 * than DB_STATEMENTS_MOST of a connection: what is put together anew each time may come in any
 * number. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { DB_STATEMENTS_MOST = 200 };

typedef struct DbStatements DbStatements;

typedef struct DbStatement {
    char name[32];
    bool prepared; /* for the caller to set */
} DbStatement;

/* Notes that it was asked once more. The statement where it is to be prepared, or is; else NULL.
 * *statements: NULL at first. */
DbStatement *db_statements_see(DbStatements **statements, const char *sql, uint64_t scope);
void db_statements_free(DbStatements *statements);
