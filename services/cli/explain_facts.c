#include "cli/explain_facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "runtime/campaign_store.h"
#include "sql_queries.h"

void explain_done(ExplainFacts *facts)
{
    db_result_free(facts->row);
    db_result_free(facts->entries);
    db_result_free(facts->offers);
    db_result_free(facts->calls);
    free(facts->calls_us);
    lead_dials_done(&facts->lead);
    if (facts->has_rules) {
        campaign_rules_done(&facts->rules);
    }
}

/* ---- reading ---- */

static Status read_row(Db *db, const ExplainWish *wish, ExplainFacts *facts, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, wish->lead_id);
    db_param_text(&params, wish->list_id);
    db_param_i64(&params, wish->phone);
    Status status = db_query(db, sql_cli_explain_lead, &params, &facts->row, err);
    if (status == STATUS_OK && db_rows(facts->row) == 0) {
        return error_set(err, STATUS_BAD_INPUT, "unknown_lead", "there is no such lead");
    }
    return status;
}

static Status read_lead(Db *db, ExplainFacts *facts, Error *err)
{
    DbArray ids = {0};
    db_array_begin(&ids, DB_ARRAY_INT8);
    db_array_i64(&ids, db_i64(facts->row, 0, EXPLAIN_LEAD_ID));
    Status status = lead_dials_look(db, &ids, &facts->lead, err);
    db_array_done(&ids);
    return status;
}

static Status read_rules(Db *db, ExplainFacts *facts, Error *err)
{
    int32_t campaign_no = (int32_t)db_i64(facts->row, 0, EXPLAIN_CAMPAIGN_NO);
    Status status = campaign_rules_load(db, campaign_no, &facts->rules, err);
    facts->has_rules = status == STATUS_OK;
    return status == STATUS_OK
               ? hours_parse(db_text(facts->row, 0, EXPLAIN_WINDOWS), &facts->list_hours, err)
               : status;
}

static Status read_entries(Db *db, ExplainFacts *facts, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, db_i64(facts->row, 0, EXPLAIN_NUMBER_ID));
    db_param_i64(&params, facts->rules.campaign_no);
    db_param_time(&params, facts->at_us);
    return db_query(db, sql_cli_explain_entries, &params, &facts->entries, err);
}

static Status read_offers(Db *db, ExplainFacts *facts, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, db_i64(facts->row, 0, EXPLAIN_LEAD_ID));
    db_param_i64(&params, db_i64(facts->row, 0, EXPLAIN_NUMBER_ID));
    return db_query(db, sql_cli_explain_offers, &params, &facts->offers, err);
}

static Status read_calls(Db *db, ExplainFacts *facts, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, db_i64(facts->row, 0, EXPLAIN_NUMBER_ID));
    db_param_time(&params, facts->at_us - topup_calls_window_us(&facts->rules, facts->at_us));
    db_param_time(&params, facts->at_us);
    return db_query(db, sql_cli_explain_calls, &params, &facts->calls, err);
}

static Status read_all(Db *db, const ExplainWish *wish, ExplainFacts *facts, Error *err)
{
    static Status (*const reads[])(Db *, ExplainFacts *, Error *) = {
        read_lead, read_rules, read_entries, read_offers, read_calls,
    };
    Status status = read_row(db, wish, facts, err);
    for (size_t i = 0; status == STATUS_OK && i < sizeof reads / sizeof reads[0]; i++) {
        status = reads[i](db, facts, err);
    }
    return status;
}

/* ---- what it comes to ---- */

static int64_t entry_until_us(const DbResult *entries)
{
    if (db_rows(entries) == 0) {
        return 0;
    }
    return db_is_null(entries, 0, ENTRY_EXPIRES) ? CALLING_NEVER
                                                 : db_i64(entries, 0, ENTRY_EXPIRES);
}

static void take_offers(ExplainFacts *facts)
{
    const DbResult *offers = facts->offers;
    int64_t lead_id = facts->lead.rows[0].lead_id;
    for (int i = 0; i < db_rows(offers); i++) {
        bool own = db_i64(offers, i, OFFER_LEAD_ID) == lead_id;
        int64_t *until_us = own ? &facts->why.offer_until_us : &facts->why.busy_until_us;
        *until_us = db_i64(offers, i, OFFER_HELD_UNTIL);
    }
}

static void take_calls(ExplainFacts *facts)
{
    int count = db_rows(facts->calls);
    facts->calls_us = mem_alloc((size_t)(count + 1) * sizeof *facts->calls_us);
    for (int i = 0; i < count; i++) {
        facts->calls_us[i] = db_i64(facts->calls, i, CALL_STARTED);
    }
}

static void take_all(ExplainFacts *facts)
{
    facts->place = (CallingPlace){.zones = db_text(facts->row, 0, EXPLAIN_ZONES),
                                  .regions = db_text(facts->row, 0, EXPLAIN_REGIONS)};
    take_calls(facts);
    facts->why = (WhyFacts){
        .lead = {.lead = &facts->lead.rows[0],
                 .rules = &facts->rules,
                 .list_hours = &facts->list_hours,
                 .place = &facts->place,
                 .calls_us = facts->calls_us,
                 .call_count = db_rows(facts->calls),
                 .now_us = facts->at_us},
        .campaign_held = db_text(facts->row, 0, EXPLAIN_HELD)[0] != '\0',
        .list_active = strcmp(db_text(facts->row, 0, EXPLAIN_LIFE), "active") == 0,
        .entry_until_us = entry_until_us(facts->entries),
        .known_us = clock_now_us(),
        .put_off = (TopupWhy)db_i64(facts->row, 0, EXPLAIN_PUT_OFF),
    };
    take_offers(facts);
}

Status explain_read(Cli *cli, const ExplainWish *wish, ExplainFacts *ret, Error *err)
{
    ret->at_us = wish->at_us;
    Status status = calling_load(cli->config.law_packs, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TX Db *db = cli_db(cli);
    status = db_begin_snapshot(db, err);
    if (status == STATUS_OK) {
        status = read_all(db, wish, ret, err);
    }
    if (status == STATUS_OK) {
        take_all(ret);
    }
    return status;
}
