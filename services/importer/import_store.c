#include "importer/import_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/guard.h"
#include "base/mem.h"
#include "runtime/job_runner.h"
#include "sql_queries.h"

/* ---- checkpoints ---- */

Status import_lanes_claim(Db *db, int64_t job_no, int64_t token, int lanes, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, job_no);
    db_param_i64(&params, token);
    db_param_i64(&params, lanes);
    return db_exec(db, sql_import_lanes_claim, &params, lanes, err);
}

Status import_lanes_read(Db *db, int64_t job_no, int lanes, LaneMark ret[], Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, job_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_import_lanes_read, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (db_rows(result) != lanes) {
        return error_set(err, STATUS_FATAL, "job_params",
                         "the job has another number of lanes than it says");
    }
    for (int i = 0; i < lanes; i++) {
        LaneMark *mark = &ret[i];
        *mark = (LaneMark){.chunk = db_i64(result, i, 1), .finished = db_bool(result, i, 6)};
        mark->position = (CsvPosition){.offset = (uint64_t)db_i64(result, i, 2),
                                       .line = (uint64_t)db_i64(result, i, 3),
                                       .number = (uint64_t)db_i64(result, i, 4),
                                       .digest = strtoull(db_text(result, i, 5), NULL, 16)};
        for (int count = 0; count < IMPORT_COUNTS; count++) {
            import_counts_array(&mark->counts)[count] = db_i64(result, i, 7 + count);
        }
    }
    return STATUS_OK;
}

Status import_lane_hold(Db *db, const LaneStep *step, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, step->job_no);
    db_param_i64(&params, step->lane);
    db_param_i64(&params, step->token);
    db_param_i64(&params, step->chunk);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_import_lane_hold, &params, &result, err);
    if (status == STATUS_OK && db_rows(result) == 0) {
        return job_run_fenced(err);
    }
    return status;
}

Status import_lane_move(Db *db, const LaneStep *step, Error *err)
{
    char digest[20];
    snprintf(digest, sizeof digest, "%016" PRIx64, step->next.digest);
    DbParams params = {0};
    db_param_i64(&params, step->job_no);
    db_param_i64(&params, step->lane);
    db_param_i64(&params, step->token);
    db_param_i64(&params, step->chunk);
    db_param_i64(&params, (int64_t)step->next.offset);
    db_param_i64(&params, (int64_t)step->next.line);
    db_param_i64(&params, (int64_t)step->next.number);
    db_param_text(&params, digest);
    db_param_bool(&params, step->finished);
    const int64_t *counts = &step->counts.rows;
    for (int count = 0; count < IMPORT_COUNTS; count++) {
        db_param_i64(&params, counts[count]);
    }
    Status status = db_exec(db, sql_import_lane_move, &params, 1, err);
    if (status == STATUS_RETRY && strcmp(err->code, "row_count") == 0) {
        return job_run_fenced(err);
    }
    return status;
}

Status import_lane_look(Db *db, const LaneStep *step, bool *ret_moved, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, step->job_no);
    db_param_i64(&params, step->lane);
    db_param_i64(&params, step->token);
    AUTO_RESULT *result = NULL;
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_query(tx, sql_import_lane_look, &params, &result, err);
    }
    if (status == STATUS_OK && db_rows(result) == 0) {
        return job_run_fenced(err);
    }
    if (status == STATUS_OK) {
        *ret_moved = db_i64(result, 0, 0) == step->chunk + 1 || BROKEN(LANE_DOUBT);
    }
    return status;
}

Status import_sums(Db *db, int64_t job_no, ImportCounts *ret, int64_t *ret_offset, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, job_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_import_sums, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    for (int count = 0; count < IMPORT_COUNTS; count++) {
        import_counts_array(ret)[count] = db_i64(result, 0, count);
    }
    *ret_offset = db_i64(result, 0, IMPORT_COUNTS);
    return STATUS_OK;
}

/* ---- parts ---- */

Status import_part_set(Db *db, const RejectPart *part, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, part->job_no);
    db_param_i64(&params, part->lane);
    db_param_i64(&params, part->token);
    db_param_i64(&params, part->next_bytes);
    return db_exec(db, sql_import_part_set, &params, 1, err);
}

