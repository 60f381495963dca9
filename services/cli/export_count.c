#include "cli/export_count.h"

#include "base/json.h"
#include "base/mem.h"
#include "exporter/export_query.h"
#include "exporter/export_store.h"

static Status
count_rows(Db *db, const ExportSpec *spec, int32_t list_no, int64_t *ret_rows, Error *err)
{
    ExportQuery query;
    DbParams params = {0};
    AUTO_RESULT *result = NULL;
    export_query_make(spec, NULL, &query);
    export_query_params(&query, &(ExportSlice){.list_no = list_no, .upto = INT64_MAX}, &params);
    AUTO_FREE char *sql = mem_sprintf("SELECT count(*) FROM (%s) q", query.sql.data);
    Status status = db_query(db, sql, &params, &result, err);
    if (status == STATUS_OK) {
        *ret_rows = db_i64(result, 0, 0);
    }
    export_query_done(&query);
    return status;
}

static Status count_any(Db *db, const ExportSpec *spec, int64_t *ret_rows, Error *err)
{
    AUTO_FREE char *name = NULL;
    int32_t list_no = 0;
    int32_t campaign_no = 0;
    Status status = export_find_list(db, spec, &list_no, &campaign_no, err);
    if (status == STATUS_OK && list_no == 0) {
        return error_set_field(err, "list_id", "unknown_list",
                               "there is no list %s: see `leadspool list ls`", spec->list_id);
    }
    if (status != STATUS_OK) {
        return status;
    }
    return spec->what == EXPORT_REJECTS
               ? export_find_rejects(db, spec->import_no, list_no, &name, ret_rows, err)
               : count_rows(db, spec, list_no, ret_rows, err);
}

/* One column is enough to count by. */
static Status count_spec(const json_t *data, ExportSpec *ret, Error *err)
{
    AUTO_JSON json_t *narrow = json_copy((json_t *)data);
    json_object_del(narrow, "all_fields");
    json_object_del(narrow, "fields");
    json_object_del(narrow, "order");
    if (json_object_get(narrow, "job_id") == NULL) {
        json_object_set_new(narrow, "fields", json_pack("[s]", "phone"));
    }
    return export_spec_read(narrow, ret, err);
}

Status export_count(Cli *cli, const json_t *data, int64_t *ret_rows, Error *err)
{
    AUTO_EXPORT_SPEC spec = {0};
    Status status = count_spec(data, &spec, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TX Db *tx = cli_db(cli);
    status = db_begin_long(tx, err);
    return status == STATUS_OK ? count_any(tx, &spec, ret_rows, err) : status;
}
