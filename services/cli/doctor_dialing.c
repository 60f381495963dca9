/* Checks of doctor.h on dialing: nobody is with two dialers, and every lead stands where its facts
 * and its campaign's rules put it. */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "cli/doctor.h"
#include "recycler/topup_plan.h"
#include "runtime/campaign_store.h"
#include "sql_queries.h"

enum { DIALING_LEADS = 5000 }; /* looked at in one transaction */

/* ---- two at a time ---- */

static Status dialing_twice(Cli *cli, Check *check, Error *err)
{
    AUTO_RESULT *rows = NULL;
    Status status = cli_query_long(cli, sql_cli_doctor_offers, NULL, &rows, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(rows); row++) {
        check_problem(check, "%s", db_text(rows, row, 0));
    }
    return status;
}

/* ---- exhausted, by the rules ---- */

typedef struct Exhausted {
    Cli *cli;
    Check *check;
    int32_t list_no;
    const char *list_id;
    int64_t after; /* the last lead that was looked at */
    bool more;
} Exhausted;

static void exhausted_check(const Exhausted *look, const LeadDial *lead, const CampaignRules *rules)
{
    TopupFacts facts = {.lead = lead, .rules = rules};
    RecycleDue due = topup_recycled(&facts);
    bool is_marked = (lead->hold & LEAD_HOLD_EXHAUSTED) != 0;
    if (due.exhausted != is_marked) {
        check_problem(look->check, "list %s: lead %" PRId64 ": %s, but by the rules %s",
                      look->list_id, lead->lead_id, is_marked ? "exhausted" : "not exhausted",
                      recycle_why_name(due.why));
    }
}

static Status exhausted_span(Exhausted *look, Db *db, DbArray *called, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    db_param_i64(&params, look->list_no);
    db_param_i64(&params, look->after);
    db_param_i64(&params, DIALING_LEADS);
    Status status = db_query(db, sql_reapply_span, &params, &rows, err);
    if (status != STATUS_OK) {
        return status;
    }
    look->more = db_rows(rows) == DIALING_LEADS;
    for (int row = 0; row < db_rows(rows); row++) {
        look->after = db_i64(rows, row, 0);
        if (db_bool(rows, row, 1)) {
            db_array_i64(called, look->after);
        }
    }
    return STATUS_OK;
}

static Status
exhausted_leads(const Exhausted *look, Db *db, DbArray *called, int32_t campaign_no, Error *err)
{
    CampaignRules rules;
    AUTO_LEAD_DIALS leads = {0};
    if (called->count == 0) {
        return STATUS_OK;
    }
    Status status = campaign_rules_load(db, campaign_no, &rules, err);
    if (status != STATUS_OK) {
        return status;
    }
    status = lead_dials_look(db, called, &leads, err);
    for (int i = 0; status == STATUS_OK && i < leads.count; i++) {
        exhausted_check(look, &leads.rows[i], &rules);
    }
    campaign_rules_done(&rules);
    return status;
}

/* Rules, jobs and leads of one moment: while rules are reapplied, leads are behind them. */
static Status exhausted_part(Exhausted *look, Db *db, DbArray *called, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *row = NULL;
    db_param_i64(&params, look->list_no);
    Status status = db_query(db, sql_cli_doctor_rules, &params, &row, err);
    look->more = false;
    if (status != STATUS_OK || db_rows(row) == 0) {
        return status;
    }
    if (db_bool(row, 0, 1)) {
        check_note(look->check, "list %s: a job is at work on it; rules were not looked at",
                   look->list_id);
        return STATUS_OK;
    }
    status = exhausted_span(look, db, called, err);
    return status == STATUS_OK ? exhausted_leads(look, db, called, (int32_t)db_i64(row, 0, 0), err)
                               : status;
}

static Status exhausted_next(Exhausted *look, Error *err)
{
    DbArray called = {0};
    AUTO_TX Db *db = cli_db(look->cli);
    Status status = db_begin_snapshot(db, err);
    db_array_begin(&called, DB_ARRAY_INT8);
    if (status == STATUS_OK) {
        status = exhausted_part(look, db, &called, err);
    }
    db_array_done(&called);
    return status;
}

static Status dialing_rules(Cli *cli, Check *check, Error *err)
{
    AUTO_RESULT *lists = NULL;
    Status status = law_packs_load(cli->config.law_packs, err);
    if (status == STATUS_OK) {
        status = cli_query(cli, sql_cli_doctor_lists, NULL, &lists, err);
    }
    for (int row = 0; status == STATUS_OK && row < db_rows(lists); row++) {
        Exhausted look = {.cli = cli,
                          .check = check,
                          .list_no = (int32_t)db_i64(lists, row, 0),
                          .list_id = db_text(lists, row, 1),
                          .more = true};
        while (status == STATUS_OK && look.more) {
            status = exhausted_next(&look, err);
        }
    }
    return status;
}

/* ---- the checks ---- */

Status doctor_dialing(Cli *cli, Check *check, Error *err)
{
    Status status = dialing_twice(cli, check, err);
    if (status == STATUS_OK) {
        status = doctor_each_list(cli, sql_cli_doctor_dialing, clock_now_us(), check, err);
    }
    return status == STATUS_OK ? dialing_rules(cli, check, err) : status;
}

Status doctor_calls(Cli *cli, Check *check, Error *err)
{
    AUTO_RESULT *lists = NULL;
    AUTO_RESULT *wrong = NULL;
    Status status = cli_query(cli, sql_cli_doctor_lists, NULL, &lists, err);
    if (status == STATUS_OK) {
        status = cli_query_long(cli, sql_cli_doctor_calls, NULL, &wrong, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    check->checked = db_rows(lists);
    for (int row = 0; row < db_rows(wrong); row++) {
        check_problem(check, "list %s: %s: %s, but %s", db_text(wrong, row, 0),
                      db_text(wrong, row, 1), db_text(wrong, row, 2), db_text(wrong, row, 3));
    }
    return STATUS_OK;
}
