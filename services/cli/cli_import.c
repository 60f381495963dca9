/* leadspool import: a file of leads goes into a list. */
#include <string.h>

#include "base/ids.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/bulk_verb.h"
#include "cli/dry_run_verb.h"
#include "cli/file_job.h"
#include "cli/send.h"
#include "runtime/topics.h"
#include "sql_queries.h"

static const CliOption import_options[] = {
    {"list", "ID", "the list that the leads go into"},
    {"map", "FIELD=COLUMN",
     "column (name or number from 1) of a field; may be repeated; the rest is "
     "proposed"},
    {"encoding", "NAME", "of the file, as iconv calls it (found out by default)"},
    {"delimiter", "D", "comma, semicolon, tab, pipe, or the character (found out by default)"},
    {"header", "yes|no", "whether the first row names the columns (found out by default)"},
    {"on-duplicate", "skip|update", "when the list has the number already (default skip)"},
    {"duplicate-scope", "list|campaign", "where a number counts as had (default list)"},
    {"empty-erases", NULL, "with update: empty cells erase what was there"},
    {"default-country", "CC", "of numbers without a country code (default: the campaign's)"},
    {"phone-policy", "possible|strict", "strict rejects what the numbering plan does not know"},
    {"keep-unmapped", NULL, "keep columns that fill no field as custom values"},
    {"lead-events", NULL, "publish lead.created and lead.updated"},
    {"dry-run", NULL, "say what would happen, and change nothing"},
    FILE_JOB_OPTIONS,
    {"yes", NULL, "ask nothing"},
    SEND_OPTIONS,
    ARGS_JSON,
    {0},
};

/* Options whose value is one of a few words. */
static const struct ImportWord {
    const char *option;
    const char *field;
    const char *words[3];
} import_words[] = {
    {"on-duplicate", "on_duplicate", {"skip", "update"}},
    {"duplicate-scope", "duplicate_scope", {"list", "campaign"}},
    {"phone-policy", "phone_policy", {"possible", "strict"}},
};

static const struct ImportText {
    const char *option;
    const char *field;
} import_texts[] = {
    {"list", "list_id"},
    {"encoding", "encoding"},
    {"default-country", "default_country"},
};

static const struct ImportFlag {
    const char *option;
    const char *field;
} import_flags[] = {
    {"empty-erases", "empty_erases"},
    {"keep-unmapped", "keep_unmapped"},
    {"lead-events", "lead_events"},
};

static const struct ImportDelimiter {
    const char *word;
    const char *character;
} import_delimiters[] = {
    {"comma", ","}, {"semicolon", ";"}, {"tab", "\t"}, {"pipe", "|"}, {"\\t", "\t"},
};

/* ---- the command out of the options ---- */

static Status import_set_words(const Cli *cli, Command *command, Error *err)
{
    for (size_t i = 0; i < sizeof import_words / sizeof import_words[0]; i++) {
        const struct ImportWord *word = &import_words[i];
        const char *value = cli_option(cli, word->option);
        if (value == NULL) {
            continue;
        }
        if (strcmp(value, word->words[0]) != 0 && strcmp(value, word->words[1]) != 0) {
            return cli_usage(err, "--%s must be %s or %s", word->option, word->words[0],
                             word->words[1]);
        }
        json_object_set_new(command->data, word->field, json_string(value));
    }
    return STATUS_OK;
}

static Status import_set_delimiter(const Cli *cli, Command *command, Error *err)
{
    const char *value = cli_option(cli, "delimiter");
    if (value == NULL) {
        return STATUS_OK;
    }
    for (size_t i = 0; i < sizeof import_delimiters / sizeof import_delimiters[0]; i++) {
        const struct ImportDelimiter *delimiter = &import_delimiters[i];
        if (strcmp(value, delimiter->word) == 0 || strcmp(value, delimiter->character) == 0) {
            return command_set(command, "delimiter", delimiter->character, err);
        }
    }
    return cli_usage(err, "--delimiter must be comma, semicolon, tab or pipe");
}

static Status import_set_header(const Cli *cli, Command *command, Error *err)
{
    const char *value = cli_option(cli, "header");
    if (value == NULL) {
        return STATUS_OK;
    }
    bool yes = strcmp(value, "yes") == 0;
    if (!yes && strcmp(value, "no") != 0) {
        return cli_usage(err, "--header must be yes or no");
    }
    json_object_set_new(command->data, "header", json_boolean(yes));
    return STATUS_OK;
}

