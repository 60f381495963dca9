#include "recycler/hopper.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metric_table.h"
#include "recycler/expiry.h"
#include "recycler/hopper_gauges.h"
#include "recycler/hopper_hold.h"
#include "recycler/hopper_lease.h"
#include "recycler/put_off.h"
#include "recycler/reading.h"
#include "recycler/stray.h"
#include "runtime/lead_dial.h"
#include "sql_queries.h"

enum {
    ROUND_MS = 25,
    FILL_MS = 100,      /* what is live is counted so often */
    VIRTUAL_NAP_MS = 3, /* a clock that was set waits for some rounds */
    VIRTUAL_HASTE_MS = 50,
    LOOK_MS = 1000,
    VIRTUAL_LOOK_MS = 100,
    TROUBLE_MS = 500,
    STOP_MS = 4000,
};

struct Hopper {
    const ServiceParts *parts;
    pthread_t thread;
    atomic_bool stopping;
    Db *db;
    Outbox outbox;
    Gates *gates;
    CampaignStore *store;
    HopperLease lease;
    Reading *reading;
    unsigned turn;           /* which campaign is filled first */
    const DbResult *express; /* groups of express leads; while they are offered */
    int64_t forgot_us;       /* put_off_forget() */
    int64_t looked_ms;
    int64_t round_us; /* the time of the last one */
    int64_t moved_ms; /* when a virtual clock did */
    int64_t counted_ms;
    HopperHold hold;
    bool sweep_more; /* something is left to do at once */
    bool fill_more;
};

/* ---- looking ---- */

static Status claim_transaction(Hopper *hopper, Error *err)
{
    AUTO_TX Db *tx = hopper->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = hopper_hold_look(&hopper->hold, tx, err);
    }
    if (status == STATUS_OK) {
        status = hopper_lease_claim(&hopper->lease, tx, hopper_hold_clock_off(&hopper->hold), err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

static void numbers_param(const Hopper *hopper, DbArray *ret)
{
    db_array_begin(ret, DB_ARRAY_INT4);
    for (int i = 0; i < hopper->lease.count; i++) {
        db_array_i64(ret, hopper->lease.campaigns[i].campaign_no);
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
    for (int i = 0; status == STATUS_OK && i < hopper->lease.count; i++) {
        hopper->lease.campaigns[i].unanswered = 0;
    }
    for (int row = 0; status == STATUS_OK && row < db_rows(result); row++) {
        HopperCampaign *campaign =
            hopper_lease_find(&hopper->lease, (int32_t)db_bin_i64(result, row, 0));
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
        hopper_campaign_forget(campaign);
    }
    if (status == STATUS_OK && campaign->active) {
        status = hopper_campaign_look(campaign, hopper->db, hopper->gates, err);
    }
    return status;
}

/* One whose rules cannot be used, as without its law pack, is left to others. */
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
    if (campaign->active) {
        hopper_declined_add(&hopper->lease.declined, campaign->campaign_no,
                            campaign->rules_version);
    }
    return STATUS_OK;
}

static Status look_all(Hopper *hopper, int64_t now_us, Error *err)
{
    AUTO_TX Db *tx = hopper->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = lead_look_begin(tx, err);
    }
    if (status == STATUS_OK) {
        status = gates_refresh(hopper->gates, tx, err);
    }
    if (status == STATUS_OK) {
        status = count_unanswered(hopper, now_us, err);
    }
    for (int i = 0; status == STATUS_OK && i < hopper->lease.count; i++) {
        status = look_one(hopper, &hopper->lease.campaigns[i], err);
    }
    return status;
}

static int64_t complete_until_us(const Hopper *hopper)
{
    return reading_complete_until_us(hopper->reading, db_epoch(hopper->db));
}

static Status expire(Hopper *hopper, int64_t now_us, Error *err)
{
    int64_t until_us = complete_until_us(hopper);
    Expiry expiry = {.db = hopper->db,
                     .outbox = &hopper->outbox,
                     .complete_until_us = until_us < now_us ? until_us : now_us,
                     .now_us = now_us};
    bool more = false;
    Status status =
        hopper->lease.count > 0 && until_us != 0 ? expiry_run(&expiry, &more, err) : STATUS_OK;
    hopper->sweep_more = hopper->sweep_more || more;
    return status;
}

static Status revoke_stray(Hopper *hopper, int64_t now_us, Error *err)
{
    DbArray numbers = {0};
    numbers_param(hopper, &numbers);
    Stray stray = {
        .db = hopper->db, .outbox = &hopper->outbox, .campaign_nos = &numbers, .now_us = now_us};
    bool more = false;
    Status status = hopper->lease.count > 0 ? stray_run(&stray, &more, err) : STATUS_OK;
    hopper->sweep_more = hopper->sweep_more || more;
    db_array_done(&numbers);
    return status;
}

static Status return_campaign(Hopper *hopper, HopperCampaign *campaign, Error *err)
{
    bool more = false;
    Status status = hopper_campaign_return(campaign, hopper->db, &more, err);
    hopper->sweep_more = hopper->sweep_more || more;
    return status;
}

/* Each campaign in turn. */
static Status
campaigns_each(Hopper *hopper, Status (*work)(Hopper *, HopperCampaign *, Error *), Error *err)
{
    Status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < hopper->lease.count; i++) {
        HopperCampaign *campaign =
            &hopper->lease.campaigns[(hopper->turn + (unsigned)i) % (unsigned)hopper->lease.count];
        if (campaign->active && campaign->rules != NULL && !atomic_load(&hopper->stopping)) {
            status = work(hopper, campaign, err);
        }
    }
    hopper->turn++; /* one that fails does not hold up the same others each time */
    return status;
}

