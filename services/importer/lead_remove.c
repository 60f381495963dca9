#include "importer/lead_remove.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "domain/address.h"
#include "domain/phone.h"
#include "importer/importer_state.h"
#include "runtime/lead_tell.h"
#include "runtime/number_store.h"
#include "runtime/offer_revoke.h"
#include "sql_queries.h"

enum { REMOVE_PHONE_MAX = 64, REMOVE_EXTERNAL_MAX = 1024 };

/* As it came, and which lead that is. */
typedef struct Remove {
    const char *list_id;
    const char *phone;
    const char *external_id;
    const char *default_country;
    int64_t lead_id;    /* 0: there is no such lead */
    int64_t lead_phone; /* E.164 digits; 0: unknown */
    int32_t list_no;    /* the lead's; 0: any list */
} Remove;

static const JsonField delete_fields[] = {
    {"lead_id", JSON_FIELD_NUMBER_ID, offsetof(Remove, lead_id)},
    {"list_id", JSON_FIELD_ID, offsetof(Remove, list_id)},
    {"phone", JSON_FIELD_STRING, offsetof(Remove, phone), .min = 1, .max = REMOVE_PHONE_MAX},
    {"external_id", JSON_FIELD_STRING, offsetof(Remove, external_id), .min = 1,
     .max = REMOVE_EXTERNAL_MAX},
    {"default_country", JSON_FIELD_STRING, offsetof(Remove, default_country), .min = 2, .max = 2},
    {0},
};

static const JsonField erase_fields[] = {
    {"lead_id", JSON_FIELD_NUMBER_ID, offsetof(Remove, lead_id)},
    {"phone", JSON_FIELD_STRING, offsetof(Remove, phone), .min = 1, .max = REMOVE_PHONE_MAX},
    {"default_country", JSON_FIELD_STRING, offsetof(Remove, default_country), .min = 2, .max = 2},
    {0},
};

/* ---- which lead ---- */

static Status read_phone(Remove *remove, Error *err)
{
    char country[3] = "US";
    AUTO_STRBUF scratch = STRBUF_INIT;
    PhoneRules rules;
    Phone phone;
    if (remove->phone == NULL) {
        return STATUS_OK;
    }
    if (remove->default_country != NULL &&
        !address_country(text_of(remove->default_country), country)) {
        return error_set_field(err, "default_country", "country_unknown",
                               "no such country: use its two-letter code, such as US");
    }
    if (!phone_rules_init(&rules, country, false)) {
        phone_rules_init(&rules, "", false);
    }
    TextSlice text = text_clean(text_of(remove->phone), &scratch);
    PhoneResult result = phone_parse(text.data, text.len, &rules, &phone);
    if (result != PHONE_OK) {
        return error_set_field(err, "phone", phone_result_code(result), "%s",
                               phone_result_text(result));
    }
    remove->lead_phone = (int64_t)phone.e164;
    return STATUS_OK;
}

static Status read_delete(const json_t *data, Remove *ret, Error *err)
{
    Status status = json_read_fields(data, delete_fields, ret, err);
    if (status != STATUS_OK) {
        return status;
    }
    int in_list = (ret->phone != NULL) + (ret->external_id != NULL);
    bool by_id = ret->lead_id != 0 && ret->list_id == NULL && in_list == 0;
    bool by_list = ret->lead_id == 0 && ret->list_id != NULL && in_list == 1;
    if (!by_id && !by_list) {
        return error_set_field(err, "lead_id", "missing_field",
                               "give lead_id, or list_id with phone or external_id");
    }
    return read_phone(ret, err);
}

static Status read_erase(const json_t *data, Remove *ret, Error *err)
{
    Status status = json_read_fields(data, erase_fields, ret, err);
    if (status != STATUS_OK) {
        return status;
    }
    if ((ret->lead_id != 0) == (ret->phone != NULL)) {
        return error_set_field(err, "phone", "missing_field", "give phone or lead_id");
    }
    return read_phone(ret, err);
}

static Status find_lead(Db *db, Remove *remove, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, remove->lead_id);
    db_param_text(&params, remove->list_id);
    db_param_i64(&params, remove->lead_phone);
    db_param_text(&params, remove->external_id);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_lead_find_one, &params, &result, err);
    if (status == STATUS_OK) {
        bool found = db_rows(result) > 0;
        remove->lead_id = found ? db_i64(result, 0, 0) : 0;
        remove->lead_phone = found ? db_i64(result, 0, 1) : 0;
        remove->list_no = found ? (int32_t)db_i64(result, 0, 2) : 0;
    }
    return status;
}

/* ---- removing ---- */

