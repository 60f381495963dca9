/* leadspool disposition: what the calls of a campaign can come to. */
#include <string.h>

#include "base/mem.h"
#include "cli/args.h"
#include "cli/rules_verb.h"
#include "cli/table.h"

static const CliOption disposition_set_options[] = {
    {"campaign", "ID", "the campaign"},
    {"name", "NAME", "what people call it (new: the code)"},
    {"contact", "yes|no", "a person was reached"},
    {"final", "yes|no", "the lead is not called again"},
    {"dnc", "yes|no", "its number goes on the campaign's do-not-call list"},
    {"invalid", "yes|no", "the number is not dialable, or not the lead's"},
    {"callback", "yes|no", "the lead is called again when it was agreed"},
    {"alias", "CODE", "another code that dialers send for it; repeated; or none"},
    SEND_OPTIONS,
    ARGS_JSON,
    {0},
};
static const CliOption disposition_ls_options[] = {
    {"campaign", "ID", "those of this campaign (default: those that each comes with)"},
    ARGS_JSON,
    {0},
};

static const RulesOption disposition_fields[] = {
    {"campaign", "campaign_id", RULES_TEXT},
    {"name", "name", RULES_TEXT},
    {"contact", "contact", RULES_YES_NO},
    {"final", "final", RULES_YES_NO},
    {"dnc", "dnc", RULES_YES_NO},
    {"invalid", "invalid", RULES_YES_NO},
    {"callback", "callback", RULES_YES_NO},
    {0},
};

static const TableColumn disposition_columns[] = {
    {"code", TABLE_TEXT},     {"name", TABLE_TEXT},    {"contact", TABLE_BOOL},
    {"final", TABLE_BOOL},    {"dnc", TABLE_BOOL},     {"invalid", TABLE_BOOL},
    {"callback", TABLE_BOOL}, {"aliases", TABLE_JSON}, {0},
};

static Status disposition_set(Cli *cli, Error *err)
{
    AUTO_COMMAND command = {.type = "disposition.put", .key = cli_option(cli, "campaign")};
    Status status = cli_need(cli, "campaign", err);
    if (status == STATUS_OK) {
        status = command_set(&command, "code", cli->words[0], err);
    }
    if (status == STATUS_OK) {
        status = rules_set(cli, &command, disposition_fields, err);
    }
    if (status == STATUS_OK) {
        status = rules_set_array(cli, &command, "alias", "aliases", err);
    }
    return status == STATUS_OK ? rules_send(cli, &command, "code", err) : status;
}

/* Codes need no escapes. */
static void disposition_add_aliases(const Cli *cli, Table *table, const Disposition *disposition)
{
    AUTO_STRBUF text = STRBUF_INIT;
    const char *quote = cli->json ? "\"" : "";
    strbuf_adds(&text, cli->json ? "[" : "");
    for (int i = 0; i < disposition->alias_count; i++) {
        strbuf_addf(&text, "%s%s%s%s", i > 0 ? "," : "", quote, disposition->aliases[i], quote);
    }
    strbuf_adds(&text, cli->json ? "]" : "");
    table_add(table, text.data);
}

static Status disposition_ls(Cli *cli, Error *err)
{
    CampaignRules rules;
    Status status = rules_fetch(cli, &rules, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TABLE table;
    table_init(&table, disposition_columns);
    for (int i = 0; i < rules.disposition_count; i++) {
        const Disposition *disposition = &rules.dispositions[i];
        table_add(&table, disposition->code);
        table_add(&table, disposition->name);
        table_add_bool(&table, disposition->contact);
        table_add_bool(&table, disposition->final);
        table_add_bool(&table, disposition->dnc);
        table_add_bool(&table, disposition->invalid);
        table_add_bool(&table, disposition->callback);
        disposition_add_aliases(cli, &table, disposition);
    }
    table_print(cli, &table);
    campaign_rules_done(&rules);
    return STATUS_OK;
}

const Verb cli_disposition_verbs[] = {
    {"ls", "", 0, 0, "all dispositions", disposition_ls_options,
     "disposition ls\n"
     "disposition ls --campaign solar --json",
     disposition_ls},
    {"set", "CODE", 1, 1, "define one, or change it", disposition_set_options,
     "disposition set QUOTE --campaign solar --name \"Asked for a quote\" --contact yes --final "
     "yes\n"
     "disposition set NA --campaign solar --alias N,NOANS",
     disposition_set},
    {0},
};
