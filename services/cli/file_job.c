#include "cli/file_job.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "adapters/outfile.h"
#include "base/mem.h"
#include "cli/inbox_copy.h"
#include "cli/interrupt.h"
#include "cli/job_watch.h"
#include "cli/table.h"

Status file_job_mapping(const Cli *cli, Command *command, Error *err)
{
    int at = 0;
    for (const char *wish; (wish = cli_option_next(cli, "map", &at)) != NULL;) {
        const char *equals = strchr(wish, '=');
        if (equals == NULL || equals == wish || equals[1] == '\0') {
            return cli_usage(err, "--map must be FIELD=COLUMN, such as --map phone=Telephone");
        }
        json_t *mapping = json_object_get(command->data, "mapping");
        if (mapping == NULL) {
            mapping = json_object();
            json_object_set_new(command->data, "mapping", mapping);
        }
        AUTO_FREE char *field = mem_strndup(wish, (size_t)(equals - wish));
        if (json_object_get(mapping, field) != NULL) {
            return cli_usage(err, "--map names the field %s twice", field);
        }
        if (json_object_set_new(mapping, field, json_string(equals + 1)) != 0) {
            return cli_usage(err, "--map is not valid UTF-8");
        }
    }
    return STATUS_OK;
}

/* ---- sending it and staying ---- */

static bool waits(const Cli *cli)
{
    return cli_flag(cli, "wait") || (!cli_flag(cli, "no-wait") && cli->out_terminal);
}

/* The one line of --json for an order that never became a job. */
static Status fail(Cli *cli, Status status, const Error *err)
{
    if (cli->json && strcmp(err->code, "usage") != 0) {
        AUTO_STRBUF error = STRBUF_INIT;
        cli_add_error_json(&error, err);
        AUTO_VIEW view = {.state = "failed", .error = mem_strdup(error.data)};
        job_view_report(cli, &view);
    }
    return status;
}

static void say_accepted(Cli *cli, const char *job_id)
{
    static const TableColumn columns[] = {{"job_id", TABLE_TEXT}, {"outcome", TABLE_TEXT}, {0}};
    AUTO_TABLE table;
    table_init(&table, columns);
    table_add(&table, job_id);
    table_add(&table, "accepted");
    table_print_one(cli, &table);
    cli_say(cli, "`leadspool job watch %s` follows it.", job_id);
}

static int64_t size(const Cli *cli, const char *name)
{
    AUTO_FREE char *path = mem_sprintf("%s/%s", cli->config.inbox, name);
    struct stat seen;
    return stat(path, &seen) == 0 ? seen.st_size : 0;
}

static Status stay(Cli *cli, Sender *sender, const char *job_id, const char *name, Error *err)
{
    AUTO_VIEW view = {.bytes_total = size(cli, name)};
    strncat(view.job_id, job_id, sizeof view.job_id - 1);
    Follow *follow = sender_take_follow(sender);
    Status status = job_watch_report(cli, follow, &view, err);
    follow_close(follow);
    return status;
}

static Status run(Cli *cli, Command *command, const char *name, bool *ret_accepted, Error *err)
{
    AUTO_SENDER sender;
    Status status = sender_open(cli, true, &sender, err);
    if (status == STATUS_OK) {
        *ret_accepted = true; /* as far as anyone knows: it may be read later */
        status = sender_send(&sender, command, 1, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (command_was_rejected(command)) {
        *ret_accepted = false;
        return command_rejection(command, err);
    }
    const char *job_id = command_text(command->reply, "job_id");
    if (waits(cli)) {
        return stay(cli, &sender, job_id, name, err);
    }
    say_accepted(cli, job_id);
    return STATUS_OK;
}

static Status order_file(Cli *cli, Command *command, Error *err)
{
    AUTO_FREE char *name = NULL;
    bool copied = false;
    bool accepted = false;
    interrupt_catch();
    Status status = inbox_copy(cli->config.inbox, cli->words[0], &name, &copied, err);
    if (status == STATUS_OK) {
        status = command_set(command, "file", name, err);
    }
    if (status == STATUS_OK) {
        status = run(cli, command, name, &accepted, err);
    }
    if (copied && !accepted) {
        Error unused;
        (void)!outfile_remove(cli->config.inbox, name, &unused);
    }
    return status;
}

static Status check_options(const Cli *cli, Error *err)
{
    if (cli_flag(cli, "wait") && cli_flag(cli, "no-wait")) {
        return cli_usage(err, "--wait and --no-wait exclude each other");
    }
    return STATUS_OK;
}

Status file_job_order(Cli *cli, Command *command, Status built, Error *err)
{
    Status status = built == STATUS_OK ? check_options(cli, err) : built;
    if (status == STATUS_OK) {
        status = order_file(cli, command, err);
    }
    return status == STATUS_OK ? status : fail(cli, status, err);
}
