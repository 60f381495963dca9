#include "stats/reconcile_job.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "runtime/job.h"
#include "sql_queries.h"
#include "stats/reconcile.h"
#include "stats/stats_state.h"

enum { PROBLEMS_SHOWN = 100, PROGRESS_MS = 1000 };

void reconcile_problem(
    Reconcile *job, const char *where, const char *what, const char *has, const char *should)
{
    if (job->shown++ < PROBLEMS_SHOWN) {
        strbuf_addf(&job->problems, "%s{\"list_id\":\"%s\",\"where\":\"%s\",\"what\":",
                    job->problems.len > 0 ? "," : "", job->list_id, where);
        strbuf_add_json(&job->problems, what, strlen(what));
        strbuf_adds(&job->problems, ",\"has\":");
        strbuf_add_json(&job->problems, has, strlen(has));
        strbuf_adds(&job->problems, ",\"should\":");
        strbuf_add_json(&job->problems, should, strlen(should));
        strbuf_addc(&job->problems, '}');
    }
}

/* ---- a list ---- */

static Status reconcile_list(Reconcile *job, Error *err)
{
    bool record = true;
    bool redis = true;
    bool record_mended = false;
    bool redis_mended = false;
    Status status = reconcile_record(job, &record, &record_mended, err);
    if (status == STATUS_OK) {
        status = reconcile_redis(job, &redis, &redis_mended, err);
    }
    if (status == STATUS_OK) {
        job->lists++;
        job->wrong += !record || !redis;
        job->repaired += record_mended || redis_mended;
    }
    return status;
}

/* ---- the job ---- */

static void reconcile_fields(const Reconcile *job, StrBuf *out)
{
    strbuf_addf(out,
                "\"lists\":%" PRId64 ",\"lists_total\":%" PRId64 ",\"wrong\":%" PRId64
                ",\"repaired\":%" PRId64 ",\"problems\":[%s]",
                job->lists, job->lists_total, job->wrong, job->repaired, job->problems.data);
}

static Status find_next(Reconcile *job, bool *ret_more, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    AUTO_TX Db *tx = job->run->db;
    db_param_i64(&params, job->list_no);
    db_param_i64(&params, job->run->list_no);
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_query(tx, sql_reconcile_next, &params, &rows, err);
    }
    *ret_more = status == STATUS_OK && db_rows(rows) == 1;
    if (*ret_more) {
        job->lists_total = job->list_no == 0 ? db_i64(rows, 0, 2) : job->lists_total;
        job->list_no = (int32_t)db_i64(rows, 0, 0);
        snprintf(job->list_id, sizeof job->list_id, "%s", db_text(rows, 0, 1));
    }
    return status;
}

static Status tell_progress(Reconcile *job, Error *err)
{
    char cause[64];
    AUTO_STRBUF fields = STRBUF_INIT;
    if (clock_mono_ms() < job->progress_ms) {
        return STATUS_OK;
    }
    job->progress_ms = clock_mono_ms() + PROGRESS_MS;
    snprintf(cause, sizeof cause, "job/%" PRId64 "/%" PRId64 "/%" PRId64, job->run->job_no,
             job->run->token, job->lists);
    reconcile_fields(job, &fields);
    AUTO_TX Db *tx = job->run->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        outbox_reset(job->run->outbox, db_epoch(tx), clock_now_us());
        status = job_event(tx, job->run->outbox, job->run->job_no, "job.progress", cause, 0,
                           fields.data, err);
    }
    if (status == STATUS_OK) {
        status = outbox_store(job->run->outbox, tx, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

static Status reconcile_work(Reconcile *job, Error *err)
{
    bool more = true;
    Status status = job_run_check_deaths(job->run, err);
    while (status == STATUS_OK && more && !job_run_should_stop(job->run)) {
        status = find_next(job, &more, err);
        if (status == STATUS_OK && more) {
            status = reconcile_list(job, err);
        }
        if (status == STATUS_OK && more) {
            status = tell_progress(job, err);
        }
    }
    return status == STATUS_OK && more ? job_run_handed_on(job->run, err) : status;
}

Status reconcile_job_run(JobRun *run, StrBuf *ret_fields, Error *err)
{
    StatsState *state = run->service;
    Reconcile job = {.run = run,
                     .store = live_store_new(run->cfg, &state->health, "leadspool-stats-reconcile"),
                     .repair = json_is_true(json_object_get(run->params, "repair")),
                     .problems = STRBUF_INIT,
                     .counters = STRBUF_INIT,
                     .progress_ms = clock_mono_ms() + PROGRESS_MS};
    Status status = reconcile_work(&job, err);
    reconcile_fields(&job, ret_fields);
    strbuf_done(&job.problems);
    strbuf_done(&job.counters);
    live_store_free(job.store);
    return status;
}
