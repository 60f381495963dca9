/* leadspool epoch: after a restore or a failover that lost commits, the record begins a new age. */
#include "base/clock.h"
#include "cli/args.h"
#include "cli/table.h"
#include "sql_queries.h"

static const CliOption epoch_options[] = {ARGS_JSON, {0}};
static const CliOption epoch_bump_options[] = {
    {"lost-nothing", NULL,
     "no commit was lost, as with a synchronous standby: no wait, but that of an earlier bump"},
    ARGS_JSON,
    {0},
};

static const CliOption epoch_release_options[] = {
    {"yes", NULL, "do not ask"},
    ARGS_JSON,
    {0},
};

static const TableColumn epoch_columns[] = {
    {"epoch", TABLE_NUMBER},
    {"holds", TABLE_BOOL}, /* the record is the one that the epoch belongs to */
    {"system_identifier", TABLE_TEXT},
    {"timeline", TABLE_TEXT},
    {"server_system_identifier", TABLE_TEXT},
    {"server_timeline", TABLE_TEXT},
    {"offers_held_until", TABLE_TEXT},
    {0},
};

static void epoch_print(Cli *cli, const DbResult *result)
{
    AUTO_TABLE table;
    table_init(&table, epoch_columns);
    table_add_result(&table, result);
    table_print_one(cli, &table);
}

static Status epoch_show(Cli *cli, Error *err)
{
    AUTO_RESULT *result = NULL;
    Status status = cli_query(cli, sql_cli_epoch_show, NULL, &result, err);
    if (status == STATUS_OK) {
        epoch_print(cli, result);
    }
    return status;
}

/* What was changed, as it stands then. */
static Status epoch_commit(Cli *cli, Db *db, Error *err)
{
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_cli_epoch_show, NULL, &result, err);
    if (status == STATUS_OK) {
        status = db_commit(db, err);
    }
    if (status == STATUS_OK) {
        epoch_print(cli, result);
    }
    return status;
}

static Status epoch_bump(Cli *cli, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, clock_now_us() / CLOCK_US_PER_SECOND);
    db_param_time(&params, clock_is_virtual() ? clock_now_us() : 0);
    db_param_bool(&params, cli_flag(cli, "lost-nothing"));
    AUTO_TX Db *db = cli_db(cli);
    Status status = db_begin_unchecked(db, err);
    if (status == STATUS_OK) {
        status = db_exec(db, sql_cli_epoch_bump, &params, 1, err);
    }
    if (status == STATUS_OK) {
        status = db_exec(db, sql_cli_epoch_reading, NULL, -1, err);
    }
    if (status == STATUS_OK) {
        status = db_query(db, sql_cli_epoch_sequences, NULL, NULL, err);
    }
    if (status == STATUS_OK) {
        status = db_exec(db, sql_cli_epoch_dnc, NULL, -1, err);
    }
    return status == STATUS_OK ? epoch_commit(cli, db, err) : status;
}

/* Only who has looked at the dialers knows. */
static Status epoch_release(Cli *cli, Error *err)
{
    bool yes = false;
    Status status = cli_confirm(cli,
                                "Offers of the lost time may still be called, by dialers that have "
                                "them: leads and numbers are offered again all the same.",
                                &yes, err);
    if (status != STATUS_OK || !yes) {
        cli->exit_code = CLI_FAILED;
        return status;
    }
    AUTO_TX Db *db = cli_db(cli);
    status = db_begin(db, err);
    if (status == STATUS_OK) {
        status = db_exec(db, sql_cli_epoch_release, NULL, 1, err);
    }
    return status == STATUS_OK ? epoch_commit(cli, db, err) : status;
}

const Verb cli_epoch_verbs[] = {
    {"show", "", 0, 0, "the epoch, and whether the server is the one it belongs to", epoch_options,
     "epoch show --json", epoch_show},
    {"bump", "", 0, 0,
     "begin a new one: workers that hold since a restore go on. Offers of the lost time are not\n"
     "known any more; no new one is made until the last of them is over (offers_held_until)",
     epoch_bump_options, "epoch bump", epoch_bump},
    {"release", "", 0, 0,
     "offers go on before the wait of `epoch bump` is over: when you know that no dialer has, or\n"
     "calls, anything of the lost time, as when all of them stood still",
     epoch_release_options, "epoch release --yes", epoch_release},
    {0},
};
