#include "importer/dnc_filter.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/guard.h"
#include "base/log.h"
#include "base/mem.h"
#include "sql_queries.h"

enum {
    FILTER_BYTES_MAX = 8 << 20, /* at its peak: some 400,000 phones of the lane */
    FILTER_AGAIN_MS = 2000,
    FILTER_REST = 20, /* times what reading takes, before it is read again */
};

void dnc_filter_init(DncFilter *filter, int lane, int lanes)
{
    *filter = (DncFilter){.lane = lane, .lanes = lanes, .again_ms = INT64_MIN};
}

static void filter_empty(DncFilter *filter)
{
    phone_set_done(&filter->phones);
    free(filter->snapshot);
    filter->snapshot = NULL;
    filter->holds = false;
}

void dnc_filter_done(DncFilter *filter)
{
    filter_empty(filter);
}

/* False when the set may not take one more. */
static bool filter_add(DncFilter *filter, const DbResult *phones)
{
    for (int row = 0; row < db_rows(phones); row++) {
        uint64_t phone = (uint64_t)db_bin_i64(phones, row, 0);
        if ((int)(phone_hash(phone) % (uint64_t)filter->lanes) != filter->lane ||
            phone_set_find(&filter->phones, phone) != PHONE_ABSENT) {
            continue;
        }
        if (phone_set_bytes_after_add(&filter->phones) > FILTER_BYTES_MAX) {
            return false;
        }
        phone_set_add(&filter->phones, phone, PHONE_IN_LIST);
    }
    return true;
}

static Status filter_read(DncFilter *filter, Db *tx, bool *ret_whole, Error *err)
{
    Status status = db_exec(tx, sql_dnc_filter_open, NULL, -1, err);
    bool more = true;
    *ret_whole = true;
    while (status == STATUS_OK && more && *ret_whole) {
        AUTO_RESULT *phones = NULL;
        status = db_query_binary(tx, "FETCH 20000 FROM listed", NULL, &phones, err);
        if (status == STATUS_OK) {
            more = db_rows(phones) > 0;
            *ret_whole = filter_add(filter, phones);
        }
    }
    return status;
}

static Status filter_fill(DncFilter *filter, Db *db, bool *ret_whole, Error *err)
{
    AUTO_RESULT *snapshot = NULL;
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) { /* an older snapshot than that of the phones */
        status = db_query(tx, sql_dnc_filter_snapshot, NULL, &snapshot, err);
    }
    if (status == STATUS_OK) {
        status = filter_read(filter, tx, ret_whole, err);
    }
    if (status == STATUS_OK && *ret_whole) {
        filter->snapshot = mem_strdup(db_text(snapshot, 0, 0));
        filter->epoch = db_epoch(tx);
        filter->connects = db_connects(tx);
    } else {
        filter_empty(filter);
    }
    return status;
}

void dnc_filter_fill(DncFilter *filter, Db *db)
{
    int64_t begun_ms = clock_mono_ms();
    if (filter->snapshot != NULL || !filter->wanted || begun_ms < filter->again_ms) {
        return;
    }
    Error err;
    bool whole = true;
    if (filter_fill(filter, db, &whole, &err) != STATUS_OK) {
        LOG_DEBUG("import.dnc_filter", "lane=%d code=%s msg=%s", filter->lane, err.code, err.text);
    }
    int64_t rest_ms = (clock_mono_ms() - begun_ms) * FILTER_REST;
    filter->again_ms =
        whole ? begun_ms + (rest_ms > FILTER_AGAIN_MS ? rest_ms : FILTER_AGAIN_MS) : INT64_MAX;
}

Status dnc_filter_check(DncFilter *filter, Db *db, Error *err)
{
    filter->wanted = true;
    filter->holds = false;
    if (filter->epoch != db_epoch(db) || filter->connects != db_connects(db)) {
        filter_empty(filter); /* a server that was restarted gives numbers out again */
    }
    if (filter->snapshot == NULL) {
        return STATUS_OK;
    }
    DbParams params = {0};
    db_param_text(&params, filter->snapshot);
    AUTO_RESULT *opened = NULL;
    Status status = db_query(db, sql_dnc_filter_opened, &params, &opened, err);
    if (status != STATUS_OK) {
        return status;
    }
    filter->holds = db_rows(opened) == 0 || BROKEN(DNC_FILTER);
    if (!filter->holds) {
        filter_empty(filter);
    }
    return STATUS_OK;
}

bool dnc_filter_may_hold(const DncFilter *filter, uint64_t phone)
{
    return !filter->holds || phone_set_find(&filter->phones, phone) != PHONE_ABSENT;
}
