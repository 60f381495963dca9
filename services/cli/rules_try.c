#include "cli/rules_try.h"

#include "base/clock.h"
#include "cli/args.h"
#include "cli/lead_phone.h"
#include "cli/rules_verb.h"
#include "cli/span.h"
#include "cli/table.h"
#include "domain/recycle.h"
#include "domain/stage.h"
#include "domain/zone.h"
#include "domain/zone_gate.h"
#include "recycler/topup_plan.h"
#include "sql_queries.h"

const CliOption rules_try_options[] = {
    {"campaign", "ID", "the campaign"},
    {"disposition", "CODE", "what the last call came to"},
    {"attempts", "N", "calls of this pass that came to it, the last one included (default 1)"},
    {"phone", "NUMBER", "the lead's number"},
    {"state", "STATE", "the lead's state"},
    {"time-zone", "ZONE", "the lead's own"},
    {"list", "LIST", "its list, whose windows hold too"},
    {"at", "TIME", "when the last call ended (default: now)"},
    {"duration", "SPAN", "how long it took, as in 90s or 5m (default: no time)"},
    {"callback-at", "TIME", "when it was agreed to call back"},
    ARGS_JSON,
    {0},
};

static const TableColumn try_columns[] = {{"due_at", TABLE_TEXT}, {"reason", TABLE_TEXT}, {0}};

typedef struct Try {
    CampaignRules rules;
    const Disposition *last;
    ZoneGate gate;
    Hours list_hours;
    int64_t attempts;
    int64_t at_us;
    int64_t start_us; /* of the last call */
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

static Status try_start(const Cli *cli, Try *try, Error *err)
{
    int64_t seconds = 0;
    Status status = cli_option_span(cli, "duration", 0, 86400, &seconds, err);
    try->start_us = try->at_us - seconds * CLOCK_US_PER_SECOND;
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
    if (status == STATUS_OK) {
        status = cli_option_time(cli, "callback-at", &try->callback_us, err);
    }
    return status == STATUS_OK ? try_start(cli, try, err) : status;
}

/* The windows of --list. */
static Status try_list(Cli *cli, Try *try, Error *err)
{
    enum { WINDOWS = 8 }; /* of list_find.sql */
    const char *list_id = cli_option(cli, "list");
    DbParams params = {0};
    AUTO_RESULT *list = NULL;
    if (list_id == NULL) {
        return STATUS_OK;
    }
    db_param_text(&params, list_id);
    Status status = cli_query(cli, sql_list_find, &params, &list, err);
    if (status == STATUS_OK && db_rows(list) == 0) {
        return error_set_field(err, "list_id", "unknown_list",
                               "there is no list \"%s\": `leadspool list ls` shows all", list_id);
    }
    return status == STATUS_OK ? hours_parse(db_text(list, 0, WINDOWS), &try->list_hours, err)
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
        const char *own = cli_option(cli, "time-zone");
        if (!zone_candidates(phone, text_of(cli_option(cli, "state")), country,
                             text_of(own != NULL ? own : ""), &evidence)) {
            return cli_usage(err, "\"%s\" is not a time zone", own);
        }
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

/* By its rule, without what else there was to the number. */
static RecycleDue try_rule(const Try *try, const CallingPlace *place)
{
    CallingRules calling;
    campaign_calling(&try->rules, &try->list_hours, NULL, &calling);
    RecycleFacts facts = {.rule = campaign_rule(&try->rules, try->last->code),
                          .tries = (int)try->attempts,
                          .attempts = (int)try->attempts,
                          .max_attempts = try->rules.max_attempts,
                          .ended_us = try->at_us,
                          .callback = try->last->callback,
                          .callback_us = try->callback_us,
                          .starts_us = &try->start_us,
                          .start_count = 1,
                          .calling = &calling,
                          .place = place};
    RecycleDue due;
    recycle_due(&facts, &due);
    return due;
}

/* The cap and the gap of its number after that call, as a top-up sees them. */
static const char *try_number(const Try *try, const CallingPlace *place, RecycleDue *due)
{
    CallingRules calling;
    TopupFacts facts = {.rules = &try->rules,
                        .place = place,
                        .calls_us = &try->start_us,
                        .call_count = 1,
                        .now_us = due->due_us};
    bool capped = topup_caps_free_us(&facts) > due->due_us;
    int64_t free_us = topup_cap_free_us(&facts);
    if (due->exhausted || free_us <= due->due_us) {
        return NULL;
    }
    campaign_calling(&try->rules, &try->list_hours, campaign_rule(&try->rules, try->last->code),
                     &calling);
    int64_t open_us = calling_next(&calling, place, free_us);
    due->due_us = open_us != CALLING_NEVER ? open_us : free_us;
    return capped ? "number_cap" : "number_gap";
}

static void try_print(Cli *cli, const Try *try)
{
    AUTO_TABLE table;
    char text[CLOCK_RFC3339_SIZE];
    const char *end = try_end(try->last);
    CallingPlace place = {.zones = try->gate.zones, .regions = try->gate.regions};
    RecycleDue due = try_rule(try, &place);
    const char *number = end == NULL ? try_number(try, &place, &due) : NULL;
    const char *why = number != NULL ? number : recycle_why_name(due.why);
    clock_format_rfc3339(due.due_us, text);
    table_init(&table, try_columns);
    table_add(&table, end == NULL && !due.exhausted ? text : NULL);
    table_add(&table, end != NULL ? end : why);
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
        status = try_list(cli, &try, err);
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
