#include "cli/lead_upsert.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/lead_file.h"
#include "cli/send.h"
#include "cli/table.h"
#include "runtime/topics.h"

enum {
    UPSERT_LEADS = 500,       /* in one command, as the contract has it */
    UPSERT_BYTES = 512 << 10, /* and about as many bytes */
    UPSERT_COMMANDS = 8,      /* sent before their replies are waited for */
    UPSERT_REJECTS_SHOWN = 1000,
};

static const char *const upsert_results[] = {"created", "updated", "unchanged", "stale",
                                             "rejected"};
enum { UPSERT_REJECTED = 4, UPSERT_RESULTS = 5 };

typedef struct Upsert {
    Cli *cli;
    LeadFile leads;
    Sender sender;
    Command commands[UPSERT_COMMANDS];
    int64_t first[UPSERT_COMMANDS]; /* place in the file of each command's first lead */
    int command_count;
    int64_t read;
    int64_t counts[UPSERT_RESULTS];
    StrBuf rejects; /* JSON, comma-separated */
    int rejects_shown;
} Upsert;

static Command upsert_command(const Cli *cli)
{
    const char *list = cli_option(cli, "list");
    Command command = {.topic = TOPIC_IMPORTER_COMMANDS, .type = "lead.upsert", .key = list};
    command.data = json_object();
    json_object_set_new(command.data, "list_id", json_string(list));
    return command;
}

/* ---- one ---- */

Status lead_upsert_one(Cli *cli, json_t *lead, Error *err)
{
    static const TableColumn columns[] = {
        {"result", TABLE_TEXT}, {"lead_id", TABLE_TEXT}, {"external_id", TABLE_TEXT}, {0}};
    AUTO_COMMAND command = upsert_command(cli);
    json_object_set(command.data, "lead", lead);
    Status status = send_one(cli, &command, err);
    if (status != STATUS_OK) {
        return status;
    }
    const json_t *result = command_result(&command, 0);
    if (strcmp(command_text(result, "result"), "rejected") == 0) {
        return error_set_field(err, command_text(result, "field"), command_text(result, "code"),
                               "%s", command_text(result, "message"));
    }
    AUTO_TABLE table;
    table_init(&table, columns);
    for (int i = 0; i < table.column_count; i++) {
        table_add(&table, json_string_value(json_object_get(result, columns[i].name)));
    }
    table_print_one(cli, &table);
    return STATUS_OK;
}

/* ---- many ---- */

/* The next part of the file as one command; *ret_some is false at its end. */
static Status upsert_fill(Upsert *upsert, Command *command, bool *ret_some, Error *err)
{
    json_t *leads = json_array();
    *command = upsert_command(upsert->cli);
    json_object_set_new(command->data, "leads", leads);
    size_t bytes = 0;
    *ret_some = false;
    while (json_array_size(leads) < UPSERT_LEADS && bytes < UPSERT_BYTES) {
        json_t *lead = NULL;
        Status status = lead_file_next(&upsert->leads, &lead, err);
        if (status != STATUS_OK) {
            return status;
        }
        if (lead == NULL) {
            break;
        }
        bytes += upsert->leads.text.len;
        json_array_append_new(leads, lead);
        *ret_some = true;
    }
    upsert->read += (int64_t)json_array_size(leads);
    return STATUS_OK;
}

static void upsert_reject(Upsert *upsert, int64_t index, const json_t *result)
{
    if (upsert->rejects_shown++ >= UPSERT_REJECTS_SHOWN) {
        return;
    }
    AUTO_JSON json_t *item = json_pack(
        "{s:I,s:s,s:s,s:s}", "index", (json_int_t)index, "code", command_text(result, "code"),
        "field", command_text(result, "field"), "message", command_text(result, "message"));
    AUTO_FREE char *text = json_dumps(item, JSON_COMPACT);
    strbuf_addf(&upsert->rejects, "%s%s", upsert->rejects.len > 0 ? "," : "", text);
    cli_say(upsert->cli, "lead %" PRId64 ": %s: %s", index, command_text(result, "code"),
            command_text(result, "message"));
}

static void upsert_count(Upsert *upsert, const Command *command, int64_t first)
{
    const json_t *results = json_object_get(command->reply, "results");
    for (size_t i = 0; i < json_array_size(results); i++) {
        const json_t *result = json_array_get(results, i);
        for (int kind = 0; kind < UPSERT_RESULTS; kind++) {
            upsert->counts[kind] +=
                strcmp(command_text(result, "result"), upsert_results[kind]) == 0;
        }
        if (strcmp(command_text(result, "result"), "rejected") == 0) {
            upsert_reject(upsert, first + (int64_t)i, result);
        }
    }
}

/* Sends what is filled and counts the replies. */
static Status upsert_flush(Upsert *upsert, Error *err)
{
    Status status = sender_send(&upsert->sender, upsert->commands, upsert->command_count, err);
    for (int i = 0; i < upsert->command_count; i++) {
        Command *command = &upsert->commands[i];
        if (status == STATUS_OK && command_was_rejected(command)) {
            status = command_rejection(command, err);
        } else if (status == STATUS_OK) {
            upsert_count(upsert, command, upsert->first[i]);
        }
        command_done(command);
    }
    upsert->command_count = 0;
    return status;
}

static Status upsert_all(Upsert *upsert, Error *err)
{
    for (bool some = true; some;) {
        Command command;
        int64_t first = upsert->read;
        Status status = upsert_fill(upsert, &command, &some, err);
        if (status != STATUS_OK || !some) {
            command_done(&command);
        } else {
            upsert->first[upsert->command_count] = first;
            upsert->commands[upsert->command_count++] = command;
        }
        bool full = upsert->command_count == UPSERT_COMMANDS || !some;
        if (full && status == STATUS_OK && upsert->command_count > 0) {
            status = upsert_flush(upsert, err);
        }
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}

static void upsert_report(Upsert *upsert)
{
    static const TableColumn columns[] = {
        {"leads", TABLE_NUMBER},   {"created", TABLE_NUMBER},
        {"updated", TABLE_NUMBER}, {"unchanged", TABLE_NUMBER},
        {"stale", TABLE_NUMBER},   {"rejected", TABLE_NUMBER},
        {"rejects", TABLE_JSON},   {0},
    };
    AUTO_FREE char *rejects = mem_sprintf("[%s]", upsert->rejects.data);
    AUTO_TABLE table;
    table_init(&table, columns);
    table_add_i64(&table, upsert->read);
    for (int kind = 0; kind < UPSERT_RESULTS; kind++) {
        table_add_i64(&table, upsert->counts[kind]);
    }
    table_add(&table, upsert->cli->json ? rejects : NULL);
    table_print_one(upsert->cli, &table);
    if (upsert->counts[UPSERT_REJECTED] > 0) {
        upsert->cli->exit_code = CLI_FAILED;
    }
}

Status lead_upsert_file(Cli *cli, FILE *file, Error *err)
{
    Upsert *upsert = mem_alloc(sizeof *upsert);
    upsert->cli = cli;
    strbuf_init(&upsert->rejects);
    lead_file_init(&upsert->leads, file);
    Status status = sender_open(cli, false, &upsert->sender, err);
    if (status == STATUS_OK) {
        status = upsert_all(upsert, err);
    }
    if (status == STATUS_OK) {
        upsert_report(upsert);
    }
    for (int i = 0; i < upsert->command_count; i++) {
        command_done(&upsert->commands[i]);
    }
    sender_close(&upsert->sender);
    lead_file_done(&upsert->leads);
    strbuf_done(&upsert->rejects);
    free(upsert);
    return status;
}
