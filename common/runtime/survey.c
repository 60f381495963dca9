#include "runtime/survey.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metric_table.h"
#include "sql_queries.h"

enum { SURVEY_LOOK_MS = 1000, SURVEY_DOUBLINGS = 6, SURVEY_ROWS_MOST = 10000 };

static void survey_tell_oldest(const char *lanes, int64_t age_us)
{
    double seconds = (double)(age_us > 0 ? age_us : 0) / (double)CLOCK_US_PER_SECOND;
    metric_set(&metric_outbox_oldest_seconds, seconds, lanes, NULL);
}

static void survey_tell_outbox(Survey *survey, const char *lanes, int64_t rows, int64_t age_us)
{
    metric_set(&metric_outbox_rows, (double)rows, lanes, NULL);
    survey_tell_oldest(lanes, age_us);
    survey->answered_ms = clock_mono_ms();
    survey->oldest_us = age_us;
}

void survey_miss(const Survey *survey, const char *lanes)
{
    if (survey->answered) {
        int64_t since_ms = clock_mono_ms() - survey->answered_ms;
        survey_tell_oldest(lanes, survey->oldest_us + since_ms * 1000);
    }
}

static Status survey_outbox(Survey *survey, Db *tx, const SurveyScope *scope, Error *err)
{
    AUTO_RESULT *row = NULL;
    DbArray lanes = {0};
    db_array_begin(&lanes, DB_ARRAY_INT2);
    for (int i = 0; i < scope->lane_count; i++) {
        db_array_i64(&lanes, scope->lanes[i]);
    }
    DbParams params = {0};
    db_param_i64(&params, scope->floor_id);
    db_param_array(&params, &lanes);
    db_param_i64(&params, SURVEY_ROWS_MOST);
    Status status = db_query(tx, sql_survey_outbox, &params, &row, err);
    if (status == STATUS_OK) {
        int64_t age_us = db_is_null(row, 0, 1) ? 0 : clock_now_us() - db_i64(row, 0, 1);
        survey_tell_outbox(survey, scope->name, db_i64(row, 0, 0), age_us);
        survey->answered = true;
    }
    db_array_done(&lanes);
    return status;
}

static Status survey_jobs(Db *tx, Error *err)
{
    AUTO_RESULT *row = NULL;
    Status status = db_query(tx, sql_survey_jobs, NULL, &row, err);
    if (status == STATUS_OK) {
        metric_set(&metric_jobs, (double)db_i64(row, 0, 0), "queued", NULL);
        metric_set(&metric_jobs, (double)db_i64(row, 0, 1), "running", NULL);
    }
    return status;
}

static Status survey_ask(Survey *survey, Db *db, const SurveyScope *scope, Error *err)
{
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_exec(tx, sql_survey_begin, NULL, -1, err);
    }
    if (status == STATUS_OK && scope->lane_count > 0) {
        status = survey_outbox(survey, tx, scope, err);
    }
    if (status == STATUS_OK && scope->jobs) {
        status = survey_jobs(tx, err);
    }
    return status;
}

void survey_look(Survey *survey, Db *db, const SurveyScope *scope)
{
    Error err;
    if (survey->failures > 0 && scope->lane_count > 0) {
        survey_miss(survey, scope->name);
    }
    if (clock_mono_ms() < survey->look_ms) {
        return;
    }
    int64_t pause_ms = SURVEY_LOOK_MS;
    if (scope->lane_count == 0) {
        survey_tell_outbox(survey, scope->name, 0, 0);
        survey->answered = false;
    }
    if ((scope->lane_count == 0 && !scope->jobs) ||
        survey_ask(survey, db, scope, &err) == STATUS_OK) {
        survey->failures = 0;
    } else {
        LOG_DEBUG("survey.failed", "code=%s msg=%s", err.code, err.text);
        survey->failures += survey->failures < SURVEY_DOUBLINGS;
        pause_ms <<= survey->failures;
    }
    survey->look_ms = clock_mono_ms() + pause_ms;
}
