#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sql_queries.h"
#include "stats/reconcile.h"

/* Places of reconcile_list.sql; 1 to 6 are stages. */
enum { PLACE_CONTACTED = 7, PLACE_ATTEMPTED = 8, PLACE_STATUS = 9 };

static Status recount(Reconcile *job, Db *db, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, job->list_no);
    return db_query(db, sql_reconcile_list, &params, ret, err);
}

static Status look(Reconcile *job, DbResult **ret_differs, Error *err)
{
    AUTO_TX Db *tx = job->run->db;
    Status status = db_begin(tx, err); /* not while the record is set back */
    db_rollback(tx);
    if (status == STATUS_OK) {
        status = db_begin_snapshot(tx, err);
    }
    return status == STATUS_OK ? recount(job, tx, ret_differs, err) : status;
}

/* ---- mending ---- */

static void delta_take(ListDelta *delta, const DbResult *differs, int row)
{
    int place = (int)db_i64(differs, row, 0);
    int64_t more = db_i64(differs, row, 3) - db_i64(differs, row, 2);
    if (place >= 1 && place < PLACE_CONTACTED) {
        delta->stages[place] += more;
    } else if (place == PLACE_CONTACTED) {
        delta->contacted += more;
    } else if (place == PLACE_ATTEMPTED) {
        delta->attempted += more;
    } else if (place == PLACE_STATUS) {
        list_delta_status(delta, db_text(differs, row, 1), more);
    }
}

static void add_counters(const DbResult *differs, StrBuf *out)
{
    for (int row = 0; row < db_rows(differs); row++) {
        bool status = db_i64(differs, row, 0) == PLACE_STATUS;
        strbuf_addf(out, "%s{\"name\":\"%s%s\",\"was\":%s,\"is\":%s}", row > 0 ? "," : "",
                    status ? "status:" : "", db_text(differs, row, 1), db_text(differs, row, 2),
                    db_text(differs, row, 3));
    }
}

/* Leads that change wait with their counters until this is over, and those whose change is not
 * committed are not counted. Total is moved by the stages, so that it stays their sum. */
static Status mend_held(Reconcile *job, Db *tx, ListDelta *delta, bool *ret_wanted, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *differs = NULL;
    db_param_i64(&params, job->list_no);
    Status status = db_query(tx, sql_reconcile_hold, &params, NULL, err);
    if (status == STATUS_OK) {
        status = recount(job, tx, &differs, err);
    }
    *ret_wanted = status == STATUS_OK && db_rows(differs) > 0;
    for (int row = 0; row < db_rows(differs); row++) {
        delta_take(delta, differs, row);
    }
    strbuf_reset(&job->counters);
    add_counters(differs, &job->counters);
    return *ret_wanted ? db_exec(tx, sql_reconcile_total, &params, 1, err) : status;
}

/* A list whose leads cannot be counted while it is held: said, and the others go on. */
static Status mend(Reconcile *job, bool *ret_mended, Error *err)
{
    Status status = reconcile_mend(job, "record", mend_held, ret_mended, err);
    if (status == STATUS_RETRY && strcmp(err->code, "db_timeout") == 0) {
        reconcile_problem(job, "record", "repair", "not mended",
                          "its leads take longer to count than it may be held");
        return STATUS_OK;
    }
    return status;
}

Status reconcile_record(Reconcile *job, bool *ret_same, bool *ret_mended, Error *err)
{
    AUTO_RESULT *differs = NULL;
    Status status = look(job, &differs, err);
    *ret_same = status != STATUS_OK || db_rows(differs) == 0;
    for (int row = 0; !*ret_same && row < db_rows(differs); row++) {
        reconcile_problem(job, "record", db_text(differs, row, 1), db_text(differs, row, 2),
                          db_text(differs, row, 3));
    }
    return status == STATUS_OK && !*ret_same && job->repair ? mend(job, ret_mended, err) : status;
}
