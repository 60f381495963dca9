/* leadspool migrate: the namespace's tables and topics, made where they are missing. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/args.h"
#include "cli/table.h"
#include "runtime/migrate.h"
#include "runtime/topics.h"
#include "sql_queries.h"

static const CliOption migrate_options[] = {
    {"plan", NULL, "say what would be done, and do nothing"},
    ARGS_JSON,
    {0},
};

static const TableColumn migrate_columns[] = {
    {"kind", TABLE_TEXT},
    {"name", TABLE_TEXT},
    {"done", TABLE_BOOL},
    {0},
};

/* The newest migration applied; 0 when there is no such table yet. */
static Status migrate_version(Cli *cli, int64_t *ret_version, Error *err)
{
    AUTO_RESULT *result = NULL;
    Status status = cli_query(cli, sql_cli_migrate_version, NULL, &result, err);
    bool missing = status == STATUS_FATAL && strcmp(err->code, "schema_missing") == 0;
    *ret_version = status == STATUS_OK ? db_i64(result, 0, 0) : 0;
    return missing ? STATUS_OK : status;
}

static void migrate_add(Table *table, const char *kind, const char *name, bool done)
{
    table_add(table, kind);
    table_add(table, name);
    table_add_bool(table, done);
}

static Status migrate_tables(Cli *cli, bool plan, Table *table, Error *err)
{
    int64_t before = 0;
    int applied = 0;
    Status status = migrate_version(cli, &before, err);
    if (status == STATUS_OK && !plan) {
        status = migrate_run(cli_db(cli), cli->config.ns, &applied, err);
    }
    for (const Migration *one = migrations; status == STATUS_OK && one->version != 0; one++) {
        if (one->version > before) {
            migrate_add(table, "migration", one->name, !plan);
        }
    }
    return status;
}

static Status migrate_topics(Cli *cli, BusAdmin *admin, bool plan, Table *table, Error *err)
{
    AUTO_FREE BusTopicSpec *specs = mem_alloc(topic_count * sizeof *specs);
    size_t missing = 0;
    topics_declared(&cli->config, specs);
    for (size_t i = 0; i < topic_count; i++) {
        int partitions = 0;
        Status status = bus_admin_partitions(admin, specs[i].topic, &partitions, err);
        if (status != STATUS_OK) {
            return status;
        }
        if (partitions == 0) {
            migrate_add(table, "topic", specs[i].topic, !plan);
            specs[missing++] = specs[i];
        }
    }
    return missing > 0 && !plan ? topics_create(admin, specs, missing, err) : STATUS_OK;
}

static Status migrate(Cli *cli, Error *err)
{
    bool plan = cli_flag(cli, "plan");
    AUTO_TABLE tables;
    AUTO_TABLE made;
    table_init(&tables, migrate_columns);
    table_init(&made, migrate_columns);
    BusAdmin *admin = NULL;
    Status status = migrate_tables(cli, plan, &tables, err);
    if (status == STATUS_OK) {
        status = bus_admin_open(&cli->config, &admin, err);
    }
    if (status == STATUS_OK) {
        status = migrate_topics(cli, admin, plan, &made, err);
    }
    bus_admin_close(admin);
    if (status != STATUS_OK) {
        return status;
    }
    for (int i = 0; i < made.cell_count; i++) {
        table_add(&tables, made.cells[i]);
    }
    table_print(cli, &tables);
    if (tables.cell_count == 0) {
        cli_say(cli, "Namespace %s is up to date.", cli->config.ns);
    }
    return STATUS_OK;
}

const Verb cli_migrate_verbs[] = {
    {"", "", 0, 0,
     "Makes the tables and topics of the namespace, or brings them up to date. May be run again.",
     migrate_options,
     "migrate\n"
     "migrate --plan --json",
     migrate},
    {0},
};
