#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "runtime/topics.h"
#include "stats/reconcile.h"

enum { MEND_TRIES = 5, MEND_NAP_MS = 50 };

static void add_event(Reconcile *job, const ListGate *gate, const char *where)
{
    AUTO_STRBUF data = STRBUF_INIT;
    char cause[128];
    snprintf(cause, sizeof cause, "job/%" PRId64 "/%s/%" PRId64, job->run->job_no, gate->list_id,
             gate->version);
    strbuf_addf(&data,
                "{\"list_id\":\"%s\",\"campaign_id\":\"%s\",\"version\":%" PRId64
                ",\"job_id\":\"%" PRId64 "\",\"where\":\"%s\",\"counters\":[%s]}",
                gate->list_id, gate->campaign_id, gate->version, job->run->job_no, where,
                job->counters.data);
    Event event = {.topic = TOPIC_LIST_EVENTS,
                   .key = gate->list_id,
                   .key_len = strlen(gate->list_id),
                   .type = "list.repaired",
                   .subject = gate->list_id,
                   .correlation = job->run->command_id,
                   .cause = cause,
                   .n = gate->version,
                   .data = data.data,
                   .data_len = data.len};
    outbox_add(job->run->outbox, &event);
}

/* A change of the list's, with a version of its own, also where none of its counters moves. */
static Status
mend_once(Reconcile *job, const char *where, MendHeld held, bool *ret_mended, Error *err)
{
    AUTO_TX Db *tx = job->run->db;
    AUTO_DELTA delta = {.list_no = job->list_no};
    ListGate gate;
    bool wanted = false;
    *ret_mended = false;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        outbox_reset(job->run->outbox, db_epoch(tx), clock_now_us());
        status = held(job, tx, &delta, &wanted, err);
    }
    if (status != STATUS_OK || !wanted) {
        return status;
    }
    status = list_stats_apply(tx, job->run->outbox, &delta, 1, &gate, err);
    if (status == STATUS_OK) {
        add_event(job, &gate, where);
        status = job_run_lock(job->run, tx, err);
    }
    if (status == STATUS_OK) {
        status = outbox_store(job->run->outbox, tx, err);
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, err);
    }
    *ret_mended = status == STATUS_OK;
    relay_kick(job->run->relay);
    return status;
}

Status
reconcile_mend(Reconcile *job, const char *where, MendHeld held, bool *ret_mended, Error *err)
{
    Status status = mend_once(job, where, held, ret_mended, err);
    for (int i = 1; status == STATUS_RETRY && i < MEND_TRIES && !job_run_should_stop(job->run);
         i++) {
        clock_nap(MEND_NAP_MS);
        status = mend_once(job, where, held, ret_mended, err);
    }
    return status;
}
