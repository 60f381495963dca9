#include "recycler/hopper.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "recycler/expiry.h"
#include "recycler/hopper_campaign.h"
#include "recycler/reading.h"
#include "recycler/stray.h"
#include "runtime/lead_dial.h"
#include "sql_queries.h"

enum {
    ROUND_MS = 25,
    READ_MS = 200,
    LOOK_MS = 1000,
    TROUBLE_MS = 500,
    LEASE_MS = 10000,
    STOP_S = 4,
};

static Metric hopper_offers = METRIC_COUNTER("leadspool_offers_total", "Offers made.", NULL);

struct Hopper {
    const ServiceParts *parts;
    pthread_t thread;
    atomic_bool stopping;
    Db *db;
    Outbox outbox;
    Gates *gates;
    CampaignStore *store;
    HopperCampaign *campaigns; /* by campaign_no */
    int count;
    Reading reading;
    unsigned turn;   /* which campaign is filled first */
    int64_t read_ms; /* when it was last looked at */
    int64_t looked_ms;
};

/* ---- looking ---- */

static HopperCampaign *campaign_of(Hopper *hopper, int32_t campaign_no)
{
    for (int i = 0; i < hopper->count; i++) {
        if (hopper->campaigns[i].campaign_no == campaign_no) {
            return &hopper->campaigns[i];
        }
    }
    hopper->campaigns =
        mem_realloc(hopper->campaigns, (size_t)(hopper->count + 1) * sizeof *hopper->campaigns);
    hopper->campaigns[hopper->count] = (HopperCampaign){.campaign_no = campaign_no};
    return &hopper->campaigns[hopper->count++];
}

static void take_campaign(Hopper *hopper, const DbResult *result, int row)
{
    HopperCampaign *campaign = campaign_of(hopper, (int32_t)db_bin_i64(result, row, 0));
    size_t len = 0;
    const char *held = db_bytes(result, row, 4, &len);
    campaign->held_lease = true;
    campaign->active = db_bin_i64(result, row, 1) != 0;
    campaign->rules_version = db_bin_i64(result, row, 2);
    campaign->answered_us = db_bin_time(result, row, 3);
    len = len < sizeof campaign->held ? len : sizeof campaign->held - 1;
    memcpy(campaign->held, held, len);
    campaign->held[len] = '\0';
}

/* Campaigns whose lease is another's by now. */
static void drop_campaigns(Hopper *hopper)
{
    int kept = 0;
    for (int i = 0; i < hopper->count; i++) {
        if (hopper->campaigns[i].held_lease) {
            hopper->campaigns[kept++] = hopper->campaigns[i];
        } else {
            hopper_campaign_done(&hopper->campaigns[i]);
        }
    }
    hopper->count = kept;
}

static Status claim(Hopper *hopper, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, hopper->parts->worker_id);
    db_param_text(&params, "recycler");
    db_param_i64(&params, LEASE_MS);
    AUTO_RESULT *result = NULL;
    Status status = db_exec(hopper->db, sql_hopper_missing, NULL, -1, err);
    if (status == STATUS_OK) {
        status = db_query_binary(hopper->db, sql_hopper_claim, &params, &result, err);
    }
    for (int i = 0; status == STATUS_OK && i < hopper->count; i++) {
        hopper->campaigns[i].held_lease = false;
    }
    for (int row = 0; status == STATUS_OK && row < db_rows(result); row++) {
        take_campaign(hopper, result, row);
    }
    if (status == STATUS_OK) {
        drop_campaigns(hopper);
    }
    return status;
}

