/* leadspool outcome: what a dialer would say of an offer or a lead, said by hand. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/ids.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/outcome_message.h"
#include "cli/table.h"
#include "sql_queries.h"

enum { OUTCOME_CODE_MOST = 64, OUTCOME_DURATION_S_MOST = 86400, OUTCOME_WAIT_MS = 15000 };

static const CliOption outcome_options[] = {
    {"offer", "ID", "the offer that it answers"},
    {"lead", "LEAD_ID", "the lead; its open offer is answered when it has one"},
    {"start", NULL, "a call begins: call.started alone; prints its call_id"},
    {"release", NULL, "no call: the offer is given back"},
    {"reason", "TEXT", "with --release: why"},
    {"call-id", "ID", "of a call begun with --start (default: a new one, begun and ended)"},
    {"started-at", "TIME", "when dialing began (default: now, less --duration)"},
    {"duration", "SECONDS", "length of the call (default 0)"},
    {"agent", "NAME", "who had the call"},
    {"callback-at", "TIME", "when the lead wants to be called"},
    {"callback-agent", "NAME", "and by whom"},
    ARGS_JSON,
    {0},
};

static const TableColumn outcome_columns[] = {
    {"lead_id", TABLE_TEXT},
    {"offer_id", TABLE_TEXT},
    {"call_id", TABLE_TEXT},
    {"sent", TABLE_TEXT},
    {0},
};

/* What is to be told: the facts of the call, and in which messages. */
typedef struct OutcomeWish {
    Outcome outcome;
    char call_id[IDS_CE_ID_MAX + 1];
    char source[128];
    bool starts;
    bool ends;
    bool releases;
} OutcomeWish;

/* ---- what is wished ---- */

static Status outcome_kinds(const Cli *cli, OutcomeWish *wish, Error *err)
{
    const char *code = cli->word_count > 0 ? cli->words[0] : NULL;
    int ways = (code != NULL) + cli_flag(cli, "start") + cli_flag(cli, "release");
    if (ways != 1) {
        return cli_usage(err, "give a DISPOSITION, --start or --release");
    }
    if (code != NULL && (code[0] == '\0' || strlen(code) > OUTCOME_CODE_MOST)) {
        return cli_usage(err, "DISPOSITION must be 1 to %d bytes", OUTCOME_CODE_MOST);
    }
    wish->releases = cli_flag(cli, "release");
    wish->ends = code != NULL;
    wish->starts = cli_flag(cli, "start") || (wish->ends && !cli_flag(cli, "call-id"));
    wish->outcome.disposition = code;
    return STATUS_OK;
}

static Status outcome_call_id(const Cli *cli, OutcomeWish *wish, Error *err)
{
    const char *given = cli_option(cli, "call-id");
    if (given != NULL && !ids_is_ce_id(given, strlen(given))) {
        return cli_usage(err, "--call-id must be 1 to %d bytes of printable ASCII", IDS_CE_ID_MAX);
    }
    if (given != NULL) {
        snprintf(wish->call_id, sizeof wish->call_id, "%s", given);
    } else {
        ids_uuid4(wish->call_id);
    }
    return STATUS_OK;
}

static Status outcome_facts(const Cli *cli, OutcomeWish *wish, Error *err)
{
    int64_t duration_s = 0;
    Outcome *outcome = &wish->outcome;
    Status status = cli_option_i64(cli, "duration", 0, OUTCOME_DURATION_S_MOST, &duration_s, err);
    outcome->sent_us = clock_now_us();
    outcome->started_us = outcome->sent_us - duration_s * CLOCK_US_PER_SECOND;
    if (status == STATUS_OK) {
        status = cli_option_time(cli, "started-at", &outcome->started_us, err);
    }
    if (status == STATUS_OK) {
        status = cli_option_time(cli, "callback-at", &outcome->callback_us, err);
    }
    outcome->ended_us = outcome->started_us + duration_s * CLOCK_US_PER_SECOND;
    outcome->agent = cli_option(cli, "agent");
    outcome->callback_agent = cli_option(cli, "callback-agent");
    outcome->reason = cli_option(cli, "reason");
    return status == STATUS_OK ? outcome_call_id(cli, wish, err) : status;
}

/* ---- whom it is about ---- */

static Status outcome_number(const Cli *cli, const char *name, int64_t *ret, Error *err)
{
    const char *text = cli_option(cli, name);
    if (text == NULL || (ids_parse_i64(text, ret, err) == STATUS_OK && *ret > 0)) {
        return STATUS_OK;
    }
    return cli_usage(err, "--%s must be its number", name);
}

