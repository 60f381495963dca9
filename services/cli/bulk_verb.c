#include "cli/bulk_verb.h"

#include <stdio.h>
#include <string.h>

#include "cli/interrupt.h"
#include "cli/job_watch.h"

Status bulk_confirm(Cli *cli, const Table *counts, const char *question, bool *ret_go, Error *err)
{
    bool dry = cli_flag(cli, "dry-run");
    *ret_go = false;
    if (dry) {
        table_print_one(cli, counts);
        cli_say(cli, "Nothing was changed.");
        return STATUS_OK;
    }
    if (cli->talks && !cli->json && !cli_flag(cli, "yes")) {
        table_print_one(cli, counts);
        fflush(stdout);
    }
    Status status = cli_confirm(cli, question, ret_go, err);
    if (status == STATUS_OK && !*ret_go) {
        cli_say(cli, "Nothing was changed.");
        cli->exit_code = CLI_FAILED;
    }
    return status;
}

void bulk_ask_events(const Cli *cli, Command *command)
{
    if (cli_flag(cli, "lead-events")) {
        json_object_set_new(command->data, "lead_events", json_true());
    }
}

static bool bulk_waits(const Cli *cli)
{
    return cli_flag(cli, "wait") || (!cli_flag(cli, "no-wait") && cli->out_terminal);
}

void bulk_tell_accepted(Cli *cli, const char *job_id)
{
    static const TableColumn columns[] = {{"job_id", TABLE_TEXT}, {"outcome", TABLE_TEXT}, {0}};
    AUTO_TABLE table;
    table_init(&table, columns);
    table_add(&table, job_id);
    table_add(&table, "accepted");
    table_print_one(cli, &table);
    cli_say(cli, "`leadspool job watch %s` follows it.", job_id);
}

static Status bulk_stay(Cli *cli, Sender *sender, const char *job_id, Error *err)
{
    AUTO_VIEW view = {0};
    snprintf(view.job_id, sizeof view.job_id, "%s", job_id);
    Follow *follow = sender_take_follow(sender);
    Status status = job_watch_report(cli, follow, &view, err);
    follow_close(follow);
    return status;
}

Status bulk_send(Cli *cli, Command *command, Error *err)
{
    AUTO_SENDER sender = {0};
    if (cli_flag(cli, "wait") && cli_flag(cli, "no-wait")) {
        return cli_usage(err, "--wait and --no-wait exclude each other");
    }
    interrupt_catch();
    Status status = sender_open(cli, true, &sender, err);
    if (status == STATUS_OK && interrupt_pending()) {
        status = error_set(err, STATUS_RETRY, "interrupted", "interrupted: nothing was changed");
    }
    if (status == STATUS_OK) {
        status = sender_send(&sender, command, 1, err);
    }
    if (status == STATUS_OK && command_was_rejected(command)) {
        status = command_rejection(command, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    const char *job_id = command_text(command->reply, "job_id");
    if (bulk_waits(cli)) {
        return bulk_stay(cli, &sender, job_id, err);
    }
    bulk_tell_accepted(cli, job_id);
    return STATUS_OK;
}
