#include "recycler/rule_command.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "recycler/rules_change.h"
#include "runtime/campaign_store.h"
#include "sql_queries.h"

/* Both commands. */
typedef struct RuleCommand {
    const char *campaign_id;
    const char *disposition;
    int64_t max_attempts;
    json_t *intervals_s;
    json_t *windows;
    int64_t min_distance_s;
    RecycleRule rule; /* what they say */
} RuleCommand;

static const JsonField rule_put_fields[] = {
    {"campaign_id", JSON_FIELD_ID, offsetof(RuleCommand, campaign_id), .required = true},
    {"disposition", JSON_FIELD_STRING, offsetof(RuleCommand, disposition), .required = true},
    {"max_attempts", JSON_FIELD_INT, offsetof(RuleCommand, max_attempts), .required = true,
     .min = 1, .max = RECYCLE_ATTEMPTS_MAX},
    {"intervals_s", JSON_FIELD_ARRAY, offsetof(RuleCommand, intervals_s), .required = true,
     .min = 1, .max = RECYCLE_INTERVALS_MAX},
    {"windows", JSON_FIELD_ARRAY, offsetof(RuleCommand, windows), .max = HOURS_WINDOWS_MAX},
    {"min_distance_s", JSON_FIELD_INT, offsetof(RuleCommand, min_distance_s), .min = 0,
     .max = RECYCLE_DISTANCE_S_MAX},
    {0},
};

static const JsonField rule_delete_fields[] = {
    {"campaign_id", JSON_FIELD_ID, offsetof(RuleCommand, campaign_id), .required = true},
    {"disposition", JSON_FIELD_STRING, offsetof(RuleCommand, disposition), .required = true},
    {0},
};

/* ---- reading ---- */

static Status rule_read_intervals(const json_t *intervals_s, RecycleRule *rule, Error *err)
{
    size_t index;
    json_t *interval;
    json_array_foreach(intervals_s, index, interval)
    {
        AUTO_FREE char *field = mem_sprintf("intervals_s[%zu]", index);
        json_int_t seconds = json_integer_value(interval);
        if (!json_is_integer(interval)) {
            return error_set_field(err, field, "wrong_type", "%s must be a whole number", field);
        }
        if (seconds < 0 || seconds > RECYCLE_INTERVAL_S_MAX) {
            return error_set_field(err, field, "out_of_range", "%s must be from 0 to %d", field,
                                   RECYCLE_INTERVAL_S_MAX);
        }
        rule->intervals_s[rule->interval_count++] = (int32_t)seconds;
    }
    return STATUS_OK;
}

static Status rule_read(const json_t *data, const JsonField fields[], RuleCommand *ret, Error *err)
{
    Status status = json_read_fields(data, fields, ret, err);
    if (status == STATUS_OK) {
        status = disposition_code_check("disposition", ret->disposition, err);
    }
    if (status == STATUS_OK) {
        status = rule_read_intervals(ret->intervals_s, &ret->rule, err);
    }
    if (status == STATUS_OK && ret->windows != NULL) {
        status = hours_read(ret->windows, &ret->rule.hours, err);
    }
    ret->rule.max_attempts = (int)ret->max_attempts;
    ret->rule.min_distance_s = (int32_t)ret->min_distance_s;
    return status;
}

/* ---- comparing and writing ---- */

static bool rule_equal(const RecycleRule *a, const RecycleRule *b)
{
    return a->max_attempts == b->max_attempts && a->interval_count == b->interval_count &&
           memcmp(a->intervals_s, b->intervals_s,
                  (size_t)a->interval_count * sizeof a->intervals_s[0]) == 0 &&
           hours_equal(&a->hours, &b->hours) && a->min_distance_s == b->min_distance_s;
}

static Status rule_write(Db *db, int32_t campaign_no, const RecycleRule *rule, Error *err)
{
    AUTO_STRBUF windows = STRBUF_INIT;
    hours_write(&rule->hours, &windows);
    DbArray intervals = {0};
    db_array_begin(&intervals, DB_ARRAY_INT4);
    for (int i = 0; i < rule->interval_count; i++) {
        db_array_i64(&intervals, rule->intervals_s[i]);
    }
    DbParams params = {0};
    db_param_i64(&params, campaign_no);
    db_param_text(&params, rule->disposition);
    db_param_i64(&params, rule->max_attempts);
    db_param_array(&params, &intervals);
    db_param_text(&params, windows.data);
    db_param_i64(&params, rule->min_distance_s);
    Status status = db_exec(db, sql_recycle_rule_put, &params, 1, err);
    db_array_done(&intervals);
    return status;
}

/* Rules go by the disposition's own code. False: nobody defined it, and the message is rejected. */
static bool rule_resolve(Message *message, const CampaignRules *rules, RuleCommand *command)
{
    const Disposition *disposition = campaign_disposition(rules, command->disposition);
    if (disposition == NULL) {
        Error unknown;
        error_set_field(&unknown, "disposition", "unknown_disposition",
                        "the campaign %s has no disposition %s: define it with disposition.put, "
                        "or see `leadspool disposition ls`",
                        rules->campaign_id, command->disposition);
        message_reject(message, &unknown);
        return false;
    }
    snprintf(command->rule.disposition, sizeof command->rule.disposition, "%s", disposition->code);
    return true;
}

/* A rule that is deleted is kept as one without attempts: a default one must not come back. */
static Status rule_change(
    Work *work, Message *message, RuleCommand *command, const CampaignRules *rules, Error *err)
{
    const RecycleRule *rule = &command->rule;
    if (!rule_resolve(message, rules, command)) {
        return STATUS_OK;
    }
    const RecycleRule *present = campaign_rule(rules, rule->disposition);
    bool deletes = rule->max_attempts == 0;
    RulesChange change = {.campaign_no = rules->campaign_no,
                          .campaign_id = rules->campaign_id,
                          .about = "disposition",
                          .value = rule->disposition};
    if (deletes) {
        change.changed = present != NULL;
        change.result = change.changed ? "deleted" : "absent";
    } else {
        change.changed = present == NULL || !rule_equal(present, rule);
        change.result = present == NULL ? "created" : change.changed ? "updated" : "unchanged";
    }
    change.restages = change.changed;
    Status status = STATUS_OK;
    if (change.changed) {
        status = rule_write(work->db, rules->campaign_no, rule, err);
    }
    return status == STATUS_OK ? rules_changed(work, message, &change, err) : status;
}

static Status rule_apply(Work *work, const JsonField fields[], Error *err)
{
    Message *message = work->messages[0];
    RuleCommand command = {0};
    CampaignHold held = {0};
    Error bad;
    if (rule_read(message->data, fields, &command, &bad) != STATUS_OK) {
        message_reject(message, &bad);
        return STATUS_OK;
    }
    Status status = campaign_hold(work, message, command.campaign_id, &held, err);
    if (status != STATUS_OK || held.campaign_no == 0) {
        return status;
    }
    CampaignRules rules;
    status = campaign_rules_load(work->db, held.campaign_no, &rules, err);
    if (status == STATUS_OK) {
        status = rule_change(work, message, &command, &rules, err);
        campaign_rules_done(&rules);
    }
    return status;
}

Status recycle_rule_put_apply(Work *work, Error *err)
{
    return rule_apply(work, rule_put_fields, err);
}

Status recycle_rule_delete_apply(Work *work, Error *err)
{
    return rule_apply(work, rule_delete_fields, err);
}
