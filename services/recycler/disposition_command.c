#include "recycler/disposition_command.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "recycler/reapply_job.h"
#include "recycler/rules_change.h"
#include "runtime/campaign_store.h"
#include "sql_queries.h"

static const JsonField disposition_put_fields[] = {
    {"campaign_id", JSON_FIELD_ID, offsetof(DispositionPut, campaign_id), .required = true},
    {"code", JSON_FIELD_STRING, offsetof(DispositionPut, code), .required = true},
    {"name", JSON_FIELD_STRING, offsetof(DispositionPut, name), .min = 1,
     .max = DISPOSITION_NAME_SIZE - 1},
    {"contact", JSON_FIELD_BOOL, offsetof(DispositionPut, contact)},
    {"final", JSON_FIELD_BOOL, offsetof(DispositionPut, final)},
    {"dnc", JSON_FIELD_BOOL, offsetof(DispositionPut, dnc)},
    {"invalid", JSON_FIELD_BOOL, offsetof(DispositionPut, invalid)},
    {"callback", JSON_FIELD_BOOL, offsetof(DispositionPut, callback)},
    {"aliases", JSON_FIELD_ARRAY, offsetof(DispositionPut, aliases),
     .max = DISPOSITION_ALIASES_MAX},
    {0},
};

/* The flags of both, in one order. */
static const struct DispositionFlag {
    size_t given;
    size_t kept;
} disposition_flags[] = {
    {offsetof(DispositionPut, contact), offsetof(Disposition, contact)},
    {offsetof(DispositionPut, final), offsetof(Disposition, final)},
    {offsetof(DispositionPut, dnc), offsetof(Disposition, dnc)},
    {offsetof(DispositionPut, invalid), offsetof(Disposition, invalid)},
    {offsetof(DispositionPut, callback), offsetof(Disposition, callback)},
};
enum { FLAGS = sizeof disposition_flags / sizeof disposition_flags[0] };

static bool *flag_at(Disposition *disposition, int flag)
{
    return (bool *)((char *)disposition + disposition_flags[flag].kept);
}

static bool flag_of(const Disposition *disposition, int flag)
{
    return *(const bool *)((const char *)disposition + disposition_flags[flag].kept);
}

static JsonBool flag_given(const DispositionPut *put, int flag)
{
    return *(const JsonBool *)((const char *)put + disposition_flags[flag].given);
}

/* ---- reading ---- */

static Status put_read_alias(const DispositionPut *put, size_t index, Error *err)
{
    AUTO_FREE char *field = mem_sprintf("aliases[%zu]", index);
    const char *alias = json_string_value(json_array_get(put->aliases, index));
    if (alias == NULL) {
        return error_set_field(err, field, "wrong_type", "%s must be a string", field);
    }
    Status status = disposition_code_check(field, alias, err);
    if (status != STATUS_OK) {
        return status;
    }
    bool again = strcmp(alias, put->code) == 0;
    for (size_t i = 0; i < index; i++) {
        again = again || strcmp(alias, json_string_value(json_array_get(put->aliases, i))) == 0;
    }
    return !again ? STATUS_OK
                  : error_set_field(err, field, "invalid_value",
                                    "%s is the code itself or one of the aliases before it", field);
}

static Status put_read(const json_t *data, DispositionPut *put, Error *err)
{
    Status status = json_read_fields(data, disposition_put_fields, put, err);
    if (status == STATUS_OK) {
        status = disposition_code_check("code", put->code, err);
    }
    for (size_t i = 0; status == STATUS_OK && i < json_array_size(put->aliases); i++) {
        status = put_read_alias(put, i, err);
    }
    return status;
}

/* ---- planning ---- */

static const Disposition *plan_present(const CampaignRules *rules, const char *code)
{
    const Disposition *found = campaign_disposition(rules, code);
    return found != NULL && strcmp(found->code, code) == 0 ? found : NULL;
}

static void plan_merge(const DispositionPut *put, Disposition *disposition)
{
    if (put->name != NULL) {
        snprintf(disposition->name, sizeof disposition->name, "%s", put->name);
    }
    for (int flag = 0; flag < FLAGS; flag++) {
        JsonBool given = flag_given(put, flag);
        if (given != JSON_BOOL_ABSENT) {
            *flag_at(disposition, flag) = given == JSON_BOOL_TRUE;
        }
    }
    if (put->aliases != NULL) {
        size_t index;
        json_t *alias;
        disposition->alias_count = 0;
        json_array_foreach(put->aliases, index, alias)
        {
            snprintf(disposition->aliases[disposition->alias_count++], DISPOSITION_CODE_SIZE, "%s",
                     json_string_value(alias));
        }
    }
}

/* A code of its own goes before another's alias; an alias has to be the only one. */
static Status
plan_check_alias(const CampaignRules *rules, const Disposition *planned, int index, Error *err)
{
    const char *alias = planned->aliases[index];
    for (int i = 0; i < rules->disposition_count; i++) {
        const Disposition *other = &rules->dispositions[i];
        if (strcmp(other->code, planned->code) != 0 &&
            (strcmp(other->code, alias) == 0 || disposition_has_alias(other, alias))) {
            AUTO_FREE char *field = mem_sprintf("aliases[%d]", index);
            return error_set_field(err, field, "alias_taken",
                                   "%s: %s belongs to the disposition %s: take it from that first",
                                   field, alias, other->code);
        }
    }
    return STATUS_OK;
}

