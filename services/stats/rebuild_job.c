#include "stats/rebuild_job.h"

#include <inttypes.h>

#include "base/clock.h"
#include "stats/live_sweep.h"
#include "stats/stats_state.h"

static Status rebuild_one(Rebuild *rebuild, const char *list_id, Error *err)
{
    DbArray one = {0};
    db_array_begin(&one, DB_ARRAY_TEXT);
    db_array_string(&one, list_id);
    Status status = rebuild_lists(rebuild, &one, err);
    db_array_done(&one);
    return status;
}

static bool job_goes_on(void *context)
{
    JobRun *run = context;
    return !job_run_should_stop(run);
}

Status rebuild_job_run(JobRun *run, StrBuf *ret_fields, Error *err)
{
    StatsState *state = run->service;
    LiveStore *store = live_store_new(run->cfg, &state->health, "leadspool-stats-rebuild");
    int64_t removed = 0;
    Rebuild rebuild = {.db = run->db,
                       .store = store,
                       .now_us = clock_now_us(),
                       .goes_on = job_goes_on,
                       .context = run};
    /* The marker is the clock's: that Redis is emptied meanwhile, the clock sees. */
    Status status = job_run_check_deaths(run, err);
    if (status == STATUS_OK) {
        status = run->list_no != 0 ? rebuild_one(&rebuild, run->list_id, err)
                                   : live_sweep(&rebuild, &removed, err);
    }
    live_store_free(store);
    strbuf_addf(ret_fields,
                "\"lists\":%" PRId64 ",\"jobs\":%" PRId64 ",\"stored\":%" PRId64
                ",\"removed\":%" PRId64,
                rebuild.lists, rebuild.jobs, rebuild.stored, removed);
    return status == STATUS_OK ? job_run_handed_on(run, err) : status;
}