static Status claim_transaction(Hopper *hopper, Error *err)
{
    AUTO_TX Db *tx = hopper->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = claim(hopper, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

static void numbers_param(const Hopper *hopper, DbArray *ret)
{
    db_array_begin(ret, DB_ARRAY_INT4);
    for (int i = 0; i < hopper->count; i++) {
        db_array_i64(ret, hopper->campaigns[i].campaign_no);
    }
}

static Status
count_offers(Hopper *hopper, const char *sql, int64_t now_us, DbResult **ret, Error *err)
{
    DbArray numbers = {0};
    numbers_param(hopper, &numbers);
    DbParams params = {0};
    db_param_array(&params, &numbers);
    db_param_time(&params, now_us);
    Status status = db_query_binary(hopper->db, sql, &params, ret, err);
    db_array_done(&numbers);
    return status;
}

static Status count_unanswered(Hopper *hopper, int64_t now_us, Error *err)
{
    AUTO_RESULT *result = NULL;
    Status status = count_offers(hopper, sql_hopper_unanswered, now_us, &result, err);
    for (int i = 0; status == STATUS_OK && i < hopper->count; i++) {
        hopper->campaigns[i].unanswered = 0;
    }
    for (int row = 0; status == STATUS_OK && row < db_rows(result); row++) {
        HopperCampaign *campaign = campaign_of(hopper, (int32_t)db_bin_i64(result, row, 0));
        campaign->unanswered = (int)db_bin_i64(result, row, 1);
        campaign->unanswered_since_us = db_bin_time(result, row, 2);
    }
    return status;
}

/* New rules may open and close other groups. */
static Status look_campaign(Hopper *hopper, HopperCampaign *campaign, Error *err)
{
    const CampaignRules *before = campaign->rules;
    Status status = campaign_store_get(hopper->store, hopper->db, campaign->campaign_no,
                                       campaign->rules_version, &campaign->rules, err);
    if (status == STATUS_OK && campaign->rules != before) {
        campaign->group_count = 0;
    }
    if (status == STATUS_OK && campaign->active) {
        status = hopper_campaign_look(campaign, hopper->db, clock_mono_ms(), err);
    }
    return status;
}

/* One whose rules cannot be used, as without its law pack, stands still; the others go on. */
static Status look_one(Hopper *hopper, HopperCampaign *campaign, Error *err)
{
    static LogRate rate = LOG_RATE_INIT(3, 60000);
    Status status = look_campaign(hopper, campaign, err);
    if (status != STATUS_FATAL) {
        return status;
    }
    log_rate_limited(&rate, LOG_LEVEL_ERROR, "hopper.rules", " campaign_no=%d code=%s msg=%s",
                     campaign->campaign_no, err->code, err->text);
    campaign->rules = NULL;
    return STATUS_OK;
}

static Status look_all(Hopper *hopper, int64_t now_us, Error *err)
{
    AUTO_TX Db *tx = hopper->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = lead_begin(tx, err);
    }
    if (status == STATUS_OK) {
        status = gates_refresh(hopper->gates, tx, err);
    }
    if (status == STATUS_OK) {
        status = count_unanswered(hopper, now_us, err);
    }
    for (int i = 0; status == STATUS_OK && i < hopper->count; i++) {
        status = look_one(hopper, &hopper->campaigns[i], err);
    }
    return status;
}

static Status expire(Hopper *hopper, int64_t now_us, Error *err)
{
    Expiry expiry = {.db = hopper->db,
                     .outbox = &hopper->outbox,
                     .complete_until_us = hopper->reading.complete_until_us < now_us
                                              ? hopper->reading.complete_until_us
                                              : now_us,
                     .now_us = now_us};
    bool more = hopper->count > 0 && hopper->reading.complete_until_us != 0;
    Status status = STATUS_OK;
    while (status == STATUS_OK && more && !atomic_load(&hopper->stopping)) {
        status = expiry_run(&expiry, &more, err);
    }
    return status;
}

static Status revoke_stray(Hopper *hopper, int64_t now_us, Error *err)
{
    DbArray numbers = {0};
    numbers_param(hopper, &numbers);
    Stray stray = {
        .db = hopper->db, .outbox = &hopper->outbox, .campaign_nos = &numbers, .now_us = now_us};
    bool more = hopper->count > 0;
    Status status = STATUS_OK;
    while (status == STATUS_OK && more && !atomic_load(&hopper->stopping)) {
        status = stray_run(&stray, &more, err);
    }
    db_array_done(&numbers);
    return status;
}

static Status look(Hopper *hopper, int64_t now_us, Error *err)
{
    campaign_store_trim(hopper->store);
    Status status = claim_transaction(hopper, err);
    if (status == STATUS_OK) {
        status = look_all(hopper, now_us, err);
    }
    if (status == STATUS_OK) {
        status = expire(hopper, now_us, err);
    }
    if (status == STATUS_OK) {
        status = revoke_stray(hopper, now_us, err);
    }
    if (status == STATUS_OK) {
        hopper->looked_ms = clock_mono_ms();
    }
    return status;
}

/* ---- filling ---- */

static Status count_live(Hopper *hopper, int64_t now_us, Error *err)
{
    AUTO_RESULT *result = NULL;
    AUTO_TX Db *tx = hopper->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = count_offers(hopper, sql_hopper_live, now_us, &result, err);
    }
    for (int i = 0; status == STATUS_OK && i < hopper->count; i++) {
        hopper->campaigns[i].live = 0;
    }
    for (int row = 0; status == STATUS_OK && row < db_rows(result); row++) {
        campaign_of(hopper, (int32_t)db_bin_i64(result, row, 0))->live =
            (int)db_bin_i64(result, row, 1);
    }
    return status;
}