/* A batch of each; the rest is for the next round. None of it by a wrong clock. */
static Status sweep(Hopper *hopper, int64_t now_us, Error *err)
{
    if (hopper_hold_clock_off(&hopper->hold)) {
        return STATUS_OK;
    }
    Status status = expire(hopper, now_us, err);
    if (status == STATUS_OK) {
        status = revoke_stray(hopper, now_us, err);
    }
    if (status == STATUS_OK) {
        status = put_off_forget(hopper->db, now_us, &hopper->forgot_us, err);
    }
    return status == STATUS_OK ? campaigns_each(hopper, return_campaign, err) : status;
}

static Status look(Hopper *hopper, Error *err)
{
    campaign_store_trim(hopper->store);
    Status status = claim_transaction(hopper, err);
    if (status == STATUS_OK) {
        status = look_all(hopper, clock_now_us(), err);
    }
    if (status == STATUS_OK) {
        hopper->looked_ms = clock_mono_ms();
        hopper_gauges_tell(hopper->lease.campaigns, hopper->lease.count,
                           hopper->lease.declined.count);
        status = hopper_declined_release(&hopper->lease.declined, hopper->db,
                                         hopper->parts->worker_id, err);
    }
    return status;
}

/* ---- filling ---- */

/* Rules that have moved are read at once. */
static void take_live(Hopper *hopper, const DbResult *result, int row)
{
    HopperCampaign *campaign =
        hopper_lease_find(&hopper->lease, (int32_t)db_bin_i64(result, row, 0));
    if (db_bin_i64(result, row, 1) != campaign->rules_version) {
        hopper->looked_ms = 0;
    }
    campaign->wanted = db_is_null(result, row, 2) ? 0 : (int)db_bin_i64(result, row, 2);
    campaign->wanted_us = db_bin_time(result, row, 3);
    campaign->live = (int)db_bin_i64(result, row, 4);
}

static Status count_live(Hopper *hopper, Error *err)
{
    AUTO_RESULT *result = NULL;
    AUTO_TX Db *tx = hopper->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = count_offers(hopper, sql_hopper_live, clock_now_us(), &result, err);
    }
    for (int row = 0; status == STATUS_OK && row < db_rows(result); row++) {
        take_live(hopper, result, row);
    }
    hopper->counted_ms = clock_mono_ms();
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

static Topup topup_template(Hopper *hopper)
{
    return (Topup){.cfg = hopper->parts->cfg,
                   .db = hopper->db,
                   .outbox = &hopper->outbox,
                   .gates = hopper->gates,
                   .now_us = clock_now_us()};
}

static void filled(Hopper *hopper, HopperCampaign *campaign, const HopperFilled *what)
{
    campaign->live += what->offered;
    hopper->fill_more = hopper->fill_more || what->more;
    if (what->offered > 0) {
        metric_add(&metric_offers, what->offered, NULL, NULL);
        relay_kick(hopper->parts->relay);
    }
}

static const char *trouble_of(Hopper *hopper, HopperCampaign *campaign, int64_t now_us)
{
    if (hopper->hold.set_back) {
        return "record_set_back";
    }
    return hopper_campaign_trouble(campaign, complete_until_us(hopper), now_us);
}

static Status fill_campaign(Hopper *hopper, HopperCampaign *campaign, Error *err)
{
    Topup template = topup_template(hopper);
    HopperFilled what = {0};
    const char *trouble = trouble_of(hopper, campaign, template.now_us);
    int want = hopper_campaign_want(campaign, trouble, false, template.now_us);
    Status status = tell_held(hopper, campaign, campaign->active ? trouble : "", err);
    if (status == STATUS_OK && want > 0) {
        status = hopper_campaign_fill(campaign, &template, want, &what, err);
        filled(hopper, campaign, &what);
    }
    return status == STATUS_OK && !what.more ? hopper_campaign_prepare(campaign, &template, err)
                                             : status;
}

static Status express_campaign(Hopper *hopper, HopperCampaign *campaign, Error *err)
{
    Topup template = topup_template(hopper);
    HopperFilled what = {0};
    const char *trouble = trouble_of(hopper, campaign, template.now_us);
    int want = hopper_campaign_want(campaign, trouble, true, template.now_us);
    Status status = STATUS_OK;
    if (want > 0) {
        template.want = want;
        status = hopper_campaign_express(campaign, &template, hopper->express, &what, err);
        filled(hopper, campaign, &what);
    }
    return status;
}

