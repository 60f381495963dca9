#include "recycler/campaign_command.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "domain/campaign_rules.h"
#include "domain/country.h"
#include "domain/zone.h"
#include "recycler/rules_change.h"
#include "sql_queries.h"

enum { ASSUME_ZONES_MAX = 20, ASSUME_ZONES_BYTES = 255, KEPT = -1 };

/* ---- campaign.put: reading ---- */

/* What is absent stays NULL, KEPT or JSON_BOOL_ABSENT. */
typedef struct CampaignPut {
    const char *campaign_id;
    const char *name;
    JsonBool active;
    int order;
    const char *default_country;
    json_t *assume_zones;
    json_t *windows;
    const char *law_pack;
    int64_t hopper_target;
    int64_t offer_lifetime_s;
    int64_t reserve_s;
    int64_t max_attempts;
    int64_t cap_calls;
    int64_t cap_window_s;
    int64_t cap_gap_s;
    /* As they are stored. */
    StrBuf zones_text;
    StrBuf windows_text;
} CampaignPut;

static const JsonField campaign_put_fields[] = {
    {"campaign_id", JSON_FIELD_ID, offsetof(CampaignPut, campaign_id), .required = true},
    {"name", JSON_FIELD_STRING, offsetof(CampaignPut, name), .min = 1, .max = 200},
    {"active", JSON_FIELD_BOOL, offsetof(CampaignPut, active)},
    {"order", JSON_FIELD_ENUM, offsetof(CampaignPut, order), .words = lead_order_words},
    {"default_country", JSON_FIELD_STRING, offsetof(CampaignPut, default_country)},
    {"assume_zones", JSON_FIELD_ARRAY, offsetof(CampaignPut, assume_zones),
     .max = ASSUME_ZONES_MAX},
    {"windows", JSON_FIELD_ARRAY, offsetof(CampaignPut, windows), .max = HOURS_WINDOWS_MAX},
    {"law_pack", JSON_FIELD_STRING, offsetof(CampaignPut, law_pack)},
    {"hopper_target", JSON_FIELD_INT, offsetof(CampaignPut, hopper_target), .min = 1, .max = 10000},
    {"offer_lifetime_s", JSON_FIELD_INT, offsetof(CampaignPut, offer_lifetime_s), .min = 10,
     .max = 3600},
    {"reserve_s", JSON_FIELD_INT, offsetof(CampaignPut, reserve_s), .min = 60, .max = 14400},
    {"max_attempts", JSON_FIELD_INT, offsetof(CampaignPut, max_attempts), .min = 1, .max = 100},
    {"cap_calls", JSON_FIELD_INT, offsetof(CampaignPut, cap_calls), .min = 0, .max = 100},
    {"cap_window_s", JSON_FIELD_INT, offsetof(CampaignPut, cap_window_s), .min = 60,
     .max = 2678400},
    {"cap_gap_s", JSON_FIELD_INT, offsetof(CampaignPut, cap_gap_s), .min = 0, .max = 604800},
    {0},
};

static int zone_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* By IANA name only: American usage may mean two zones. */
static Status put_read_zone(const json_t *name, size_t index, const char **ret_zone, Error *err)
{
    AUTO_FREE char *field = mem_sprintf("assume_zones[%zu]", index);
    if (!json_is_string(name)) {
        return error_set_field(err, field, "wrong_type", "%s must be a string", field);
    }
    TextSlice text = {json_string_value(name), json_string_length(name)};
    *ret_zone = zone_of_name(text, "--");
    return *ret_zone != NULL ? STATUS_OK
                             : error_set_field(err, field, "time_zone_unknown",
                                               "%s is not the IANA name of a time zone", field);
}

/* Sorted, each once, by comma. */
static Status put_read_zones(const json_t *names, StrBuf *out, Error *err)
{
    const char *zones[ASSUME_ZONES_MAX];
    size_t count = json_array_size(names);
    for (size_t i = 0; i < count; i++) {
        Status status = put_read_zone(json_array_get(names, i), i, &zones[i], err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    qsort(zones, count, sizeof zones[0], zone_compare);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(zones[i], zones[i - 1]) != 0) {
            strbuf_addf(out, "%s%s", out->len > 0 ? "," : "", zones[i]);
        }
    }
    return out->len <= ASSUME_ZONES_BYTES
               ? STATUS_OK
               : error_set_field(err, "assume_zones", "out_of_range",
                                 "assume_zones has too many names: at most %d bytes in all",
                                 ASSUME_ZONES_BYTES);
}

static Status put_read_country(CampaignPut *put, Error *err)
{
    const char *text = put->default_country;
    if (text == NULL) {
        return STATUS_OK;
    }
    put->default_country = strlen(text) == 2 ? country_find((TextSlice){text, 2}) : NULL;
    return put->default_country != NULL
               ? STATUS_OK
               : error_set_field(err, "default_country", "country_unknown",
                                 "default_country is not a country's ISO 3166 code, such as US");
}

static Status put_read_windows(CampaignPut *put, Error *err)
{
    Hours hours;
    if (put->windows == NULL) {
        return STATUS_OK;
    }
    Status status = hours_read(put->windows, &hours, err);
    if (status == STATUS_OK) {
        hours_write(&hours, &put->windows_text);
    }
    return status;
}

static Status put_read(const json_t *data, CampaignPut *put, Error *err)
{
    const LawPack *laws;
    Status status = json_read_fields(data, campaign_put_fields, put, err);
    if (status == STATUS_OK) {
        status = put_read_country(put, err);
    }
    if (status == STATUS_OK && put->assume_zones != NULL) {
        status = put_read_zones(put->assume_zones, &put->zones_text, err);
    }
    if (status == STATUS_OK) {
        status = put_read_windows(put, err);
    }
    if (status == STATUS_OK && put->law_pack != NULL) {
        status = law_pack_choose(put->law_pack, &laws, err);
    }
    return status;
}