Status
import_parts_read(Db *db, int64_t job_no, RejectPartInfo **ret_parts, int *ret_count, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, job_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_import_parts_read, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    *ret_count = db_rows(result);
    *ret_parts = mem_alloc((size_t)*ret_count * sizeof **ret_parts);
    for (int i = 0; i < *ret_count; i++) {
        (*ret_parts)[i] =
            (RejectPartInfo){(int)db_i64(result, i, 0), db_i64(result, i, 1), db_i64(result, i, 2)};
    }
    return STATUS_OK;
}

Status import_parts_drop(Db *db, int64_t job_no, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, job_no);
    return db_exec(db, sql_import_parts_drop, &params, -1, err);
}

/* ---- probes ---- */

Status import_probe(Db *db, DbArray *phones, int32_t list_no, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, phones);
    db_param_i64(&params, list_no);
    return db_query_binary(db, sql_import_probe, &params, ret, err);
}

Status import_probe_campaign(
    Db *db, DbArray *phones, int32_t list_no, int32_t campaign_no, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, phones);
    db_param_i64(&params, list_no);
    db_param_i64(&params, campaign_no);
    return db_query_binary(db, sql_import_probe_campaign, &params, ret, err);
}

Status import_probe_external(Db *db, DbArray *ids, int32_t list_no, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, ids);
    db_param_i64(&params, list_no);
    return db_query_binary(db, sql_import_probe_external, &params, ret, err);
}

static int external_compare(const DbResult *result, int row, TextSlice wanted)
{
    size_t len;
    const char *bytes = db_bytes(result, row, 0, &len);
    int order = memcmp(bytes, wanted.data, len < wanted.len ? len : wanted.len);
    return order != 0 ? order : (len > wanted.len) - (len < wanted.len);
}

int64_t import_external_phone(const DbResult *result, TextSlice external_id)
{
    int low = 0;
    int high = db_rows(result) - 1;
    while (low <= high) {
        int middle = low + (high - low) / 2;
        int order = external_compare(result, middle, external_id);
        if (order == 0) {
            return db_bin_i64(result, middle, 1);
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle - 1;
        }
    }
    return 0;
}

/* ---- all phones ---- */

static void phones_tell(const DbResult *result, const ImportPhones *phones)
{
    for (int i = 0; i < db_rows(result); i++) {
        bool made_here = db_bin_i64(result, i, 1) >> 32 == phones->job_no;
        phones->phone(phones->context, (uint64_t)db_bin_i64(result, i, 0), made_here);
    }
}

static Status phones_open(Db *db, int32_t list_no, Error *err)
{
    AUTO_FREE char *sql = mem_sprintf("SET LOCAL cursor_tuple_fraction = 1;"
                                      " DECLARE phones NO SCROLL CURSOR FOR"
                                      " SELECT phone, lead_id FROM leads WHERE list_no = %" PRId32,
                                      list_no);
    return db_script(db, sql, err);
}

/* A cursor, since the whole would come in one go, without a moment to stop. Its first rows may lie
 * at the end of a large table. */
Status import_each_phone(Db *db, const ImportPhones *phones, Error *err)
{
    bool more = true;
    AUTO_TX Db *tx = db;
    Status status = db_begin_long(tx, err);
    if (status == STATUS_OK) {
        status = phones_open(tx, phones->list_no, err);
    }
    while (status == STATUS_OK && more) {
        AUTO_RESULT *result = NULL;
        if (stop_asked(phones->stop)) {
            return error_set(err, STATUS_RETRY, "stopped", "the reading of the list was stopped");
        }
        status = db_query_binary(tx, "FETCH 50000 FROM phones", &(DbParams){0}, &result, err);
        if (status == STATUS_OK) {
            phones_tell(result, phones);
            more = db_rows(result) > 0;
        }
    }
    return status;
}

Status import_list_size(Db *db, int32_t list_no, int64_t *ret, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, list_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_import_list_size, &params, &result, err);
    if (status == STATUS_OK) {
        *ret = db_rows(result) == 1 ? db_i64(result, 0, 0) : 0;
    }
    return status;
}
