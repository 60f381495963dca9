#include "adapters/db_statements.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { SCOPE, OTHER_SCOPE };

Test(db_statements, what_comes_again_is_prepared)
{
    DbStatements *statements = NULL;
    cr_assert_null(db_statements_see(&statements, "SELECT 1", SCOPE));
    DbStatement *first = db_statements_see(&statements, "SELECT 1", SCOPE);
    cr_assert_not_null(first);
    cr_assert_not(first->prepared);
    first->prepared = true;
    cr_assert_eq(db_statements_see(&statements, "SELECT 1", SCOPE), first);
    db_statements_free(statements);
}

Test(db_statements, another_scope_makes_another_statement)
{
    DbStatements *statements = NULL;
    db_statements_see(&statements, "SELECT 1", SCOPE);
    cr_assert_null(db_statements_see(&statements, "SELECT 1", OTHER_SCOPE));
    DbStatement *first = db_statements_see(&statements, "SELECT 1", SCOPE);
    DbStatement *second = db_statements_see(&statements, "SELECT 1", OTHER_SCOPE);
    cr_assert_neq(first, second);
    cr_assert_str_neq(first->name, second->name);
    db_statements_free(statements);
}

static const struct {
    const char *sql;
    bool prepared;
} verbs[] = {
    {"SELECT 1", true},
    {"WITH a AS (SELECT 1) SELECT 1", true},
    {"-- What it is for.\n-- And why.\nINSERT INTO a VALUES (1)", true},
    {"UPDATE a SET b = 1", true},
    {"DELETE FROM a", true},
    {"COPY a FROM STDIN", false},
    {"FETCH 50 FROM a", false},
    {"SET LOCAL a = 1", false},
    {"-- SELECT 1", false},
    {"", false},
};

Test(db_statements, only_what_reads_or_writes_rows)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        DbStatements *statements = NULL;
        db_statements_see(&statements, verbs[i].sql, SCOPE);
        cr_assert_eq(db_statements_see(&statements, verbs[i].sql, SCOPE) != NULL, verbs[i].prepared,
                     "%s", verbs[i].sql);
        db_statements_free(statements);
    }
}

Test(db_statements, there_is_an_end_to_them)
{
    DbStatements *statements = NULL;
    char sql[32];
    int prepared = 0;
    for (int i = 0; i < 2 * DB_STATEMENTS_MOST; i++) {
        snprintf(sql, sizeof sql, "SELECT %d", i);
        db_statements_see(&statements, sql, SCOPE);
        prepared += db_statements_see(&statements, sql, SCOPE) != NULL;
    }
    cr_assert_eq(prepared, DB_STATEMENTS_MOST);
    db_statements_free(statements);
}