/* One that has another number or list, now that it is locked, is not the one that was meant. */
static Status check_leads(const LeadDials *leads, const Remove *meant, Error *err)
{
    for (int row = 0; row < leads->count; row++) {
        const LeadDial *lead = &leads->rows[row];
        if (lead->phone != meant->lead_phone ||
            (meant->list_no != 0 && lead->list_no != meant->list_no)) {
            return error_set(err, STATUS_RETRY, "lead_moved", "a lead changed meanwhile");
        }
    }
    return STATUS_OK;
}

/* Locks the leads, writes them away, counts, and takes offers back. */
static Status
remove_leads(Work *work, DbArray *lead_ids, const Remove *meant, int64_t *ret_count, Error *err)
{
    AUTO_LEAD_DIALS leads = {0};
    AUTO_GATES gates = {0};
    Status status = lead_dials_lock(work->db, lead_ids, false, &leads, err);
    *ret_count = leads.count;
    if (status == STATUS_OK) {
        status = check_leads(&leads, meant, err);
    }
    if (status != STATUS_OK || leads.count == 0) {
        return status;
    }
    AUTO_FREE const char **reasons = mem_alloc((size_t)(leads.count + 1) * sizeof *reasons);
    for (int row = 0; row < leads.count; row++) {
        leads.rows[row].list_no = 0;
        leads.changed[row] = true;
        reasons[row] = "lead_deleted";
    }
    LeadTell tell = {.outbox = work->outbox, .dials = &leads, .message = work->messages[0]};
    status = lead_dials_write(&leads, work->db, err);
    if (status == STATUS_OK) {
        status = lead_dials_apply(&leads, work->db, work->outbox, &gates, err);
    }
    return status == STATUS_OK ? offer_revoke(&tell, work->db, &gates, reasons, err) : status;
}

static Status delete_lead(Work *work, Remove *remove, Error *err)
{
    DbArray ids = {0};
    int64_t count = 0;
    db_array_begin(&ids, DB_ARRAY_INT8);
    Status status = lead_begin(work->db, err);
    if (status == STATUS_OK) {
        status = find_lead(work->db, remove, err);
    }
    if (status == STATUS_OK && remove->lead_id != 0) {
        db_array_i64(&ids, remove->lead_id);
        status = remove_leads(work, &ids, remove, &count, err);
    }
    db_array_done(&ids);
    if (status == STATUS_OK && count == 0) {
        message_complete(work->messages[0], mem_sprintf("\"results\":[{\"result\":\"absent\"}]"));
    } else if (status == STATUS_OK) {
        message_complete(work->messages[0], mem_sprintf("\"results\":[{\"lead_id\":\"%" PRId64
                                                        "\",\"result\":\"deleted\"}]",
                                                        remove->lead_id));
    }
    return status;
}

Status lead_delete_apply(Work *work, Error *err)
{
    Remove remove = {0};
    Error bad;
    if (read_delete(work->messages[0]->data, &remove, &bad) != STATUS_OK) {
        message_reject(work->messages[0], &bad);
        return STATUS_OK;
    }
    return delete_lead(work, &remove, err);
}

/* ---- erasing ---- */

/* Also one that has no digits any more. */
static Status find_number(Work *work, int64_t phone, int64_t *ret_id, Error *err)
{
    const ImporterState *state = work->service;
    uint8_t digest[HASH_SHA256_BYTES];
    DbParams params = {0};
    AUTO_RESULT *result = NULL;
    number_digest(state->cfg, phone, digest);
    db_param_i64(&params, phone);
    db_param_bytes(&params, digest, sizeof digest);
    Status status = db_query(work->db, sql_number_find, &params, &result, err);
    if (status == STATUS_OK) {
        *ret_id = db_rows(result) > 0 ? db_i64(result, 0, 0) : 0;
    }
    return status;
}

