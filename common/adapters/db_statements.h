/* db_statements.h - what a connection has been asked so far: a statement that comes again is
 * prepared there, so that the server reads and plans it once. Layer: adapters.
 *
 * Statements go by their text and by the settings of the planner that they run under: the plan that
 * is kept is one of those. Only what reads or writes rows is prepared, and no more than
 * DB_STATEMENTS_MOST of a connection: what is put together anew each time may come in any number.
 */
#pragma once

#include <stdbool.h>

enum { DB_STATEMENTS_MOST = 200 };

typedef struct DbStatements DbStatements;

typedef struct DbStatement {
    char name[24];
    bool prepared; /* for the caller to set */
} DbStatement;

/* Notes that it was asked once more. The statement where it is to be prepared, or is; else NULL.
 * *statements: NULL at first. */
DbStatement *db_statements_see(DbStatements **statements, const char *sql, int plans);
void db_statements_free(DbStatements *statements);