static Status import_set_plain(const Cli *cli, Command *command, Error *err)
{
    for (size_t i = 0; i < sizeof import_texts / sizeof import_texts[0]; i++) {
        const char *value = cli_option(cli, import_texts[i].option);
        Status status = command_set(command, import_texts[i].field, value, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    for (size_t i = 0; i < sizeof import_flags / sizeof import_flags[0]; i++) {
        if (cli_flag(cli, import_flags[i].option)) {
            json_object_set_new(command->data, import_flags[i].field, json_true());
        }
    }
    return STATUS_OK;
}

static Status import_build(const Cli *cli, Command *command, Error *err)
{
    static Status (*const setters[])(const Cli *, Command *, Error *) = {
        import_set_plain,  import_set_words, import_set_delimiter,
        import_set_header, file_job_mapping,
    };
    Status status = cli_need(cli, "list", err);
    for (size_t i = 0; status == STATUS_OK && i < sizeof setters / sizeof setters[0]; i++) {
        status = setters[i](cli, command, err);
    }
    return status;
}

static Status import(Cli *cli, Error *err)
{
    AUTO_COMMAND command = {.topic = TOPIC_IMPORTER_COMMANDS,
                            .type = "list.import",
                            .key = cli_option(cli, "list"),
                            .data = json_object()};
    Status status = import_build(cli, &command, err);
    if (status == STATUS_OK && cli_flag(cli, "dry-run")) {
        return dry_run_verb(cli, command.data, err);
    }
    return file_job_order(cli, &command, status, err);
}

/* ---- undo ---- */

static const CliOption undo_options[] = {BULK_OPTIONS, {0}};

static const TableColumn undo_columns[] = {
    {"job_id", TABLE_TEXT},           {"list_id", TABLE_TEXT},
    {"leads", TABLE_NUMBER},          {"deleted", TABLE_NUMBER},
    {"kept_called", TABLE_NUMBER},    {"kept_offered", TABLE_NUMBER},
    {"kept_changed", TABLE_NUMBER},   {"kept_moved", TABLE_NUMBER},
    {"cannot_restore", TABLE_NUMBER}, {0},
};

static Status undo_look(Cli *cli, const char *job_id, DbResult **ret, Error *err)
{
    int64_t job_no = 0;
    if (ids_parse_i64(job_id, &job_no, err) != STATUS_OK) {
        return cli_usage(err, "\"%s\" is not the number of a job", job_id);
    }
    DbParams params = {0};
    db_param_i64(&params, job_no);
    Status status = cli_query_long(cli, sql_cli_import_undo, &params, ret, err);
    if (status == STATUS_OK && db_rows(*ret) == 0) {
        return error_set_field(err, "job_id", "unknown_job",
                               "there is no import %s: `leadspool job ls --all` shows them",
                               job_id);
    }
    return status;
}

static Status import_undo(Cli *cli, Error *err)
{
    AUTO_COMMAND command = {.topic = TOPIC_IMPORTER_COMMANDS, .type = "import.undo"};
    AUTO_RESULT *look = NULL;
    AUTO_TABLE table;
    bool go = false;
    table_init(&table, undo_columns);
    Status status = undo_look(cli, cli->words[0], &look, err);
    if (status != STATUS_OK) {
        return status;
    }
    table_add_result(&table, look);
    AUTO_FREE char *question =
        mem_sprintf("Delete %s leads that import %s brought into the list %s?", db_text(look, 0, 3),
                    cli->words[0], db_text(look, 0, 1));
    command.key = db_text(look, 0, 1);
    status = bulk_confirm(cli, &table, question, &go, err);
    if (status == STATUS_OK && go) {
        status = command_set(&command, "job_id", cli->words[0], err);
    }
    return status == STATUS_OK && go ? bulk_send(cli, &command, err) : status;
}

const Verb cli_import_verbs[] = {
    {"", "FILE", 1, 1, "Loads a CSV file (or - for standard input) into a list.", import_options,
     "import leads.csv --list spring\n"
     "import leads.csv --list spring --map phone=Telephone --map zip=4 --dry-run\n"
     "import more.csv --list spring --on-duplicate update --wait --json\n"
     "import export.txt --list spring --delimiter tab --header no --map phone=3 --no-wait",
     import},
    {"undo", "JOB", 1, 1,
     "Takes out again what an import brought in and nobody has called or changed since.",
     undo_options,
     "import undo 17 --dry-run\n"
     "import undo 17 --yes --wait",
     import_undo},
    {0},
};