static Status note_number(Work *work, int64_t phone, Error *err)
{
    const ImporterState *state = work->service;
    uint8_t digest[HASH_SHA256_BYTES];
    DbParams params = {0};
    number_digest(state->cfg, phone, digest);
    db_param_i64(&params, phone);
    db_param_bytes(&params, digest, sizeof digest);
    AUTO_TX Db *tx = work->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_exec(tx, sql_number_note, &params, -1, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

static Status find_phone(Work *work, Remove *remove, Error *err)
{
    AUTO_TX Db *tx = work->db;
    Status status = db_begin(tx, err);
    return status == STATUS_OK ? find_lead(tx, remove, err) : status;
}

/* A bad command is left to apply, which answers it. This runs before a command is known to have
 * come before, so it gives no number its digits back: nobody would take them again. */
Status lead_erase_prepare(Work *work, Error *err)
{
    Remove remove = {0};
    Error bad;
    Status status = STATUS_OK;
    if (read_erase(work->messages[0]->data, &remove, &bad) != STATUS_OK) {
        return STATUS_OK;
    }
    if (remove.lead_id != 0) {
        status = find_phone(work, &remove, err);
    }
    return status == STATUS_OK && remove.lead_phone != 0 ? note_number(work, remove.lead_phone, err)
                                                         : status;
}

/* All leads of the number, whichever list they are in; the one that was named is among them, unless
 * it took another number meanwhile. */
static Status erase_leads(Work *work, const Remove *remove, int64_t *ret_count, Error *err)
{
    Remove meant = {.lead_phone = remove->lead_phone};
    bool named = remove->lead_id == 0;
    DbArray phones = {0};
    DbArray ids = {0};
    db_array_begin(&phones, DB_ARRAY_INT8);
    db_array_begin(&ids, DB_ARRAY_INT8);
    db_array_i64(&phones, remove->lead_phone);
    DbParams params = {0};
    db_param_array(&params, &phones);
    AUTO_RESULT *found = NULL;
    Status status = db_query_binary(work->db, sql_dnc_leads, &params, &found, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(found); row++) {
        db_array_i64(&ids, db_bin_i64(found, row, 0));
        named = named || db_bin_i64(found, row, 0) == remove->lead_id;
    }
    if (status == STATUS_OK && !named) {
        status = error_set(err, STATUS_RETRY, "lead_moved", "the lead changed meanwhile");
    }
    if (status == STATUS_OK) {
        status = remove_leads(work, &ids, &meant, ret_count, err);
    }
    db_array_done(&phones);
    db_array_done(&ids);
    return status;
}

/* On the list of every campaign for ever, unless it is on that already. */
static Status suppress_number(Work *work, DbArray *number_ids, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, number_ids);
    db_param_time(&params, work->now_us);
    AUTO_RESULT *wanted = NULL;
    Status status = db_query(work->db, sql_outcome_dnc_add, &params, &wanted, err);
    if (status != STATUS_OK || db_rows(wanted) == 0) {
        return status;
    }
    DbParams entry = {0};
    db_param_array(&entry, number_ids);
    db_param_text(&entry, "erased");
    db_param_time(&entry, work->now_us);
    return db_exec(work->db, sql_outcome_dnc_insert, &entry, -1, err);
}

static Status blank_number(Work *work, int64_t number_id, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, number_id);
    return db_exec(work->db, sql_number_blank, &params, 1, err);
}

/* The number's row is locked. */
static Status erase_number(Work *work, int64_t number_id, DbArray *number_ids, Error *err)
{
    AUTO_RESULT *locked = NULL;
    Status status = number_lock(work->db, number_ids, false, &locked, err);
    if (status == STATUS_OK) {
        status = suppress_number(work, number_ids, err);
    }
    return status == STATUS_OK ? blank_number(work, number_id, err) : status;
}

/* Filters that name the number. */
static Status erase_from_jobs(Work *work, int64_t phone, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, phone);
    return db_exec(work->db, sql_job_erase, &params, -1, err);
}

/* Number, leads, list_stats, jobs: in the lock order. */
static Status erase_person(Work *work, const Remove *remove, Error *err)
{
    DbArray ids = {0};
    int64_t number_id = 0;
    int64_t leads = 0;
    db_array_begin(&ids, DB_ARRAY_INT8);
    Status status = find_number(work, remove->lead_phone, &number_id, err);
    if (status == STATUS_OK && number_id == 0) {
        status = error_set(err, STATUS_RETRY, "number_gone", "the number's row is gone");
    }
    if (status == STATUS_OK) {
        db_array_i64(&ids, number_id);
        status = erase_number(work, number_id, &ids, err);
    }
    db_array_done(&ids);
    if (status == STATUS_OK) {
        status = erase_leads(work, remove, &leads, err);
    }
    if (status == STATUS_OK) {
        status = erase_from_jobs(work, remove->lead_phone, err);
    }
    if (status == STATUS_OK) {
        message_complete(
            work->messages[0],
            mem_sprintf("\"results\":[{\"result\":\"erased\",\"leads\":%" PRId64 "}]", leads));
    }
    return status;
}

Status lead_erase_apply(Work *work, Error *err)
{
    Remove remove = {0};
    Error bad;
    Status status = read_erase(work->messages[0]->data, &remove, &bad);
    if (status != STATUS_OK) {
        message_reject(work->messages[0], &bad);
        return STATUS_OK;
    }
    status = lead_begin(work->db, err);
    if (status == STATUS_OK && remove.lead_id != 0) {
        status = find_lead(work->db, &remove, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (remove.lead_phone == 0) {
        error_set_field(&bad, "lead_id", "unknown_lead", "there is no such lead");
        message_reject(work->messages[0], &bad);
        return STATUS_OK;
    }
    return erase_person(work, &remove, err);
}
