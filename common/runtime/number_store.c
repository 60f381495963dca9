#include "runtime/number_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "sql_queries.h"

void number_digest(const Config *cfg, int64_t phone, uint8_t ret[HASH_SHA256_BYTES])
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, phone);
    hash_hmac_sha256(cfg->number_key, strlen(cfg->number_key), digits, (size_t)len, ret);
}

/* Phones and their digests, as parameters 1 and 2 of a statement. */
typedef struct NumberColumns {
    DbArray phones;
    DbArray digests;
} NumberColumns;

static void columns_fill(
    NumberColumns *columns, const Config *cfg, const int64_t phones[], int count, DbParams *params)
{
    db_array_begin(&columns->phones, DB_ARRAY_INT8);
    db_array_begin(&columns->digests, DB_ARRAY_BYTEA);
    for (int i = 0; i < count; i++) {
        uint8_t digest[HASH_SHA256_BYTES];
        number_digest(cfg, phones[i], digest);
        db_array_i64(&columns->phones, phones[i]);
        db_array_text(&columns->digests, (const char *)digest, sizeof digest);
    }
    db_param_array(params, &columns->phones);
    db_param_array(params, &columns->digests);
}

static void columns_done(NumberColumns *columns)
{
    db_array_done(&columns->phones);
    db_array_done(&columns->digests);
}

Status number_make_ids(
    Db *db, const Config *cfg, const int64_t phones[], int count, DbResult **ret, Error *err)
{
    NumberColumns columns = {0};
    DbParams params = {0};
    columns_fill(&columns, cfg, phones, count, &params);
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_query_binary(tx, sql_number_make, &params, ret, err);
    }
    columns_done(&columns);
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

Status number_make(Db *db, const Config *cfg, const int64_t phones[], int count, Error *err)
{
    AUTO_RESULT *made = NULL;
    return count > 0 ? number_make_ids(db, cfg, phones, count, &made, err) : STATUS_OK;
}

static Status any_erased(Db *db, bool *ret, Error *err)
{
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_number_any_erased, NULL, &result, err);
    if (status == STATUS_OK) {
        *ret = db_rows(result) > 0;
    }
    return status;
}

static Status revive_rows(Db *db, const Config *cfg, const int64_t phones[], int count, Error *err)
{
    NumberColumns columns = {0};
    DbParams params = {0};
    columns_fill(&columns, cfg, phones, count, &params);
    Status status = db_exec(db, sql_number_revive, &params, -1, err);
    columns_done(&columns);
    return status;
}

Status number_revive(Db *db, const Config *cfg, const int64_t phones[], int count, Error *err)
{
    bool any = false;
    if (count == 0) {
        return STATUS_OK;
    }
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = any_erased(tx, &any, err);
    }
    if (status != STATUS_OK || !any) {
        return status;
    }
    status = revive_rows(tx, cfg, phones, count, err);
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

Status number_erased(Db *db, const Config *cfg, const NumberAsk *ask, DbResult **ret, Error *err)
{
    bool any = false;
    Status status = any_erased(db, &any, err);
    *ret = NULL;
    if (status != STATUS_OK || !any || ask->count == 0) {
        return status;
    }
    NumberColumns columns = {0};
    DbParams params = {0};
    columns_fill(&columns, cfg, ask->phones, ask->count, &params);
    db_param_i64(&params, ask->campaign_no);
    db_param_time(&params, ask->now_us);
    status = db_query_binary(db, sql_number_erased, &params, ret, err);
    columns_done(&columns);
    return status;
}

Status number_find(Db *db, DbArray *phones, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, phones);
    return db_query_binary(db, sql_number_ids, &params, ret, err);
}

Status number_lock(Db *db, DbArray *number_ids, bool free, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, number_ids);
    return db_query_binary(db, free ? sql_number_lock_free : sql_number_lock, &params, ret, err);
}
