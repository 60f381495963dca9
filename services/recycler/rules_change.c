#include "recycler/rules_change.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "runtime/job.h"
#include "sql_queries.h"

void rules_unknown_campaign(Message *message, const char *campaign_id)
{
    Error unknown;
    error_set_field(&unknown, "campaign_id", "unknown_campaign",
                    "there is no campaign %s: make it with campaign.put, or see "
                    "`leadspool campaign ls`",
                    campaign_id);
    message_reject(message, &unknown);
}

Status
campaign_hold(Work *work, Message *message, const char *campaign_id, CampaignHold *ret, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, campaign_id);
    AUTO_RESULT *result = NULL;
    Status status = db_query(work->db, sql_campaign_lock, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    *ret = (CampaignHold){0};
    if (db_rows(result) == 1) {
        ret->campaign_no = (int32_t)db_i64(result, 0, 0);
        return STATUS_OK;
    }
    rules_unknown_campaign(message, campaign_id);
    return STATUS_OK;
}

/* The number of lists whose gate now says so. */
static Status rules_stamp(Work *work, int32_t campaign_no, int64_t *ret_lists, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, campaign_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(work->db, sql_campaign_stamp, &params, &result, err);
    if (status == STATUS_OK) {
        *ret_lists = db_affected(result);
    }
    return status;
}

static Status rules_reapply(
    Work *work, Message *message, const RulesChange *change, int64_t *ret_job_no, Error *err)
{
    int32_t campaign_no = change->campaign_no;
    JobSpec spec = {.kind = REAPPLY_JOB_KIND,
                    .campaign_no = campaign_no,
                    .slot_count = 1,
                    .params = change->params != NULL ? change->params : "{}",
                    .event_fields = "\"leads\":0,\"changed\":0"};
    snprintf(spec.slots[0], sizeof spec.slots[0], "campaign:%d:rules", campaign_no);
    return job_start(work->db, work->outbox, message, &spec, ret_job_no, err);
}

static void rules_reply(Message *message, const RulesChange *change, int64_t job_no)
{
    AUTO_STRBUF fields = STRBUF_INIT;
    strbuf_addf(&fields, "\"results\":[{\"result\":\"%s\",\"campaign_id\":\"%s\"", change->result,
                change->campaign_id);
    if (change->about != NULL) {
        strbuf_addf(&fields, ",\"%s\":\"%s\"", change->about, change->value);
    }
    if (job_no != 0) {
        strbuf_addf(&fields, ",\"job_id\":\"%" PRId64 "\"", job_no);
    }
    strbuf_adds(&fields, "}]");
    message_complete(message, strbuf_detach(&fields));
}

Status rules_changed(Work *work, Message *message, const RulesChange *change, Error *err)
{
    int64_t lists = 0;
    int64_t job_no = 0;
    Status status = STATUS_OK;
    if (change->changed) {
        status = rules_stamp(work, change->campaign_no, &lists, err);
    }
    if (status == STATUS_OK && change->restages && (lists > 0 || change->params != NULL)) {
        status = rules_reapply(work, message, change, &job_no, err);
    }
    if (status == STATUS_OK) {
        rules_reply(message, change, job_no);
    }
    return status;
}
