/* leadspool export: has a list written to a file, and brings the file. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/export_count.h"
#include "cli/export_fetch.h"
#include "cli/export_target.h"
#include "cli/interrupt.h"
#include "cli/job_watch.h"
#include "cli/send.h"
#include "cli/table.h"
#include "cli/where.h"
#include "exporter/export_spec.h"
#include "runtime/topics.h"

static const CliOption export_options[] = {
    {"list", "ID", "the list"},
    {"output", "FILE", "or -o: where the file goes (default: standard output)"},
    {"what", "leads|attempts|dnc|rejects",
     "the leads (default), the ledger of calls, the do-not-call entries that hold for the list, or "
     "the rejected rows of an import, copied as they came: cells that a spreadsheet would run, "
     "too"},
    {"job", "ID", "with --what rejects: the import"},
    {"field", "NAME[=HEADER]",
     "a column; may be repeated; custom.NAME, custom.* for all of them; reason: why it was not "
     "called"},
    {"all-fields", NULL, "every field there is"},
    WHERE_OPTION,
    {"order", "lead|due", "as they came in (default), or those that have been due longest first"},
    {"delimiter", "comma|semicolon|tab|pipe", "between cells (default comma)"},
    {"line-end", "crlf|lf", "behind each row (default crlf)"},
    {"bom", NULL, "begin with a byte order mark, as spreadsheets like it"},
    {"no-header", NULL, "no row with the names of the columns"},
    {"raw", NULL, "leave cells as they are that a spreadsheet would run as a formula"},
    {"dry-run", NULL, "say how many rows it would be, and write nothing"},
    {"no-wait", NULL, "do not stay; the file stays in the outbox, where job fetch gets it"},
    SEND_OPTIONS,
    ARGS_JSON,
    {0},
};

/* ---- the command out of the options ---- */

/* Words that the command has, too; the exporter says which are wrong. */
static const struct ExportText {
    const char *option;
    const char *field;
} export_texts[] = {
    {"list", "list_id"}, {"what", "what"},         {"job", "job_id"},
    {"order", "order"},  {"line-end", "line_end"},
};

static const struct ExportFlag {
    const char *option;
    const char *field;
    bool value;
} export_flags[] = {
    {"all-fields", "all_fields", true},
    {"bom", "bom", true},
    {"no-header", "header", false},
    {"raw", "raw", true},
};

static const struct ExportDelimiter {
    const char *word;
    const char *character;
} export_delimiters[] = {
    {"comma", ","},
    {"semicolon", ";"},
    {"tab", "\t"},
    {"pipe", "|"},
};

static Status export_set_plain(const Cli *cli, Command *command, Error *err)
{
    Status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof export_texts / sizeof export_texts[0];
         i++) {
        status = command_set(command, export_texts[i].field,
                             cli_option(cli, export_texts[i].option), err);
    }
    for (size_t i = 0; i < sizeof export_flags / sizeof export_flags[0]; i++) {
        if (cli_flag(cli, export_flags[i].option)) {
            json_object_set_new(command->data, export_flags[i].field,
                                json_boolean(export_flags[i].value));
        }
    }
    return status;
}

static Status export_set_delimiter(const Cli *cli, Command *command, Error *err)
{
    const char *value = cli_option(cli, "delimiter");
    for (size_t i = 0; value != NULL && i < sizeof export_delimiters / sizeof export_delimiters[0];
         i++) {
        const struct ExportDelimiter *delimiter = &export_delimiters[i];
        if (strcmp(value, delimiter->word) == 0 || strcmp(value, delimiter->character) == 0) {
            return command_set(command, "delimiter", delimiter->character, err);
        }
    }
    return value == NULL ? STATUS_OK
                         : cli_usage(err, "--delimiter must be comma, semicolon, tab or pipe");
}

static Status export_set_fields(const Cli *cli, Command *command, Error *err)
{
    int at = 0;
    json_t *fields = NULL;
    for (const char *wish; (wish = cli_option_next(cli, "field", &at)) != NULL;) {
        const char *equals = strchr(wish, '=');
        AUTO_FREE char *name = mem_strndup(wish, strcspn(wish, "="));
        if (name[0] == '\0') {
            return cli_usage(err, "--field must be NAME or NAME=HEADER");
        }
        if (fields == NULL) {
            fields = json_array();
            json_object_set_new(command->data, "fields", fields);
        }
        json_array_append_new(
            fields, equals == NULL ? json_string(name)
                                   : json_pack("{s:s, s:s}", "field", name, "header", equals + 1));
    }
    return STATUS_OK;
}

static Status export_set_where(const Cli *cli, Command *command, Error *err)
{
    AUTO_FILTER *filter = NULL;
    Status status = where_read(cli, false, &filter, err);
    if (filter != NULL) {
        json_object_set_new(command->data, "where", filter_to_json(filter));
    }
    return status;
}

