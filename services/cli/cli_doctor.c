/* leadspool doctor: what may never break, looked at on the live system. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/doctor.h"
#include "cli/table.h"

static const CliOption doctor_options[] = {ARGS_JSON, {0}};

static const struct DoctorCheck {
    const char *name;
    const char *about;
    Status (*run)(Cli *cli, Check *check, Error *err);
} doctor_checks[] = {
    {"I1", "positions", doctor_positions}, {"I2", "dialing", doctor_dialing},
    {"I3", "counters", doctor_counters},   {"I4", "outbox", doctor_outbox},
    {"I5", "imports", doctor_imports},     {"I6", "dead letters", doctor_dead_letters},
    {"I7", "calls", doctor_calls},
};

static const TableColumn doctor_columns[] = {
    {"name", TABLE_TEXT},
    {"about", TABLE_TEXT},
    {"ok", TABLE_BOOL},
    {"checked", TABLE_NUMBER},
    {"problem_count", TABLE_NUMBER},
    {"problems", TABLE_JSON},
    {"notes", TABLE_JSON},
    {0},
};

/* For people: each finding in a row of its own. */
static const TableColumn doctor_text_columns[] = {{"name", TABLE_TEXT},
                                                  {"about", TABLE_TEXT},
                                                  {"kind", TABLE_TEXT},
                                                  {"finding", TABLE_TEXT},
                                                  {0}};

static void check_add(StrBuf *list, const char *format, va_list args)
{
    char text[512];
    vsnprintf(text, sizeof text, format, args);
    AUTO_STRBUF safe = STRBUF_INIT;
    cli_add_safe(&safe, text);
    strbuf_adds(list, list->len > 0 ? "," : "");
    strbuf_add_json(list, safe.data, safe.len);
}

void check_problem(Check *check, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (check->problem_count++ < DOCTOR_SHOWN) {
        check_add(&check->problems, format, args);
    }
    va_end(args);
}

void check_note(Check *check, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    check_add(&check->notes, format, args);
    va_end(args);
}

static void
doctor_add_findings(const struct DoctorCheck *one, const char *kind, const char *list, Table *text)
{
    AUTO_FREE char *json = mem_sprintf("[%s]", list);
    AUTO_JSON json_t *findings = json_loads(json, 0, NULL);
    for (size_t i = 0; i < json_array_size(findings); i++) {
        table_add(text, one->name);
        table_add(text, one->about);
        table_add(text, kind);
        table_add(text, json_string_value(json_array_get(findings, i)));
    }
}

static void doctor_add_text(const struct DoctorCheck *one, const Check *check, Table *text)
{
    AUTO_FREE char *checked = mem_sprintf("%" PRId64 " checked", check->checked);
    table_add(text, one->name);
    table_add(text, one->about);
    table_add(text, check->problem_count == 0 ? "ok" : "not ok");
    table_add(text, checked);
    doctor_add_findings(one, "problem", check->problems.data, text);
    doctor_add_findings(one, "note", check->notes.data, text);
}

static void doctor_add_row(const struct DoctorCheck *one, const Check *check, Table *table)
{
    AUTO_FREE char *problems = mem_sprintf("[%s]", check->problems.data);
    AUTO_FREE char *notes = mem_sprintf("[%s]", check->notes.data);
    table_add(table, one->name);
    table_add(table, one->about);
    table_add_bool(table, check->problem_count == 0);
    table_add_i64(table, check->checked);
    table_add_i64(table, check->problem_count);
    table_add(table, problems);
    table_add(table, notes);
}

/* A check that cannot be made has found nothing out, which is a problem, too. */
static void doctor_run(Cli *cli, const struct DoctorCheck *one, Table *table)
{
    Error err;
    Check check = {.problems = STRBUF_INIT, .notes = STRBUF_INIT};
    if (one->run(cli, &check, &err) != STATUS_OK) {
        check_problem(&check, "not checked: %s", err.text);
    }
    if (cli->json) {
        doctor_add_row(one, &check, table);
    } else {
        doctor_add_text(one, &check, table);
    }
    cli->exit_code = check.problem_count > 0 ? CLI_FAILED : cli->exit_code;
    strbuf_done(&check.problems);
    strbuf_done(&check.notes);
}

static void doctor_put_json(Cli *cli, const Table *table)
{
    AUTO_STRBUF json = STRBUF_INIT;
    strbuf_addf(&json, "{\"ok\":%s,\"checks\":[", cli->exit_code == CLI_DONE ? "true" : "false");
    for (int row = 0; row < table->cell_count / table->column_count; row++) {
        strbuf_adds(&json, row > 0 ? "," : "");
        table_row_json(table, row, &json);
    }
    strbuf_adds(&json, "]}");
    cli_put_json(cli, json.data);
}

static Status doctor(Cli *cli, Error *err)
{
    (void)err;
    AUTO_TABLE table;
    table_init(&table, cli->json ? doctor_columns : doctor_text_columns);
    for (size_t i = 0; i < sizeof doctor_checks / sizeof doctor_checks[0]; i++) {
        doctor_run(cli, &doctor_checks[i], &table);
    }
    if (cli->json) {
        doctor_put_json(cli, &table);
    } else {
        table_print(cli, &table);
        cli_say(cli, cli->exit_code == CLI_DONE ? "All is well." : "Something is wrong.");
    }
    return STATUS_OK;
}

const Verb cli_doctor_verbs[] = {
    {"", "", 0, 0,
     "Checks the promises on the live system, without changing anything; exit 1 when one is "
     "broken.",
     doctor_options,
     "doctor\n"
     "doctor --json",
     doctor},
    {0},
};
