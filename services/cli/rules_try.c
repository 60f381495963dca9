#include "cli/rules_try.h"

#include "base/clock.h"
#include "cli/args.h"
#include "cli/lead_phone.h"
#include "cli/rules_verb.h"
#include "cli/table.h"
#include "domain/recycle.h"
#include "domain/stage.h"
#include "domain/zone.h"
#include "domain/zone_gate.h"

const CliOption rules_try_options[] = {
    {"campaign", "ID", "the campaign"},
    {"disposition", "CODE", "what the last call came to"},
    {"attempts", "N", "calls of this pass that came to it, the last one included (default 1)"},
    {"phone", "NUMBER", "the lead's number"},
    {"state", "STATE", "the lead's state"},
    {"at", "TIME", "when the last call ended (default: now)"},
    {"callback-at", "TIME", "when it was agreed to call back"},
    ARGS_JSON,
    {0},
};

static const TableColumn try_columns[] = {{"due_at", TABLE_TEXT}, {"reason", TABLE_TEXT}, {0}};

typedef struct Try {
    CampaignRules rules;
    const Disposition *last;
    ZoneGate gate;
    int64_t attempts;
    int64_t at_us;
    int64_t callback_us;
} Try;

/* ---- what is asked ---- */

static Status try_need(const Cli *cli, Error *err)
{
    static const char *const needed[] = {"campaign", "disposition", "phone"};
    Status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof needed / sizeof needed[0]; i++) {
        status = cli_need(cli, needed[i], err);
    }
    return status;
}

static Status try_options(const Cli *cli, Try *try, Error *err)
{
    try->attempts = 1;
    try->at_us = clock_now_us();
    Status status = cli_option_i64(cli, "attempts", 1, RECYCLE_ATTEMPTS_MAX, &try->attempts, err);
    if (status == STATUS_OK) {
        status = cli_option_time(cli, "at", &try->at_us, err);
    }
    return status == STATUS_OK ? cli_option_time(cli, "callback-at", &try->callback_us, err)
                               : status;
}

static Status try_disposition(const Cli *cli, Try *try, Error *err)
{
    const char *code = cli_option(cli, "disposition");
    try->last = campaign_disposition(&try->rules, code);
    return try->last != NULL
               ? STATUS_OK
               : error_set_field(err, "disposition", "unknown_disposition",
                                 "the campaign has no disposition \"%s\": `leadspool disposition "
                                 "ls --campaign %s` shows all",
                                 code, try->rules.campaign_id);
}

static Status try_place(const Cli *cli, Try *try, Error *err)
{
    char key[ZONE_KEY_SIZE];
    uint64_t phone = 0;
    ZoneEvidence evidence = ZONE_EVIDENCE_NONE;
    const char *country = try->rules.default_country;
    Status status = lead_phone_parse(cli_option(cli, "phone"), country, &phone, err);
    if (status == STATUS_OK) {
        (void)zone_candidates(phone, text_of(cli_option(cli, "state")), country, text_of(""),
                              &evidence);
        zone_key(&evidence, key);
        zone_gate(key, &try->gate);
    }
    return status;
}

/* ---- the answer ---- */

/* Why a disposition ends it, whatever the rules say; NULL when it does not. */
static const char *try_end(const Disposition *last)
{
    StageFacts facts = {.dnc = last->dnc, .invalid = last->invalid, .finished = last->final};
    Stage stage = stage_of(&facts);
    return stage != STAGE_READY ? stage_name(stage) : NULL;
}

static RecycleDue try_due(const Try *try)
{
    CallingRules calling;
    CallingPlace place = {.zones = try->gate.zones, .regions = try->gate.regions};
    campaign_calling(&try->rules, NULL, NULL, &calling);
    RecycleFacts facts = {.rule = campaign_rule(&try->rules, try->last->code),
                          .tries = (int)try->attempts,
                          .attempts = (int)try->attempts,
                          .max_attempts = try->rules.max_attempts,
                          .ended_us = try->at_us,
                          .callback = try->last->callback,
                          .callback_us = try->callback_us,
                          .starts_us = &try->at_us,
                          .start_count = 1,
                          .calling = &calling,
                          .place = &place};
    RecycleDue due;
    recycle_due(&facts, &due);
    return due;
}

static void try_print(Cli *cli, const Try *try)
{
    AUTO_TABLE table;
    char text[CLOCK_RFC3339_SIZE];
    const char *end = try_end(try->last);
    RecycleDue due = try_due(try);
    clock_format_rfc3339(due.due_us, text);
    table_init(&table, try_columns);
    table_add(&table, end == NULL && !due.exhausted ? text : NULL);
    table_add(&table, end != NULL ? end : recycle_why_name(due.why));
    table_print_one(cli, &table);
}

static Status try_answer(Cli *cli, Try *try, Error *err)
{
    Status status = try_disposition(cli, try, err);
    if (status == STATUS_OK) {
        status = try_place(cli, try, err);
    }
    if (status == STATUS_OK) {
        try_print(cli, try);
    }
    return status;
}

Status rules_try(Cli *cli, Error *err)
{
    Try try = {0};
    Status status = try_need(cli, err);
    if (status == STATUS_OK) {
        status = try_options(cli, &try, err);
    }
    if (status == STATUS_OK) {
        status = rules_fetch(cli, &try.rules, err);
    }
    if (status == STATUS_OK) {
        status = try_answer(cli, &try, err);
        campaign_rules_done(&try.rules);
    }
    return status;
}
