#include "importer/dry_ids.h"

#include "base/hash.h"
#include "sql_queries.h"

/* What ExternalIds takes as a phone. */
static int64_t id_hash(TextSlice id)
{
    return (int64_t)(hash_u64(id.data, id.len, 0) >> 16 | 1);
}

static int64_t id_of_list(const DbResult *found, int64_t phone)
{
    int row = db_bin_find(found, 0, phone);
    if (row < 0) {
        return 0;
    }
    TextSlice id;
    id.data = db_bytes(found, row, 1, &id.len);
    return id_hash(id);
}

static Status ids_find(Db *db, int32_t list_no, const ChunkShare *share, DbResult **ret, Error *err)
{
    DbArray phones = {0};
    DbParams params = {0};
    db_array_begin(&phones, DB_ARRAY_INT8);
    for (int i = 0; i < share->row_count; i++) {
        db_array_i64(&phones, share->rows[i].lead.phone);
    }
    db_param_array(&params, &phones);
    db_param_i64(&params, list_no);
    Status status = db_query_binary(db, sql_import_probe_ids, &params, ret, err);
    db_array_done(&phones);
    return status;
}

static void reject(ImportPlan *plan, int row)
{
    int64_t *was = plan->fates[row] == ROW_DUPLICATE_IN_FILE ? &plan->counts.duplicate_in_file
                                                             : &plan->counts.duplicate_in_list;
    (*was)--;
    plan->counts.rejected++;
    plan->fates[row] = ROW_CONFLICT;
}

Status dry_ids_check(ExternalIds *by_phone,
                     Db *db,
                     int32_t list_no,
                     ImportPlan *plan,
                     const ChunkShare *share,
                     Error *err)
{
    AUTO_RESULT *found = NULL;
    Status status = ids_find(db, list_no, share, &found, err);
    for (int i = 0; status == STATUS_OK && i < share->row_count; i++) {
        const LeadRow *lead = &share->rows[i].lead;
        TextSlice id = lead->texts[LEAD_EXTERNAL_ID];
        if (id.len == 0 || plan->fates[i] == ROW_CONFLICT) {
            continue;
        }
        int64_t says = id_hash(id);
        int64_t has = id_of_list(found, lead->phone);
        if (has == 0) {
            TextSlice phone = {(const char *)&lead->phone, sizeof lead->phone};
            status = external_ids_meet(by_phone, phone, says, &has, err);
        }
        if (status == STATUS_OK && has != says) {
            reject(plan, i);
        }
    }
    return status;
}
