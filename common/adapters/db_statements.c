#include "adapters/db_statements.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "base/hash.h"
#include "base/mem.h"

typedef struct Known {
    uint64_t hash; /* of text and scope */
    char *sql;
    DbStatement statement;
    UT_hash_handle hh;
} Known;

struct DbStatements {
    Known *by_hash;
};

static bool reads_or_writes_rows(const char *sql)
{
    static const char *const verbs[] = {"SELECT", "WITH", "INSERT", "UPDATE", "DELETE"};
    while (strncmp(sql, "--", 2) == 0) {
        sql = strchrnul(sql, '\n');
        sql += *sql == '\n';
    }
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strncmp(sql, verbs[i], strlen(verbs[i])) == 0) {
            return true;
        }
    }
    return false;
}

static Known *known_add(DbStatements *statements, const char *sql, uint64_t hash)
{
    Known *known = mem_alloc(sizeof *known);
    known->hash = hash;
    known->sql = mem_strdup(sql);
    snprintf(known->statement.name, sizeof known->statement.name, "leadspool %016" PRIx64, hash);
    HASH_ADD(hh, statements->by_hash, hash, sizeof known->hash, known);
    return known;
}

DbStatement *db_statements_see(DbStatements **statements, const char *sql, uint64_t scope)
{
    Known *known = NULL;
    uint64_t hash = hash_u64(sql, strlen(sql), scope);
    if (*statements == NULL) {
        *statements = mem_alloc(sizeof **statements);
    }
    HASH_FIND(hh, (*statements)->by_hash, &hash, sizeof hash, known);
    if (known == NULL) {
        if (HASH_COUNT((*statements)->by_hash) < DB_STATEMENTS_MOST && reads_or_writes_rows(sql)) {
            known_add(*statements, sql, hash);
        }
        return NULL;
    }
    return strcmp(known->sql, sql) == 0 ? &known->statement : NULL;
}

void db_statements_free(DbStatements *statements)
{
    if (statements == NULL) {
        return;
    }
    Known *known;
    Known *next;
    HASH_ITER(hh, statements->by_hash, known, next)
    {
        HASH_DEL(statements->by_hash, known);
        free(known->sql);
        free(known);
    }
    free(statements);
}
