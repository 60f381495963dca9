#include "recycler/hopper_lease.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "sql_queries.h"

enum { LEASE_MS = 10000 };

void hopper_lease_done(HopperLease *lease)
{
    for (int i = 0; i < lease->count; i++) {
        hopper_campaign_done(&lease->campaigns[i]);
    }
    free(lease->campaigns);
}

HopperCampaign *hopper_lease_find(HopperLease *lease, int32_t campaign_no)
{
    for (int i = 0; i < lease->count; i++) {
        if (lease->campaigns[i].campaign_no == campaign_no) {
            return &lease->campaigns[i];
        }
    }
    lease->campaigns =
        mem_realloc(lease->campaigns, (size_t)(lease->count + 1) * sizeof *lease->campaigns);
    lease->campaigns[lease->count] = (HopperCampaign){.campaign_no = campaign_no};
    return &lease->campaigns[lease->count++];
}

static void take_campaign(HopperLease *lease, const DbResult *result, int row)
{
    HopperCampaign *campaign = hopper_lease_find(lease, (int32_t)db_bin_i64(result, row, 0));
    size_t len = 0;
    const char *held = db_bytes(result, row, 4, &len);
    hopper_declined_remove(&lease->declined, campaign->campaign_no);
    campaign->held_lease = true;
    campaign->active = db_bin_i64(result, row, 1) != 0;
    campaign->rules_version = db_bin_i64(result, row, 2);
    campaign->answered_us = db_bin_time(result, row, 3);
    len = len < sizeof campaign->held ? len : sizeof campaign->held - 1;
    memcpy(campaign->held, held, len);
    campaign->held[len] = '\0';
}

/* Campaigns whose lease is another's by now. */
static void drop_campaigns(HopperLease *lease)
{
    int kept = 0;
    for (int i = 0; i < lease->count; i++) {
        if (lease->campaigns[i].held_lease) {
            lease->campaigns[kept++] = lease->campaigns[i];
        } else {
            hopper_campaign_done(&lease->campaigns[i]);
        }
    }
    lease->count = kept;
}

static Status claim_leases(HopperLease *lease, Db *db, DbResult **ret, Error *err)
{
    DbArray declined[2] = {0};
    DbParams params = {0};
    hopper_declined_forget(&lease->declined);
    hopper_declined_arrays(&lease->declined, &declined[0], &declined[1]);
    db_param_text(&params, lease->worker_id);
    db_param_text(&params, "recycler");
    db_param_i64(&params, LEASE_MS);
    db_param_array(&params, &declined[0]);
    db_param_array(&params, &declined[1]);
    Status status = db_query_binary(db, sql_hopper_claim, &params, ret, err);
    db_array_done(&declined[0]);
    db_array_done(&declined[1]);
    return status;
}

/* What was prepared by a wrong clock goes with its campaign. */
static Status leave_campaigns(const HopperLease *lease, Db *db, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, lease->worker_id);
    return db_exec(db, sql_hopper_clock_off, &params, -1, err);
}

static Status tell_clock(const HopperLease *lease, Db *db, bool clock_off, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, lease->worker_id);
    db_param_bool(&params, clock_off);
    return db_exec(db, sql_hopper_clock, &params, -1, err);
}

Status hopper_lease_claim(HopperLease *lease, Db *db, bool clock_off, Error *err)
{
    AUTO_RESULT *result = NULL;
    Status status = db_exec(db, sql_hopper_missing, NULL, -1, err);
    if (status == STATUS_OK) {
        status = tell_clock(lease, db, clock_off, err);
    }
    if (status == STATUS_OK) {
        status =
            clock_off ? leave_campaigns(lease, db, err) : claim_leases(lease, db, &result, err);
    }
    for (int i = 0; status == STATUS_OK && i < lease->count; i++) {
        lease->campaigns[i].held_lease = false;
    }
    for (int row = 0; status == STATUS_OK && result != NULL && row < db_rows(result); row++) {
        take_campaign(lease, result, row);
    }
    if (status == STATUS_OK) {
        drop_campaigns(lease);
    }
    return status;
}

void hopper_lease_release(HopperLease *lease, Db *db)
{
    Error err;
    DbParams params = {0};
    db_param_text(&params, lease->worker_id);
    AUTO_TX Db *tx = db;
    if (db_begin(tx, &err) != STATUS_OK ||
        db_exec(tx, sql_hopper_release, &params, -1, &err) != STATUS_OK ||
        db_commit(tx, &err) != STATUS_OK) {
        LOG_WARN("hopper.not_released", "msg=%s", err.text);
    }
}