/* What `campaign show` tells of it. */
static Status tell_held(Hopper *hopper, HopperCampaign *campaign, const char *held, Error *err)
{
    if (strcmp(held, campaign->held) == 0) {
        return STATUS_OK;
    }
    DbParams params = {0};
    db_param_i64(&params, campaign->campaign_no);
    db_param_text(&params, held);
    AUTO_TX Db *tx = hopper->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_exec(tx, sql_hopper_held, &params, -1, err);
    }
    if (status == STATUS_OK) {
        LOG_INFO("hopper.held", "campaign=%s held=%s", campaign->rules->campaign_id, held);
        strcpy(campaign->held, held);
        status = db_commit(tx, err);
    }
    return status;
}

static Status fill_campaign(Hopper *hopper, HopperCampaign *campaign, int64_t now_us, Error *err)
{
    Topup template = {.cfg = hopper->parts->cfg,
                      .db = hopper->db,
                      .outbox = &hopper->outbox,
                      .gates = hopper->gates,
                      .now_us = now_us};
    const char *trouble =
        hopper_campaign_trouble(campaign, hopper->reading.complete_until_us, now_us);
    int offered = 0;
    int want = hopper_campaign_want(campaign, trouble, false);
    Status status = tell_held(hopper, campaign, campaign->active ? trouble : "", err);
    if (status == STATUS_OK && want > 0) {
        status = hopper_campaign_fill(campaign, &template, want, &offered, err);
        campaign->live += offered;
    }
    int more = hopper_campaign_want(campaign, trouble, true);
    int express = 0;
    if (status == STATUS_OK && more > 0) {
        status = hopper_campaign_express(campaign, &template, more, &express, err);
        campaign->live += express;
    }
    if (offered + express > 0) {
        metric_add(&hopper_offers, offered + express, NULL, NULL);
        relay_kick(hopper->parts->relay);
    }
    return status;
}

static Status fill(Hopper *hopper, int64_t now_us, Error *err)
{
    if (relay_is_backed_up(hopper->parts->relay) || hopper->count == 0) {
        return STATUS_OK;
    }
    Status status = count_live(hopper, now_us, err);
    for (int i = 0; status == STATUS_OK && i < hopper->count; i++) {
        HopperCampaign *campaign =
            &hopper->campaigns[(hopper->turn + (unsigned)i) % (unsigned)hopper->count];
        if (campaign->active && campaign->rules != NULL && !atomic_load(&hopper->stopping)) {
            status = fill_campaign(hopper, campaign, clock_now_us(), err);
        }
    }
    hopper->turn++; /* one that fails does not hold up the same others each time */
    return status;
}

