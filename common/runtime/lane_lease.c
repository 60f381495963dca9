#include "runtime/lane_lease.h"

#include <string.h>

#include "base/clock.h"
#include "base/metric_table.h"
#include "sql_queries.h"

/* What a transaction claims, which is held once that is committed. */
typedef struct LaneClaim {
    int lanes[OUTBOX_LANES];
    int count;
} LaneClaim;

static bool lanes_have(const int lanes[], int count, int lane)
{
    for (int i = 0; i < count; i++) {
        if (lanes[i] == lane) {
            return true;
        }
    }
    return false;
}

bool lane_lease_holds(const LaneLease *lease, int lane)
{
    return lanes_have(lease->lanes, lease->count, lane);
}

static void lanes_array(const int lanes[], int count, DbArray *ret)
{
    db_array_begin(ret, DB_ARRAY_INT2);
    for (int i = 0; i < count; i++) {
        db_array_i64(ret, lanes[i]);
    }
}

/* ---- giving back ---- */

static Status lease_release(LaneLease *lease, Db *tx, const int lanes[], int count, Error *err)
{
    DbArray array = {0};
    DbParams params = {0};
    lanes_array(lanes, count, &array);
    db_param_text(&params, lease->worker_id);
    db_param_array(&params, &array);
    Status status = db_exec(tx, sql_outbox_lane_release, &params, -1, err);
    db_array_done(&array);
    return status;
}

/* Lanes with rows on their way come first; returns how many. */
static int lease_sort(LaneLease *lease, const bool busy[OUTBOX_LANES])
{
    int count = 0;
    for (int i = 0; i < lease->count; i++) {
        int lane = lease->lanes[i];
        if (busy[lane]) {
            lease->lanes[i] = lease->lanes[count];
            lease->lanes[count++] = lane;
        }
    }
    return count;
}

static Status
lease_shrink(LaneLease *lease, Db *tx, int share, const bool busy[OUTBOX_LANES], Error *err)
{
    int kept = lease_sort(lease, busy);
    int beyond = lease->count - (share > kept ? share : kept);
    if (beyond <= 0) {
        return STATUS_OK;
    }
    lease->count -= beyond;
    return lease_release(lease, tx, lease->lanes + lease->count, beyond, err);
}

/* ---- claiming ---- */

/* How many lanes are this line's to have. Only what shares its lanes with the other workers' lines
 * says that the worker lives: of a line that hangs the lanes go to the others. */
static Status lease_share(const LaneLease *lease, Db *tx, int *ret_share, Error *err)
{
    *ret_share = lease->of->count;
    if (!lease->of->shared) {
        return STATUS_OK;
    }
    DbParams params = {0};
    db_param_text(&params, lease->worker_id);
    db_param_text(&params, lease->service);
    db_param_i64(&params, lease->cfg->lane_lease_ms);
    AUTO_RESULT *result = NULL;
    Status status = db_query(tx, sql_worker_beat, &params, &result, err);
    if (status == STATUS_OK) {
        int64_t alive = db_i64(result, 0, 0);
        *ret_share = (int)((lease->of->count + alive - 1) / alive);
    }
    return status;
}

/* One that this line believes to have, and has not, is lost, also when it is free again: what it
 * has read of it others may have published since. */
static Status lease_claim(const LaneLease *lease, Db *tx, int share, LaneClaim *ret, Error *err)
{
    DbParams params = {0};
    DbArray had = {0};
    lanes_array(lease->lanes, lease->count, &had);
    db_param_text(&params, lease->worker_id);
    db_param_i64(&params, lease->cfg->lane_lease_ms);
    db_param_i64(&params, share > lease->count ? share - lease->count : 0);
    db_param_i64(&params, lease->of->first);
    db_param_i64(&params, lease->of->first + lease->of->count);
    db_param_array(&params, &had);
    AUTO_RESULT *result = NULL;
    Status status = db_query(tx, sql_outbox_lane_claim, &params, &result, err);
    db_array_done(&had);
    for (int i = 0; status == STATUS_OK && i < db_rows(result); i++) {
        ret->lanes[ret->count++] = (int)db_i64(result, i, 0);
    }
    return status;
}

/* Lanes that others took over are lost, whatever becomes of the claim. */
static void lease_drop_lost(LaneLease *lease, const LaneClaim *claim)
{
    int kept = 0;
    for (int i = 0; i < lease->count; i++) {
        if (lanes_have(claim->lanes, claim->count, lease->lanes[i])) {
            lease->lanes[kept++] = lease->lanes[i];
        } else {
            metric_add(&metric_lease_lost, 1, "lane", NULL);
        }
    }
    lease->count = kept;
}

static void lease_take(LaneLease *lease, const LaneClaim *claim, int64_t asked_ms)
{
    lease->count = claim->count;
    memcpy(lease->lanes, claim->lanes, sizeof claim->lanes[0] * (size_t)claim->count);
    lease->end_ms = asked_ms + lease->cfg->lane_lease_ms * 4 / 5;
    lease->renew_ms = asked_ms + lease->cfg->lane_lease_ms / 3;
}

Status lane_lease_renew(
    LaneLease *lease, Db *db, const bool busy[OUTBOX_LANES], bool *ret_grown, Error *err)
{
    int64_t asked_ms = clock_mono_ms();
    int share = 0;
    LaneClaim claim = {.count = 0};
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = lease_share(lease, tx, &share, err);
    }
    if (status == STATUS_OK) {
        status = lease_shrink(lease, tx, share, busy, err);
    }
    if (status == STATUS_OK) {
        status = lease_claim(lease, tx, share, &claim, err);
    }
    if (status == STATUS_OK) {
        lease_drop_lost(lease, &claim);
        status = db_commit(tx, err);
    }
    if (status == STATUS_OK) {
        *ret_grown = claim.count > lease->count;
        lease_take(lease, &claim, asked_ms);
    }
    return status;
}

/* ---- leaving ---- */

Status lane_lease_leave(LaneLease *lease, Db *db, Error *err)
{
    int lanes[OUTBOX_LANES];
    for (int i = 0; i < lease->of->count; i++) {
        lanes[i] = lease->of->first + i;
    }
    lease->count = 0;
    DbParams params = {0};
    db_param_text(&params, lease->worker_id);
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = lease_release(lease, tx, lanes, lease->of->count, err);
    }
    if (status == STATUS_OK && lease->of->shared) {
        status = db_exec(tx, sql_worker_leave, &params, -1, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}