/* ---- campaign.put: writing ---- */

static void put_param(DbParams *params, int64_t value)
{
    if (value == KEPT) {
        db_param_text(params, NULL);
    } else {
        db_param_i64(params, value);
    }
}

/* In the order of campaign_put.sql. */
static void put_params(const CampaignPut *put, int32_t campaign_no, DbParams *params)
{
    const int64_t numbers[] = {put->hopper_target, put->offer_lifetime_s, put->reserve_s,
                               put->max_attempts,  put->cap_calls,        put->cap_window_s,
                               put->cap_gap_s};
    db_param_i64(params, campaign_no);
    db_param_text(params, put->name);
    if (put->active == JSON_BOOL_ABSENT) {
        db_param_text(params, NULL);
    } else {
        db_param_bool(params, put->active == JSON_BOOL_TRUE);
    }
    db_param_text(params, put->order != KEPT ? lead_order_words[put->order] : NULL);
    db_param_text(params, put->default_country);
    db_param_text(params, put->assume_zones != NULL ? put->zones_text.data : NULL);
    db_param_text(params, put->windows != NULL ? put->windows_text.data : NULL);
    db_param_text(params, put->law_pack);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        put_param(params, numbers[i]);
    }
}

static Status put_ensure(Work *work, const char *campaign_id, bool *ret_created, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, campaign_id);
    db_param_time(&params, work->now_us);
    AUTO_RESULT *result = NULL;
    Status status = db_query(work->db, sql_campaign_ensure, &params, &result, err);
    if (status == STATUS_OK) {
        *ret_created = db_affected(result) == 1;
    }
    return status;
}

static Status put_write(
    Work *work, const CampaignPut *put, const CampaignHold *held, RulesChange *change, Error *err)
{
    DbParams params = {0};
    put_params(put, held->campaign_no, &params);
    AUTO_RESULT *result = NULL;
    Status status = db_query(work->db, sql_campaign_put, &params, &result, err);
    if (status == STATUS_OK) {
        change->changed = db_rows(result) == 1;
        change->restages = change->changed && db_bool(result, 0, 0);
    }
    return status;
}

static Status put_apply(Work *work, Message *message, const CampaignPut *put, Error *err)
{
    bool created = false;
    CampaignHold held = {0};
    RulesChange change = {.campaign_id = put->campaign_id};
    Status status = put_ensure(work, put->campaign_id, &created, err);
    if (status == STATUS_OK) {
        status = campaign_hold(work, message, put->campaign_id, &held, err);
    }
    if (status == STATUS_OK && held.campaign_no != 0) {
        status = put_write(work, put, &held, &change, err);
    }
    if (status != STATUS_OK || held.campaign_no == 0) {
        return status;
    }
    change.campaign_no = held.campaign_no;
    change.result = created ? "created" : change.changed ? "updated" : "unchanged";
    return rules_changed(work, message, &change, err);
}

Status campaign_put_apply(Work *work, Error *err)
{
    Message *message = work->messages[0];
    CampaignPut put = {.order = KEPT,
                       .hopper_target = KEPT,
                       .offer_lifetime_s = KEPT,
                       .reserve_s = KEPT,
                       .max_attempts = KEPT,
                       .cap_calls = KEPT,
                       .cap_window_s = KEPT,
                       .cap_gap_s = KEPT,
                       .zones_text = STRBUF_INIT,
                       .windows_text = STRBUF_INIT};
    Error bad;
    Status status = STATUS_OK;
    if (put_read(message->data, &put, &bad) == STATUS_OK) {
        status = put_apply(work, message, &put, err);
    } else {
        message_reject(message, &bad);
    }
    strbuf_done(&put.zones_text);
    strbuf_done(&put.windows_text);
    return status;
}

/* ---- campaign.refill ---- */

typedef struct CampaignRefill {
    const char *campaign_id;
    int64_t want;
} CampaignRefill;

static const JsonField campaign_refill_fields[] = {
    {"campaign_id", JSON_FIELD_ID, offsetof(CampaignRefill, campaign_id), .required = true},
    {"want", JSON_FIELD_INT, offsetof(CampaignRefill, want), .required = true, .min = 1,
     .max = 10000},
    {0},
};

/* What is wanted, at most the target; 0: there is no such campaign. */
static Status
refill_write(Work *work, const CampaignRefill *refill, int64_t *ret_wanted, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, refill->campaign_id);
    db_param_i64(&params, refill->want);
    db_param_time(&params, work->now_us);
    AUTO_RESULT *result = NULL;
    Status status = db_query(work->db, sql_campaign_refill, &params, &result, err);
    if (status == STATUS_OK) {
        *ret_wanted = db_rows(result) == 1 ? db_i64(result, 0, 0) : 0;
    }
    return status;
}

Status campaign_refill_apply(Work *work, Error *err)
{
    Message *message = work->messages[0];
    CampaignRefill refill = {0};
    int64_t wanted = 0;
    Error bad;
    if (json_read_fields(message->data, campaign_refill_fields, &refill, &bad) != STATUS_OK) {
        message_reject(message, &bad);
        return STATUS_OK;
    }
    Status status = refill_write(work, &refill, &wanted, err);
    if (status == STATUS_OK && wanted == 0) {
        rules_unknown_campaign(message, refill.campaign_id);
    } else if (status == STATUS_OK) {
        message_complete(message, mem_sprintf("\"results\":[{\"result\":\"noted\",\"campaign_id\":"
                                              "\"%s\",\"want\":%" PRId64 "}]",
                                              refill.campaign_id, wanted));
    }
    return status;
}