/* ---- the thread ---- */

static Status hopper_round(Hopper *hopper, Error *err)
{
    int64_t now_us = clock_now_us();
    Status status = STATUS_OK;
    bool always = clock_is_virtual(); /* hours may have passed since */
    if (always || clock_mono_ms() >= hopper->read_ms + READ_MS) {
        status = reading_look(&hopper->reading, hopper->db, now_us, err);
        hopper->read_ms = clock_mono_ms();
    }
    if (status == STATUS_OK && (always || clock_mono_ms() >= hopper->looked_ms + LOOK_MS)) {
        status = look(hopper, now_us, err);
    }
    return status == STATUS_OK ? fill(hopper, now_us, err) : status;
}

static void *hopper_main(void *opaque)
{
    static LogRate rate = LOG_RATE_INIT(3, 10000);
    Hopper *hopper = opaque;
    while (!atomic_load(&hopper->stopping)) {
        Error err;
        Status status = hopper_round(hopper, &err);
        bool moved = status == STATUS_RETRY && strcmp(err.code, "rules_moved") == 0;
        if (status != STATUS_OK && !moved) {
            log_rate_limited(&rate, LOG_LEVEL_WARN, "hopper.trouble", " code=%s msg=%s", err.code,
                             err.text);
        }
        if (status != STATUS_OK) {
            hopper->looked_ms = 0; /* look at everything again */
        }
        clock_nap(status == STATUS_OK || moved ? ROUND_MS : TROUBLE_MS);
    }
    return NULL;
}

/* Others need not wait for the leases to end. */
static void hopper_leave(Hopper *hopper)
{
    Error err;
    DbParams params = {0};
    db_param_text(&params, hopper->parts->worker_id);
    AUTO_TX Db *tx = hopper->db;
    if (db_begin(tx, &err) != STATUS_OK ||
        db_exec(tx, sql_hopper_release, &params, -1, &err) != STATUS_OK ||
        db_commit(tx, &err) != STATUS_OK) {
        LOG_WARN("hopper.not_released", "msg=%s", err.text);
    }
}

static void hopper_free(Hopper *hopper)
{
    for (int i = 0; i < hopper->count; i++) {
        hopper_campaign_done(&hopper->campaigns[i]);
    }
    free(hopper->campaigns);
    campaign_store_free(hopper->store);
    gates_free(hopper->gates);
    outbox_done(&hopper->outbox);
    reading_close(&hopper->reading);
    db_close(hopper->db);
    free(hopper);
}

Status hopper_start(const ServiceParts *parts, Hopper **ret, Error *err)
{
    Hopper *hopper = mem_alloc(sizeof *hopper);
    hopper->parts = parts;
    hopper->db = db_new(parts->cfg->database_url, parts->cfg->ns, "leadspool hopper");
    outbox_init(&hopper->outbox, parts->cfg->ns);
    hopper->gates = gates_new();
    hopper->store = campaign_store_new();
    Status status = reading_open(&hopper->reading, parts->cfg, err);
    if (status == STATUS_OK && pthread_create(&hopper->thread, NULL, hopper_main, hopper) != 0) {
        status = error_set(err, STATUS_FATAL, "thread", "no thread for the hopper");
    }
    if (status != STATUS_OK) {
        hopper_free(hopper);
        return status;
    }
    *ret = hopper;
    return STATUS_OK;
}

void hopper_stop(Hopper *hopper)
{
    if (hopper == NULL) {
        return;
    }
    atomic_store(&hopper->stopping, true);
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += STOP_S;
    if (pthread_timedjoin_np(hopper->thread, NULL, &deadline) != 0) {
        LOG_WARN("hopper.stop_abandoned");
        return; /* the thread still uses all of it; the process ends now */
    }
    hopper_leave(hopper);
    hopper_free(hopper);
}
