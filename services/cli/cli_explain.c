/* leadspool explain: may this lead be called, and why not? */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/ids.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/explain_evidence.h"
#include "cli/lead_phone.h"
#include "cli/table.h"

static const CliOption explain_options[] = {
    {"at", "TIME", "at that time, by what is known now (default: now)"},
    {"country", "CC", "with LIST/PHONE: of a number without country code (default US)"},
    ARGS_JSON,
    {0},
};

static const TableColumn explain_columns[] = {
    {"lead_id", TABLE_TEXT},  {"list_id", TABLE_TEXT},
    {"phone", TABLE_TEXT},    {"stage", TABLE_TEXT},
    {"status", TABLE_TEXT},   {"dialable_now", TABLE_BOOL},
    {"reason", TABLE_TEXT},   {"until", TABLE_TEXT},
    {"evidence", TABLE_JSON}, {0},
};
/* For people: the answer, then what it stands on. */
static const TableColumn explain_text_columns[] = {
    {"lead_id", TABLE_TEXT}, {"list_id", TABLE_TEXT}, {"phone", TABLE_TEXT},
    {"stage", TABLE_TEXT},   {"status", TABLE_TEXT},  {"dialable_now", TABLE_BOOL},
    {"reason", TABLE_TEXT},  {"until", TABLE_TEXT},   {0},
};
static const TableColumn evidence_columns[] = {
    {"rule", TABLE_TEXT}, {"value", TABLE_TEXT}, {"source", TABLE_TEXT}, {0}};

/* ---- which lead ---- */

/* word is cut at its last slash. */
static Status explain_phone(const Cli *cli, char *word, ExplainWish *ret, Error *err)
{
    char *slash = strrchr(word, '/');
    uint64_t phone = 0;
    *slash = '\0';
    Status status = lead_phone_parse(slash + 1, cli_option(cli, "country"), &phone, err);
    ret->list_id = word;
    ret->phone = (int64_t)phone;
    return status;
}

static Status explain_wish(const Cli *cli, char *word, ExplainWish *ret, Error *err)
{
    *ret = (ExplainWish){.at_us = clock_now_us()};
    Status status = cli_option_time(cli, "at", &ret->at_us, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (strchr(word, '/') != NULL) {
        return explain_phone(cli, word, ret, err);
    }
    return ids_parse_i64(word, &ret->lead_id, err) == STATUS_OK
               ? STATUS_OK
               : cli_usage(err, "\"%s\" is neither the number of a lead nor LIST/PHONE", word);
}

/* ---- the answer ---- */

static void explain_add(const ExplainFacts *facts, const WhyAnswer *answer, Table *table)
{
    char until[CLOCK_RFC3339_SIZE];
    const LeadDial *lead = &facts->lead.rows[0];
    clock_format_rfc3339(answer->until_us, until);
    table_add(table, db_text(facts->row, 0, EXPLAIN_LEAD_ID));
    table_add(table, db_text(facts->row, 0, EXPLAIN_LIST_ID));
    table_add(table, db_text(facts->row, 0, EXPLAIN_PHONE));
    table_add(table, stage_name(lead->stage));
    table_add(table, lead->status);
    table_add_bool(table, answer->why == WHY_DIALABLE_NOW);
    table_add(table, why_name(answer->why));
    table_add(table, answer->until_us != 0 ? until : NULL);
}

static void explain_print_evidence(Cli *cli, const Evidence *evidence)
{
    AUTO_TABLE table;
    table_init(&table, evidence_columns);
    for (int i = 0; i < evidence->count; i++) {
        table_add(&table, evidence->pieces[i].rule);
        table_add(&table, evidence->pieces[i].value);
        table_add(&table, evidence->pieces[i].source);
    }
    table_print(cli, &table);
}

static void explain_print(Cli *cli, const ExplainFacts *facts)
{
    WhyAnswer answer;
    AUTO_EVIDENCE evidence = {0};
    AUTO_TABLE table;
    why_plan(&facts->why, &answer);
    evidence_collect(facts, answer.why, &evidence);
    table_init(&table, cli->json ? explain_columns : explain_text_columns);
    explain_add(facts, &answer, &table);
    if (cli->json) {
        AUTO_STRBUF json = STRBUF_INIT;
        evidence_write(&evidence, &json);
        table_add(&table, json.data);
        table_print_one(cli, &table);
        return;
    }
    table_print_one(cli, &table);
    explain_print_evidence(cli, &evidence);
    cli_say(cli, "%s", why_text(answer.why));
}

static Status explain(Cli *cli, Error *err)
{
    ExplainWish wish;
    AUTO_EXPLAIN facts = {0};
    AUTO_FREE char *word = mem_strdup(cli->words[0]);
    Status status = explain_wish(cli, word, &wish, err);
    if (status == STATUS_OK) {
        status = explain_read(cli, &wish, &facts, err);
    }
    if (status == STATUS_OK) {
        explain_print(cli, &facts);
    }
    return status;
}

const Verb cli_explain_verbs[] = {
    {"", "LEAD_ID|LIST/PHONE", 1, 1,
     "May this lead be called, and what decides it? The reason is the first that applies of:\n"
     "dnc, invalid, finished, offered, exhausted (its stage), list_paused, campaign_paused,\n"
     "zone_unknown, not_due, outside_hours, number_cap (as many calls to its number as campaign "
     "or\n"
     "law allow), number_gap (its number was called just now), number_offered (its number is with\n"
     "a dialer for another lead), campaign_held (none of its campaign is offered, or as a probe),\n"
     "dialable_now. Until is when that ends, as far as it is known.\n"
     "The evidence that decides comes first.",
     explain_options,
     "explain 4294967297\n"
     "explain spring/+15046218927 --at 2026-11-24T22:30:00Z --json",
     explain},
    {0},
};