/* What is wrong with it is said before anything is sent. */
static Status export_check(const Command *command, Error *err)
{
    AUTO_EXPORT_SPEC spec = {0};
    Error bad;
    return export_spec_read(command->data, &spec, &bad) == STATUS_OK
               ? STATUS_OK
               : cli_usage(err, "%s", bad.text);
}

static Status export_build(const Cli *cli, Command *command, Error *err)
{
    static Status (*const setters[])(const Cli *, Command *, Error *) = {
        export_set_plain, export_set_delimiter, export_set_fields, export_set_where};
    Status status = cli_need(cli, "list", err);
    for (size_t i = 0; status == STATUS_OK && i < sizeof setters / sizeof setters[0]; i++) {
        status = setters[i](cli, command, err);
    }
    return status == STATUS_OK ? export_check(command, err) : status;
}

/* ---- sending it and staying ---- */

static void export_print_pair(Cli *cli, const TableColumn columns[], const char *a, const char *b)
{
    AUTO_TABLE table;
    table_init(&table, columns);
    table_add(&table, a);
    table_add(&table, b);
    table_print_one(cli, &table);
}

static Status export_dry_run(Cli *cli, const Command *command, Error *err)
{
    static const TableColumn columns[] = {{"list_id", TABLE_TEXT}, {"rows", TABLE_NUMBER}, {0}};
    int64_t rows = 0;
    Status status = export_count(cli, command->data, &rows, err);
    if (status == STATUS_OK) {
        AUTO_FREE char *text = mem_sprintf("%lld", (long long)rows);
        export_print_pair(cli, columns, cli_option(cli, "list"), text);
    }
    return status;
}

static Status export_stay(Cli *cli, Sender *sender, const char *job_id, Error *err)
{
    AUTO_VIEW view = {0};
    bool ended = false;
    strncat(view.job_id, job_id, sizeof view.job_id - 1);
    Follow *follow = sender_take_follow(sender);
    Status status = job_watch(cli, follow, &view, &ended, err);
    follow_close(follow);
    if (status == STATUS_OK && !ended) {
        cli_say(cli,
                "Job %s goes on; `leadspool job watch %s` follows it again, and `leadspool job "
                "fetch %s` brings its file then.",
                job_id, job_id, job_id);
        cli->exit_code = CLI_FAILED;
        return STATUS_OK;
    }
    return status == STATUS_OK ? export_bring(cli, &view, cli_option(cli, "output"), err) : status;
}

/* Where it is to go is looked at before a job is made that may take an hour. */
static Status export_check_target(Cli *cli, Error *err)
{
    const char *path = cli_option(cli, "output");
    if (cli_flag(cli, "no-wait")) {
        return path == NULL ? STATUS_OK
                            : cli_usage(err, "--output does not go with --no-wait: `leadspool job "
                                             "fetch ID -o FILE` brings the file later");
    }
    return cli->json && export_target_is_output(path) ? STATUS_OK : export_target_check(path, err);
}

static Status export_send(Cli *cli, Command *command, Error *err)
{
    static const TableColumn columns[] = {{"job_id", TABLE_TEXT}, {"outcome", TABLE_TEXT}, {0}};
    AUTO_SENDER sender;
    interrupt_catch();
    Status status = sender_open(cli, true, &sender, err);
    if (status == STATUS_OK) {
        status = sender_send(&sender, command, 1, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (command_was_rejected(command)) {
        return command_rejection(command, err);
    }
    const char *job_id = command_text(command->reply, "job_id");
    if (!cli_flag(cli, "no-wait")) {
        return export_stay(cli, &sender, job_id, err);
    }
    export_print_pair(cli, columns, job_id, "accepted");
    cli_say(cli, "`leadspool job watch %s` follows it; `leadspool job fetch %s` brings its file.",
            job_id, job_id);
    return STATUS_OK;
}

static Status export(Cli *cli, Error *err)
{
    AUTO_COMMAND command = {.topic = TOPIC_EXPORTER_COMMANDS,
                            .type = "list.export",
                            .key = cli_option(cli, "list"),
                            .data = json_object()};
    Status status = export_build(cli, &command, err);
    if (status == STATUS_OK && cli_flag(cli, "dry-run")) {
        return export_dry_run(cli, &command, err);
    }
    if (status == STATUS_OK) {
        status = export_check_target(cli, err);
    }
    return status == STATUS_OK ? export_send(cli, &command, err) : status;
}

const Verb cli_export_verbs[] = {
    {"", "", 0, 0, "Writes the leads of a list, or what is known about them, to a CSV file.",
     export_options,
     "export --list spring -o spring.csv\n"
     "export --list spring --where \"status in (NA, B) and attempts < 3\" --dry-run\n"
     "export --list spring --field phone=Telephone --field custom.tier --order due > due.csv\n"
     "export --list spring --what attempts --line-end lf -o calls.csv --json\n"
     "export --list spring --what rejects --job 7 -o mend.csv",
     export},
    {0},
};
