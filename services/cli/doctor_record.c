/* Checks of doctor.h within the record. Each list and each import is one statement, so one
 * snapshot, and none holds anything for long. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "cli/doctor.h"
#include "cli/doctor_redis.h"
#include "runtime/outbox.h"
#include "sql_queries.h"

enum { OUTBOX_OLD_US = 60 * 1000000, OUTBOX_PART = 50 };

/* A statement for each of the rows of `each`: number, name. It says what is wrong: name, one
 * figure, and the other that should be the same. */
typedef struct DoctorEach {
    const char *each;
    const char *sql;
    const char *what;
    int64_t at_us; /* its second parameter; 0: it has none */
} DoctorEach;

static Status
doctor_one(Cli *cli, const DoctorEach *look, int64_t number, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, number);
    if (look->at_us != 0) {
        db_param_time(&params, look->at_us);
    }
    return cli_query_long(cli, look->sql, &params, ret, err);
}

static Status doctor_each(Cli *cli, const DoctorEach *look, Check *check, Error *err)
{
    AUTO_RESULT *rows = NULL;
    Status status = cli_query(cli, look->each, NULL, &rows, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(rows); row++) {
        AUTO_RESULT *wrong = NULL;
        status = doctor_one(cli, look, db_i64(rows, row, 0), &wrong, err);
        check->checked++;
        for (int i = 0; status == STATUS_OK && i < db_rows(wrong); i++) {
            check_problem(check, "%s %s: %s: %s, but %s", look->what, db_text(rows, row, 1),
                          db_text(wrong, i, 0), db_text(wrong, i, 1), db_text(wrong, i, 2));
        }
    }
    return status;
}

Status doctor_each_list(Cli *cli, const char *sql, int64_t at_us, Check *check, Error *err)
{
    DoctorEach look = {sql_cli_doctor_lists, sql, "list", at_us};
    return doctor_each(cli, &look, check, err);
}

/* A deletion that was cancelled waits for somebody to ask again. */
static Status record_deleting(Cli *cli, Check *check, Error *err)
{
    AUTO_RESULT *rows = NULL;
    Status status = cli_query(cli, sql_cli_doctor_deleting, NULL, &rows, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(rows); row++) {
        check_note(check,
                   "list %s: %s leads are still to be deleted, and no job is at work: "
                   "`leadspool list rm %s` goes on",
                   db_text(rows, row, 0), db_text(rows, row, 1), db_text(rows, row, 0));
    }
    return status;
}

Status doctor_counters(Cli *cli, Check *check, Error *err)
{
    Status status = doctor_each_list(cli, sql_cli_doctor_list, 0, check, err);
    if (status == STATUS_OK) {
        status = record_deleting(cli, check, err);
    }
    return status == STATUS_OK ? doctor_redis(cli, check, err) : status;
}

Status doctor_imports(Cli *cli, Check *check, Error *err)
{
    static const DoctorEach look = {sql_cli_doctor_jobs, sql_cli_doctor_job, "job", 0};
    return doctor_each(cli, &look, check, err);
}

/* ---- I4 ---- */

/* Columns of cli_doctor_outbox.sql. */
enum { OUTBOX_ID, OUTBOX_LANE, OUTBOX_MESSAGES, OUTBOX_AGE, OUTBOX_PAYLOAD };

static void outbox_check(const DbResult *rows, int row, Check *check)
{
    size_t len = 0;
    size_t at = 0;
    int64_t messages = 0;
    int64_t id = db_bin_i64(rows, row, OUTBOX_ID);
    int64_t age_us = db_bin_i64(rows, row, OUTBOX_AGE);
    const char *payload = db_bytes(rows, row, OUTBOX_PAYLOAD, &len);
    BusMessage message;
    BusHeader headers[BUS_HEADERS_MAX];
    while (outbox_next(payload, len, &at, &message, headers)) {
        messages++;
    }
    check->checked++;
    if (at != len) {
        check_problem(check, "row %" PRId64 " is damaged at byte %zu", id, at);
    } else if (messages != db_bin_i64(rows, row, OUTBOX_MESSAGES)) {
        check_problem(check, "row %" PRId64 " holds %" PRId64 " messages, but says %" PRId64, id,
                      messages, db_bin_i64(rows, row, OUTBOX_MESSAGES));
    }
    if (age_us > OUTBOX_OLD_US) {
        check_problem(check, "row %" PRId64 " of lane %" PRId64 " waits since %" PRId64 " s", id,
                      db_bin_i64(rows, row, OUTBOX_LANE), age_us / CLOCK_US_PER_SECOND);
    }
}

static Status outbox_part(Cli *cli, int64_t after, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, after);
    db_param_i64(&params, OUTBOX_PART);
    db_param_time(&params, clock_now_us());
    AUTO_TX Db *db = cli_db(cli);
    Status status = db_begin_unchecked(db, err);
    return status == STATUS_OK ? db_query_binary(db, sql_cli_doctor_outbox, &params, ret, err)
                               : status;
}

Status doctor_outbox(Cli *cli, Check *check, Error *err)
{
    int64_t after = -1;
    for (int count = OUTBOX_PART; count == OUTBOX_PART;) {
        AUTO_RESULT *rows = NULL;
        Status status = outbox_part(cli, after, &rows, err);
        if (status != STATUS_OK) {
            return status;
        }
        count = db_rows(rows);
        for (int row = 0; row < count; row++) {
            outbox_check(rows, row, check);
            after = db_bin_i64(rows, row, OUTBOX_ID);
        }
    }
    return STATUS_OK;
}
