#include "importer/dnc_command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "domain/address.h"
#include "domain/phone.h"
#include "importer/importer_state.h"
#include "runtime/dnc_leads.h"
#include "runtime/dnc_store.h"
#include "runtime/lead_dial.h"
#include "runtime/number_store.h"

/* As a new campaign has it. */
#define DNC_DEFAULT_COUNTRY "US"

typedef struct DncCommand {
    /* As it came. */
    const char *phone;
    const char *campaign_id;
    const char *source;
    const char *default_country;
    int64_t expires_us; /* INT64_MIN: not given; as read: DNC_FOREVER */
    /* As read. */
    int32_t campaign_no;
    DncNumber number;
    const char *asked_by;
} DncCommand;

enum { DNC_PHONE_MAX = 64 };

static const JsonField dnc_add_fields[] = {
    {"phone", JSON_FIELD_STRING, offsetof(DncCommand, phone), .required = true, .min = 1,
     .max = DNC_PHONE_MAX},
    {"campaign_id", JSON_FIELD_ID, offsetof(DncCommand, campaign_id)},
    {"source", JSON_FIELD_STRING, offsetof(DncCommand, source)},
    {"expires_at", JSON_FIELD_TIME, offsetof(DncCommand, expires_us)},
    {"default_country", JSON_FIELD_STRING, offsetof(DncCommand, default_country), .min = 2,
     .max = 2},
    {0},
};

static const JsonField dnc_remove_fields[] = {
    {"phone", JSON_FIELD_STRING, offsetof(DncCommand, phone), .required = true, .min = 1,
     .max = DNC_PHONE_MAX},
    {"campaign_id", JSON_FIELD_ID, offsetof(DncCommand, campaign_id)},
    {"default_country", JSON_FIELD_STRING, offsetof(DncCommand, default_country), .min = 2,
     .max = 2},
    {0},
};

/* ---- reading ---- */

Status
dnc_read_campaign(Db *db, const char *campaign_id, int32_t *ret_no, char ret_country[3], Error *err)
{
    snprintf(ret_country, 3, "%s", DNC_DEFAULT_COUNTRY);
    *ret_no = DNC_EVERY_CAMPAIGN;
    if (campaign_id == NULL) {
        return STATUS_OK;
    }
    Status status = dnc_find_campaign(db, campaign_id, ret_no, ret_country, err);
    if (status == STATUS_OK && *ret_no < 0) {
        return error_set_field(err, "campaign_id", "unknown_campaign", "there is no campaign %s",
                               campaign_id);
    }
    return status;
}

Status dnc_read_country(const char *said, char country[3], Error *err)
{
    if (said != NULL && !address_country(text_of(said), country)) {
        return error_set_field(err, "default_country", "country_unknown",
                               "no such country: use its two-letter code, such as US");
    }
    return STATUS_OK;
}

static Status read_phone(const Config *cfg, DncCommand *command, const char *country, Error *err)
{
    AUTO_STRBUF scratch = STRBUF_INIT;
    TextSlice text = text_clean(text_of(command->phone), &scratch);
    PhoneRules rules;
    if (!phone_rules_init(&rules, country, false)) {
        phone_rules_init(&rules, "", false);
    }
    Phone phone;
    PhoneResult result = phone_parse(text.data, text.len, &rules, &phone);
    if (result != PHONE_OK) {
        return error_set_field(err, "phone", phone_result_code(result), "%s",
                               phone_result_text(result));
    }
    command->number.phone = (int64_t)phone.e164;
    number_digest(cfg, command->number.phone, command->number.digest);
    return STATUS_OK;
}

/* STATUS_BAD_INPUT: the command is to be rejected. */
static Status dnc_read(const Work *work, const JsonField fields[], DncCommand *ret, Error *err)
{
    const ImporterState *state = work->service;
    const Message *message = work->messages[0];
    char country[3];
    *ret = (DncCommand){.source = "", .expires_us = INT64_MIN, .asked_by = message->source};
    Status status = json_read_fields(message->data, fields, ret, err);
    if (status == STATUS_OK) {
        status = dnc_read_campaign(work->db, ret->campaign_id, &ret->campaign_no, country, err);
    }
    if (status == STATUS_OK) {
        status = dnc_read_country(ret->default_country, country, err);
    }
    if (status == STATUS_OK) {
        status = read_phone(state->cfg, ret, country, err);
    }
    if (ret->expires_us == INT64_MIN) {
        ret->expires_us = DNC_FOREVER;
    } else if (ret->expires_us == DNC_FOREVER) {
        ret->expires_us = 1; /* the first instant of 1970 was meant */
    }
    return status;
}

/* ---- entries ---- */

typedef DncStep DncPlan(const DncCommand *command, const DncEntry *open, int64_t now_us);

