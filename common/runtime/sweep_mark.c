#include "runtime/sweep_mark.h"

#include <inttypes.h>

#include "sql_queries.h"

void sweep_mark_fields(const char *const names[], const int64_t counts[], StrBuf *out)
{
    for (int i = 0; names[i] != NULL; i++) {
        strbuf_addf(out, "%s\"%s\":%" PRId64, i > 0 ? "," : "", names[i], counts[i]);
    }
}

static void mark_counts(const char *text, const char *const names[], int64_t ret[])
{
    json_t *counts = json_loads(text, 0, NULL);
    for (int i = 0; names[i] != NULL; i++) {
        ret[i] = json_integer_value(json_object_get(counts, names[i]));
    }
    json_decref(counts);
}

Status sweep_mark_read(
    const JobRun *run, Db *db, int lane, const char *const names[], SweepMark *ret, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, run->job_no);
    db_param_i64(&params, run->token);
    db_param_i64(&params, lane);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_sweep_begin, &params, &result, err);
    if (status == STATUS_OK && db_rows(result) == 0) {
        return job_run_fenced(err);
    }
    if (status == STATUS_OK) {
        ret->lead_id = db_i64(result, 0, 0);
        mark_counts(db_text(result, 0, 1), names, ret->counts);
    }
    return status;
}

Status sweep_mark_write(const JobRun *run,
                        Db *db,
                        int lane,
                        const char *const names[],
                        const SweepMark *before,
                        const SweepMark *next,
                        StrBuf *ret_fields,
                        Error *err)
{
    int64_t totals[SWEEP_COUNTS] = {0};
    AUTO_STRBUF counts = STRBUF_INIT;
    strbuf_addc(&counts, '{');
    sweep_mark_fields(names, next->counts, &counts);
    strbuf_addc(&counts, '}');
    DbParams params = {0};
    db_param_i64(&params, run->job_no);
    db_param_i64(&params, run->token);
    db_param_i64(&params, before->lead_id);
    db_param_i64(&params, next->lead_id);
    db_param_text(&params, counts.data);
    db_param_i64(&params, lane);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_sweep_mark, &params, &result, err);
    if (status == STATUS_OK && db_rows(result) == 0) {
        return job_run_fenced(err);
    }
    if (status == STATUS_OK) {
        mark_counts(db_text(result, 0, 0), names, totals);
        sweep_mark_fields(names, totals, ret_fields);
    }
    return status;
}