static Status outcome_find(Cli *cli, OutcomeWish *wish, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *result = NULL;
    db_param_i64(&params, wish->outcome.offer_id);
    db_param_i64(&params, wish->outcome.lead_id);
    Status status = cli_query(cli, sql_cli_outcome_offer, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (db_rows(result) == 0) {
        bool offer = wish->outcome.offer_id != 0;
        return error_set(err, STATUS_BAD_INPUT, offer ? "unknown_offer" : "unknown_lead",
                         "there is no such %s", offer ? "offer" : "lead");
    }
    wish->outcome.lead_id = db_i64(result, 0, 0);
    wish->outcome.offer_id = db_is_null(result, 0, 1) ? 0 : db_i64(result, 0, 1);
    if (wish->outcome.offer_id == 0 && !wish->ends) {
        return error_set(err, STATUS_BAD_INPUT, "no_offer", "the lead has no open offer");
    }
    wish->starts = wish->starts && wish->outcome.offer_id != 0; /* it answers an offer */
    return STATUS_OK;
}

static Status outcome_about(Cli *cli, OutcomeWish *wish, Error *err)
{
    if (cli_flag(cli, "offer") == cli_flag(cli, "lead")) {
        return cli_usage(err, "give --offer or --lead");
    }
    Status status = outcome_number(cli, "offer", &wish->outcome.offer_id, err);
    if (status == STATUS_OK) {
        status = outcome_number(cli, "lead", &wish->outcome.lead_id, err);
    }
    return status == STATUS_OK ? outcome_find(cli, wish, err) : status;
}

/* ---- telling ---- */

static void outcome_on_delivery(void *context, void *tag, const Error *err)
{
    (void)context;
    (void)tag;
    (void)err;
}

/* The message of a type has only what belongs into it. */
static Outcome outcome_of(const OutcomeWish *wish, OutcomeType type, const char *id)
{
    Outcome outcome = wish->outcome;
    outcome.type = type;
    outcome.id = id;
    outcome.source = wish->source;
    outcome.call_id = wish->call_id;
    if (type != OUTCOME_ENDED) {
        outcome.disposition = outcome.callback_agent = NULL;
        outcome.ended_us = outcome.callback_us = 0;
    }
    if (type == OUTCOME_RELEASED) {
        outcome.call_id = outcome.agent = NULL;
        outcome.started_us = 0;
    } else {
        outcome.reason = NULL;
    }
    return outcome;
}

static Status
outcome_tell(Producer *producer, const OutcomeWish *wish, OutcomeType type, Error *err)
{
    char id[IDS_UUID_SIZE];
    ids_uuid4(id);
    Outcome outcome = outcome_of(wish, type, id);
    return outcome_send_wait(producer, &outcome, OUTCOME_WAIT_MS, err);
}

static Status outcome_tell_all(const Cli *cli, const OutcomeWish *wish, StrBuf *sent, Error *err)
{
    const struct {
        bool wished;
        OutcomeType type;
    } tells[] = {
        {wish->starts, OUTCOME_STARTED},
        {wish->ends, OUTCOME_ENDED},
        {wish->releases, OUTCOME_RELEASED},
    };
    Producer *producer = NULL;
    Status status = producer_open(&cli->config, outcome_on_delivery, NULL, &producer, err);
    for (size_t i = 0; status == STATUS_OK && i < sizeof tells / sizeof tells[0]; i++) {
        if (tells[i].wished) {
            status = outcome_tell(producer, wish, tells[i].type, err);
            strbuf_addf(sent, "%s%s", sent->len > 0 ? "," : "", outcome_type_name(tells[i].type));
        }
    }
    producer_close(producer);
    return status;
}

static void outcome_print(Cli *cli, const OutcomeWish *wish, const StrBuf *sent)
{
    AUTO_TABLE table;
    table_init(&table, outcome_columns);
    table_add_i64(&table, wish->outcome.lead_id);
    if (wish->outcome.offer_id != 0) {
        table_add_i64(&table, wish->outcome.offer_id);
    } else {
        table_add(&table, NULL);
    }
    table_add(&table, wish->releases ? NULL : wish->call_id);
    table_add(&table, sent->data);
    table_print_one(cli, &table);
}

static Status outcome(Cli *cli, Error *err)
{
    OutcomeWish wish = {0};
    AUTO_STRBUF sent = STRBUF_INIT;
    snprintf(wish.source, sizeof wish.source, "/leadspool/%s/cli", cli->config.ns);
    Status status = outcome_kinds(cli, &wish, err);
    if (status == STATUS_OK) {
        status = outcome_facts(cli, &wish, err);
    }
    if (status == STATUS_OK) {
        status = outcome_about(cli, &wish, err);
    }
    if (status == STATUS_OK) {
        status = outcome_tell_all(cli, &wish, &sent, err);
    }
    if (status == STATUS_OK) {
        outcome_print(cli, &wish, &sent);
    }
    return status;
}

const Verb cli_outcome_verbs[] = {
    {"", "[DISPOSITION]", 0, 1, "say what a call came to, in a dialer's place", outcome_options,
     "outcome SALE --offer 12 --duration 95 --agent maria\n"
     "outcome NA --lead 4294967297\n"
     "outcome --offer 12 --start\n"
     "outcome CB --offer 12 --call-id 0b9e... --callback-at 2026-11-24T15:00:00Z\n"
     "outcome --offer 12 --release --reason \"no agent free\"",
     outcome},
    {0},
};