static DncStep plan_add(const DncCommand *command, const DncEntry *open, int64_t now_us)
{
    return dnc_plan_add(open, command->expires_us, now_us);
}

static DncStep plan_remove(const DncCommand *command, const DncEntry *open, int64_t now_us)
{
    return dnc_plan_remove(open, command->asked_by, now_us);
}

typedef struct DncChange {
    Work *work;
    const DncCommand *command;
    DncPlan *plan;
    int64_t number_id;
    DncEntry open;
    DncStep step;
} DncChange;

static Status insert_entry(const DncChange *change, Error *err)
{
    DncNewEntry entry = {.number_id = change->number_id,
                         .campaign_no = change->command->campaign_no,
                         .source = change->command->source,
                         .now_us = change->work->now_us,
                         .expires_us = change->command->expires_us};
    return dnc_insert_entry(change->work->db, &entry, err);
}

static Status write_step(const DncChange *change, Error *err)
{
    Db *db = change->work->db;
    const DncStep *step = &change->step;
    Status status = STATUS_OK;
    if (step->end_as != NULL) {
        status = dnc_end_entry(db, change->open.entry_no, step->end_as, change->work->now_us, err);
    }
    if (status == STATUS_OK && step->insert) {
        status = insert_entry(change, err);
    }
    if (status == STATUS_OK && (step->insert || step->end_as != NULL)) {
        status = dnc_insert_recheck(db, change->number_id, err);
    }
    return status;
}

static Status move_entry(DncChange *change, Error *err)
{
    Status status = dnc_find_entry(change->work->db, change->number_id,
                                   change->command->campaign_no, &change->open, err);
    if (status != STATUS_OK) {
        return status;
    }
    change->step = change->plan(change->command, &change->open, change->work->now_us);
    return write_step(change, err);
}

/* ---- apply ---- */

static void reply(Message *message, const char *result, int64_t leads)
{
    message_complete(message, mem_sprintf("\"results\":[{\"result\":\"%s\",\"leads\":%" PRId64 "}]",
                                          result, leads));
}

static Status dnc_change(DncChange *change, Error *err)
{
    Work *work = change->work;
    AUTO_DNC_NUMBERS numbers;
    int64_t moved = 0;
    dnc_numbers_begin(&numbers);
    db_array_i64(&numbers.ids, change->number_id);
    Status status = dnc_numbers_lock(&numbers, work->db, err);
    if (status == STATUS_OK) {
        status = move_entry(change, err);
    }
    if (status == STATUS_OK) {
        DncFollow follow = {.db = work->db,
                            .outbox = work->outbox,
                            .numbers = &numbers,
                            .message = work->messages[0],
                            .now_us = work->now_us};
        status = dnc_leads_follow(&follow, &moved, err);
    }
    if (status == STATUS_OK) {
        reply(work->messages[0], change->step.result, moved);
    }
    return status;
}

/* when_unknown: what to answer when the number has no row; NULL: it should have one. */
static Status
dnc_apply(Work *work, const JsonField fields[], DncPlan *plan, const char *when_unknown, Error *err)
{
    DncCommand command;
    int64_t number_id = 0;
    Error bad;
    Status status = dnc_read(work, fields, &command, &bad);
    if (status == STATUS_BAD_INPUT) {
        message_reject(work->messages[0], &bad);
        return STATUS_OK;
    }
    if (status != STATUS_OK) {
        *err = bad;
        return status;
    }
    status = lead_begin(work->db, err);
    if (status == STATUS_OK) {
        status = dnc_find_number(work->db, &command.number, &number_id, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (number_id == 0 && when_unknown == NULL) {
        return error_set(err, STATUS_RETRY, "number_gone", "the number's row is gone");
    }
    if (number_id == 0) {
        reply(work->messages[0], when_unknown, 0);
        return STATUS_OK;
    }
    DncChange change = {.work = work, .command = &command, .plan = plan, .number_id = number_id};
    return dnc_change(&change, err);
}

Status dnc_add_apply(Work *work, Error *err)
{
    return dnc_apply(work, dnc_add_fields, plan_add, NULL, err);
}

Status dnc_remove_apply(Work *work, Error *err)
{
    return dnc_apply(work, dnc_remove_fields, plan_remove, "absent", err);
}

/* A bad command is left to apply, which answers it. */
Status dnc_add_prepare(Work *work, Error *err)
{
    AUTO_TX Db *tx = work->db;
    DncCommand command;
    int64_t number_id = 0;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = dnc_read(work, dnc_add_fields, &command, err);
    }
    if (status == STATUS_OK) {
        status = dnc_find_number(tx, &command.number, &number_id, err);
    }
    if (status == STATUS_OK && number_id == 0) {
        const ImporterState *state = work->service;
        db_rollback(tx);
        return number_make(tx, state->cfg, &command.number.phone, 1, err);
    }
    return status == STATUS_BAD_INPUT ? STATUS_OK : status;
}
