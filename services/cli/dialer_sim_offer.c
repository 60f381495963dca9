#include "cli/dialer_sim_offer.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"

/* As the message has it; texts are borrowed from the JSON. */
typedef struct OfferFields {
    int64_t offer_id;
    int64_t lead_id;
    const char *list_id;
    const char *campaign_id;
    const char *phone;
    const char *why;
    const char *reason;
    const json_t *state;
    const json_t *agent;
    int64_t not_after_us;
    int64_t attempt;
    int64_t attempts_total;
    int64_t lead_version;
} OfferFields;

#define COMMON_FIELDS                                                                              \
    {"offer_id", JSON_FIELD_NUMBER_ID, offsetof(OfferFields, offer_id), .required = true},         \
        {"lead_id", JSON_FIELD_NUMBER_ID, offsetof(OfferFields, lead_id), .required = true},       \
        {"list_id", JSON_FIELD_ID, offsetof(OfferFields, list_id), .required = true},              \
    {                                                                                              \
        "campaign_id", JSON_FIELD_ID, offsetof(OfferFields, campaign_id), .required = true         \
    }

static const JsonField offer_made_fields[] = {
    COMMON_FIELDS,
    {"phone", JSON_FIELD_STRING, offsetof(OfferFields, phone), .required = true, .max = 23},
    {"why", JSON_FIELD_STRING, offsetof(OfferFields, why), .required = true, .max = 15},
    {"state", JSON_FIELD_ANY, offsetof(OfferFields, state)},
    {"agent", JSON_FIELD_ANY, offsetof(OfferFields, agent)},
    {"not_after", JSON_FIELD_TIME, offsetof(OfferFields, not_after_us), .required = true},
    {"attempt", JSON_FIELD_INT, offsetof(OfferFields, attempt), .required = true},
    {"attempts_total", JSON_FIELD_INT, offsetof(OfferFields, attempts_total), .required = true},
    {"lead_version", JSON_FIELD_INT, offsetof(OfferFields, lead_version), .required = true},
    {0},
};
static const JsonField offer_revoked_fields[] = {
    COMMON_FIELDS,
    {"reason", JSON_FIELD_STRING, offsetof(OfferFields, reason), .required = true, .max = 31},
    {0},
};
static const JsonField offer_expired_fields[] = {COMMON_FIELDS, {0}};

static const struct OfferType {
    const char *type;
    SimOfferKind kind;
    const JsonField *fields;
} offer_types[] = {
    {"offer.made", SIM_OFFER_MADE, offer_made_fields},
    {"offer.revoked", SIM_OFFER_REVOKED, offer_revoked_fields},
    {"offer.expired", SIM_OFFER_EXPIRED, offer_expired_fields},
};

/* ---- sequence ---- */

static bool sequence_part(const char **at, const char *end, char stop, int64_t *ret)
{
    const char *begin = *at;
    int64_t value = 0;
    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, **at - '0', &value)) {
            return false;
        }
    }
    *ret = value;
    bool stopped = stop == '\0' ? *at == end : *at < end && **at == stop;
    bool some = *at > begin;
    *at += stop != '\0' && stopped;
    return some && stopped;
}

Status sim_sequence_parse(const char *text, size_t len, SimSequence *ret, Error *err)
{
    const char *end = text + len;
    SimSequence sequence;
    if (!sequence_part(&text, end, '.', &sequence.epoch) ||
        !sequence_part(&text, end, '.', &sequence.n) ||
        !sequence_part(&text, end, '\0', &sequence.ordinal)) {
        return error_set(err, STATUS_BAD_INPUT, "invalid_sequence", "not a ce_sequence");
    }
    *ret = sequence;
    return STATUS_OK;
}

static int sequence_sign(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int sim_sequence_compare(const SimSequence *a, const SimSequence *b)
{
    int by_epoch = sequence_sign(a->epoch, b->epoch);
    int by_n = sequence_sign(a->n, b->n);
    return by_epoch != 0 ? by_epoch : by_n != 0 ? by_n : sequence_sign(a->ordinal, b->ordinal);
}

/* ---- the record ---- */

static const struct OfferType *offer_type(const BusRecord *record)
{
    size_t len = 0;
    const char *type = bus_record_header(record, "ce_type", &len);
    for (size_t i = 0; type != NULL && i < sizeof offer_types / sizeof offer_types[0]; i++) {
        if (strlen(offer_types[i].type) == len && memcmp(type, offer_types[i].type, len) == 0) {
            return &offer_types[i];
        }
    }
    return NULL;
}

static Status offer_read_headers(const BusRecord *record, SimOffer *offer, Error *err)
{
    size_t len = 0;
    char time[64];
    const char *told = bus_record_header(record, "ce_time", &len);
    snprintf(time, sizeof time, "%.*s", told != NULL ? (int)len : 0, told != NULL ? told : "");
    Status status = clock_parse_rfc3339(time, &offer->told_us, err);
    const char *sequence = bus_record_header(record, "ce_sequence", &len);
    if (status == STATUS_OK) {
        status = sim_sequence_parse(sequence != NULL ? sequence : "", sequence != NULL ? len : 0,
                                    &offer->sequence, err);
    }
    return status;
}

static void offer_text(char *ret, size_t size, const char *text)
{
    snprintf(ret, size, "%s", text != NULL ? text : "");
}

static void offer_take(SimOffer *offer, const OfferFields *fields)
{
    offer->offer_id = fields->offer_id;
    offer->lead_id = fields->lead_id;
    offer->not_after_us = fields->not_after_us;
    offer->attempt = fields->attempt;
    offer->attempts_total = fields->attempts_total;
    offer->lead_version = fields->lead_version;
    offer_text(offer->list_id, sizeof offer->list_id, fields->list_id);
    offer_text(offer->campaign_id, sizeof offer->campaign_id, fields->campaign_id);
    offer_text(offer->phone, sizeof offer->phone, fields->phone);
    offer_text(offer->why, sizeof offer->why, fields->why);
    offer_text(offer->reason, sizeof offer->reason, fields->reason);
    offer_text(offer->state, sizeof offer->state, json_string_value(fields->state));
    offer_text(offer->agent, sizeof offer->agent, json_string_value(fields->agent));
}

Status sim_offer_read(const BusRecord *record, SimOffer *ret, Error *err)
{
    const struct OfferType *type = offer_type(record);
    if (type == NULL || record->value == NULL) {
        return error_set(err, STATUS_BAD_INPUT, "unknown_type", "not an offer's message");
    }
    SimOffer offer = {.kind = type->kind};
    OfferFields fields = {0};
    AUTO_JSON json_t *data = NULL;
    Status status = offer_read_headers(record, &offer, err);
    if (status == STATUS_OK) {
        status = json_parse_object(record->value, record->value_len, &data, err);
    }
    if (status == STATUS_OK) {
        status = json_read_known_fields(data, type->fields, &fields, err);
    }
    if (status == STATUS_OK) {
        offer_take(&offer, &fields);
        *ret = offer;
    }
    return status;
}
