#include "importer/lead_queue.h"

#include "sql_queries.h"

Status
lead_queue_insert(Db *db, const LeadRow *const rows[], int count, StrBuf *scratch, Error *err)
{
    lead_copy_begin(scratch);
    for (int i = 0; i < count; i++) {
        lead_copy_add_ready(scratch, rows[i]);
    }
    lead_copy_end(scratch);
    return db_copy_in(db, lead_copy_ready_sql, scratch->data, scratch->len, err);
}

static Status queue_run(Db *db, const char *sql, const LeadRow *const rows[], int count, Error *err)
{
    DbArray ids = {0};
    db_array_begin(&ids, DB_ARRAY_INT8);
    for (int i = 0; i < count; i++) {
        db_array_i64(&ids, rows[i]->lead_id);
    }
    DbParams params = {0};
    db_param_array(&params, &ids);
    Status status = db_exec(db, sql, &params, -1, err);
    db_array_done(&ids);
    return status;
}

Status lead_queue_leave(Db *db, const LeadRow *const rows[], int count, Error *err)
{
    return queue_run(db, sql_lead_queue_leave, rows, count, err);
}

Status lead_queue_enter(Db *db, const LeadRow *const rows[], int count, Error *err)
{
    return queue_run(db, sql_lead_queue_enter, rows, count, err);
}