Status disposition_plan(const CampaignRules *rules,
                        const DispositionPut *put,
                        Disposition *ret,
                        bool *ret_new,
                        Error *err)
{
    const Disposition *present = plan_present(rules, put->code);
    Disposition planned = {0};
    if (present != NULL) {
        planned = *present;
    } else if (rules->disposition_count >= DISPOSITIONS_MOST) {
        return error_set_field(err, "code", "too_many",
                               "a campaign has at most %d dispositions: make it an alias of one",
                               DISPOSITIONS_MOST);
    } else {
        snprintf(planned.code, sizeof planned.code, "%s", put->code);
        snprintf(planned.name, sizeof planned.name, "%s", put->code);
    }
    plan_merge(put, &planned);
    if (planned.callback && (planned.final || planned.dnc || planned.invalid)) {
        return error_set_field(err, "callback", "invalid_value",
                               "what is final, dnc or invalid is not called back");
    }
    Status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && put->aliases != NULL && i < planned.alias_count; i++) {
        status = plan_check_alias(rules, &planned, i, err);
    }
    if (status == STATUS_OK) {
        *ret = planned;
        *ret_new = present == NULL;
    }
    return status;
}

static bool disposition_acts_alike(const Disposition *a, const Disposition *b)
{
    bool alike = a->alias_count == b->alias_count;
    for (int flag = 0; flag < FLAGS; flag++) {
        alike = alike && flag_of(a, flag) == flag_of(b, flag);
    }
    for (int i = 0; alike && i < a->alias_count; i++) {
        alike = disposition_has_alias(b, a->aliases[i]);
    }
    return alike;
}

bool disposition_equal(const Disposition *a, const Disposition *b)
{
    return strcmp(a->code, b->code) == 0 && strcmp(a->name, b->name) == 0 &&
           disposition_acts_alike(a, b);
}

/* ---- writing ---- */

static Status put_write(Db *db, int32_t campaign_no, const Disposition *disposition, Error *err)
{
    DbArray aliases = {0};
    db_array_begin(&aliases, DB_ARRAY_TEXT);
    for (int i = 0; i < disposition->alias_count; i++) {
        db_array_string(&aliases, disposition->aliases[i]);
    }
    DbParams params = {0};
    db_param_i64(&params, campaign_no);
    db_param_text(&params, disposition->code);
    db_param_text(&params, disposition->name);
    for (int flag = 0; flag < FLAGS; flag++) {
        db_param_bool(&params, flag_of(disposition, flag));
    }
    db_param_array(&params, &aliases);
    Status status = db_exec(db, sql_disposition_put, &params, 1, err);
    db_array_done(&aliases);
    return status;
}

/* Names under which calls may have come while nobody had defined them: all, or those that are new
 * to a disposition which asked for an entry before. */
static json_t *put_dnc_names(const Disposition *present, const Disposition *planned)
{
    json_t *names = json_array();
    bool asked = present != NULL && present->dnc;
    if (present == NULL) {
        json_array_append_new(names, json_string(planned->code));
    }
    for (int i = 0; i < planned->alias_count; i++) {
        if (!asked || !disposition_has_alias(present, planned->aliases[i])) {
            json_array_append_new(names, json_string(planned->aliases[i]));
        }
    }
    return names;
}

/* NULL: calls ask for no more entries than they did. */
static char *put_params(const Disposition *present, const Disposition *planned)
{
    AUTO_JSON json_t *params = json_object();
    AUTO_JSON json_t *names = put_dnc_names(present, planned);
    bool newly = present != NULL && !present->dnc;
    if (!planned->dnc || (json_array_size(names) == 0 && !newly)) {
        return NULL;
    }
    json_object_set(params, REAPPLY_DNC_NAMES, names);
    if (newly) {
        json_object_set_new(params, REAPPLY_DNC_CODE, json_string(planned->code));
    }
    return json_dumps(params, JSON_COMPACT);
}

static Status put_change(
    Work *work, Message *message, const DispositionPut *put, const CampaignRules *rules, Error *err)
{
    Disposition planned = {0};
    bool is_new = false;
    Error bad;
    if (disposition_plan(rules, put, &planned, &is_new, &bad) != STATUS_OK) {
        message_reject(message, &bad);
        return STATUS_OK;
    }
    const Disposition *present = is_new ? NULL : plan_present(rules, put->code);
    RulesChange change = {.campaign_no = rules->campaign_no,
                          .campaign_id = rules->campaign_id,
                          .about = "code",
                          .value = planned.code};
    change.changed = present == NULL || !disposition_equal(present, &planned);
    change.restages = present == NULL || !disposition_acts_alike(present, &planned);
    AUTO_FREE char *params = put_params(present, &planned);
    change.params = params;
    change.result = is_new ? "created" : change.changed ? "updated" : "unchanged";
    Status status = STATUS_OK;
    if (change.changed) {
        status = put_write(work->db, rules->campaign_no, &planned, err);
    }
    return status == STATUS_OK ? rules_changed(work, message, &change, err) : status;
}

Status disposition_put_apply(Work *work, Error *err)
{
    Message *message = work->messages[0];
    DispositionPut put = {0};
    CampaignHold held = {0};
    Error bad;
    if (put_read(message->data, &put, &bad) != STATUS_OK) {
        message_reject(message, &bad);
        return STATUS_OK;
    }
    Status status = campaign_hold(work, message, put.campaign_id, &held, err);
    if (status != STATUS_OK || held.campaign_no == 0) {
        return status;
    }
    CampaignRules rules;
    status = campaign_rules_load(work->db, held.campaign_no, &rules, err);
    if (status == STATUS_OK) {
        status = put_change(work, message, &put, &rules, err);
        campaign_rules_done(&rules);
    }
    return status;
}