/* ---- the thread ---- */

static bool is_time(int64_t since_ms, int wait_ms)
{
    return clock_mono_ms() >= since_ms + wait_ms;
}

/* On a virtual clock hours may have passed since the last. */
static bool is_look_time(Hopper *hopper)
{
    int64_t now_us = clock_now_us();
    bool moved = clock_is_virtual() && now_us != hopper->round_us;
    hopper->round_us = now_us;
    hopper->moved_ms = moved ? clock_mono_ms() : hopper->moved_ms;
    return moved || is_time(hopper->looked_ms, clock_is_virtual() ? VIRTUAL_LOOK_MS : LOOK_MS);
}

/* What is lapsed or stray: with each look, and at once when there was more than a batch. */
static Status look_round(Hopper *hopper, bool due, Error *err)
{
    bool again = hopper->sweep_more;
    Status status = due ? look(hopper, err) : STATUS_OK;
    hopper->sweep_more = false;
    return status == STATUS_OK && (due || again) ? sweep(hopper, clock_now_us(), err) : status;
}

static Status express_round(Hopper *hopper, Error *err)
{
    Topup template = topup_template(hopper);
    AUTO_RESULT *found = NULL;
    Status status =
        hopper_express_find(hopper->lease.campaigns, hopper->lease.count, &template, &found, err);
    hopper->express = found;
    if (status == STATUS_OK && found != NULL && db_rows(found) > 0) {
        status = campaigns_each(hopper, express_campaign, err);
    }
    hopper->express = NULL;
    return status;
}

static Status fill_round(Hopper *hopper, bool due, Error *err)
{
    Status status = due ? count_live(hopper, err) : STATUS_OK;
    hopper->fill_more = false;
    if (status == STATUS_OK) {
        status = express_round(hopper, err);
    }
    return status == STATUS_OK && due ? campaigns_each(hopper, fill_campaign, err) : status;
}

/* Express leads are looked for in each; of all else it does a little. */
static Status hopper_round(Hopper *hopper, Error *err)
{
    bool look_due = is_look_time(hopper);
    bool fill_due =
        look_due || hopper->fill_more || clock_is_virtual() || is_time(hopper->counted_ms, FILL_MS);
    Status status = look_round(hopper, look_due, err);
    if (status != STATUS_OK || relay_is_backed_up(hopper->parts->relay) ||
        hopper->lease.count == 0) {
        hopper->fill_more = false; /* what is left of a round waits, too */
        return status;
    }
    return fill_round(hopper, fill_due, err);
}

/* Soon after a virtual clock has moved rounds are close, and a nap ends when it moves again. */
static void hopper_nap(const Hopper *hopper, bool went_well)
{
    if (!went_well || !clock_is_virtual()) {
        clock_nap(went_well ? ROUND_MS : TROUBLE_MS);
        return;
    }
    int most_ms = is_time(hopper->moved_ms, VIRTUAL_HASTE_MS) ? ROUND_MS : VIRTUAL_NAP_MS;
    for (int ms = 0; ms < most_ms && clock_now_us() == hopper->round_us; ms += VIRTUAL_NAP_MS) {
        clock_nap(VIRTUAL_NAP_MS);
    }
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
        if (status != STATUS_OK || (!hopper->sweep_more && !hopper->fill_more)) {
            hopper_nap(hopper, status == STATUS_OK || moved);
        }
    }
    return NULL;
}

static void hopper_free(Hopper *hopper)
{
    hopper_lease_done(&hopper->lease);
    campaign_store_free(hopper->store);
    gates_free(hopper->gates);
    outbox_done(&hopper->outbox);
    reading_stop(hopper->reading);
    db_close(hopper->db);
    free(hopper);
}

Status hopper_start(const ServiceParts *parts, Hopper **ret, Error *err)
{
    Hopper *hopper = mem_alloc(sizeof *hopper);
    hopper->parts = parts;
    hopper->lease.worker_id = parts->worker_id;
    hopper->db = db_new(parts->cfg->database_url, parts->cfg->ns, "leadspool hopper");
    outbox_init(&hopper->outbox, parts->cfg->ns);
    hopper->gates = gates_new();
    hopper->store = campaign_store_new();
    Status status = reading_start(parts->cfg, &hopper->reading, err);
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

const char *hopper_unfit(const Hopper *hopper)
{
    static const char *const reasons[] = {
        [HOPPER_CLOCK_UNKNOWN] = "clock_unknown", [HOPPER_CLOCK_OFF] = "clock_off"};
    return reasons[atomic_load(&hopper->hold.clock)];
}

void hopper_stop(Hopper *hopper)
{
    if (hopper == NULL) {
        return;
    }
    atomic_store(&hopper->stopping, true);
    struct timespec deadline = clock_mono_in(STOP_MS);
    if (!clock_join(hopper->thread, &deadline)) {
        LOG_WARN("hopper.stop_abandoned");
        return; /* the thread still uses all of it; the process ends now */
    }
    hopper_lease_release(&hopper->lease, hopper->db);
    hopper_free(hopper);
}
