#include "exporter/export_store.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "sql_queries.h"

static bool outlives_list(ExportWhat what)
{
    return what == EXPORT_ATTEMPTS || what == EXPORT_REJECTS;
}

Status export_find_list(
    Db *db, const ExportSpec *spec, int32_t *ret_list_no, int32_t *ret_campaign_no, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, spec->list_id);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_export_list, &params, &result, err);
    if (status == STATUS_OK) {
        bool there = db_rows(result) == 1 && (!db_bool(result, 0, 2) || outlives_list(spec->what));
        *ret_list_no = there ? (int32_t)db_i64(result, 0, 0) : 0;
        *ret_campaign_no = there ? (int32_t)db_i64(result, 0, 1) : 0;
    }
    return status;
}

Status export_look(Db *db, int32_t list_no, ExportWhat what, ExportLook *ret, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, list_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_export_look, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (db_rows(result) == 0 || (db_bool(result, 0, 3) && !outlives_list(what))) {
        return error_set_field(err, "list_id", "list_gone", "the list was deleted meanwhile");
    }
    *ret = (ExportLook){db_i64(result, 0, 0), db_i64(result, 0, 1), db_i64(result, 0, 2)};
    return STATUS_OK;
}

Status export_custom_keys(
    Db *db, int32_t list_no, int most, DbResult **ret, int64_t *ret_total, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, list_no);
    db_param_i64(&params, most);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_export_keys, &params, &result, err);
    if (status == STATUS_OK) {
        *ret_total = db_rows(result) > 0 ? db_i64(result, 0, 1) : 0;
        *ret = result;
        result = NULL;
    }
    return status;
}

Status export_find_rejects(
    Db *db, int64_t import_no, int32_t list_no, char **ret_name, int64_t *ret_rows, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, import_no);
    db_param_i64(&params, list_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_export_rejects, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (db_rows(result) == 0) {
        return error_set_field(err, "job_id", "unknown_job",
                               "%" PRId64 " is no import of this list: see `leadspool job ls`",
                               import_no);
    }
    const char *state = db_text(result, 0, 0);
    if (strcmp(state, "queued") == 0 || strcmp(state, "running") == 0) {
        return error_set_field(err, "job_id", "job_open", "the import has not ended yet");
    }
    if (db_is_null(result, 0, 1)) {
        return error_set_field(err, "job_id", "no_rejects", "the import rejected no row");
    }
    *ret_name = mem_strdup(db_text(result, 0, 1));
    *ret_rows = db_i64(result, 0, 2);
    return STATUS_OK;
}
