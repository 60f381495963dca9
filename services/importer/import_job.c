#include "importer/import_job.h"

#include "base/clock.h"
#include "base/mem.h"
#include "importer/import_end.h"
#include "importer/import_lanes.h"
#include "importer/import_source.h"
#include "importer/list_store.h"

enum { JOB_NAP_MS = 50 };

/* One run of the job in this process. */
typedef struct ImportJob {
    JobRun *run;
    ImportSpec spec;
    ImportSource source;
    LaneMark marks[IMPORT_LANES_MAX];
    ImportShared shared;
    Stop stop;
} ImportJob;

static bool job_stop_asked(void *run)
{
    return job_run_should_stop(run);
}

static void job_close(ImportJob *job)
{
    import_source_close(&job->source);
    import_spec_done(&job->spec);
}

/* ---- lanes ---- */

static Status job_claim_lanes(ImportJob *job, Error *err)
{
    const JobRun *run = job->run;
    List list = {0};
    AUTO_TX Db *tx = run->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = list_find_open(tx, run->list_id, &list, err);
    }
    if (status == STATUS_OK) {
        job->shared.campaign_no = list.campaign_no;
        status = job_run_lock(run, tx, err);
    }
    if (status == STATUS_OK) {
        status = import_lanes_claim(tx, run->job_no, run->token, job->spec.lanes, err);
    }
    if (status == STATUS_OK) {
        status = import_lanes_read(tx, run->job_no, job->spec.lanes, job->marks, err);
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, err);
    }
    list_done(&list);
    return status;
}

static const LaneMark *job_lowest(const ImportJob *job)
{
    const LaneMark *lowest = &job->marks[0];
    for (int i = 1; i < job->spec.lanes; i++) {
        if (job->marks[i].chunk < lowest->chunk) {
            lowest = &job->marks[i];
        }
    }
    return lowest;
}

typedef struct SetFiller {
    ImportLanes *lanes;
    int count;
} SetFiller;

static void job_fill_set(void *context, uint64_t phone, bool made_here)
{
    const SetFiller *filler = context;
    PhoneSet *set =
        &import_lanes_get(filler->lanes, (int)(phone_hash(phone) % (uint64_t)filler->count))->set;
    phone_set_add(set, phone, made_here ? PHONE_IN_FILE : PHONE_IN_LIST);
}

/* Under skip the phones of the list are kept in memory, if they fit; the lanes check that they go
 * on fitting. */
static Status job_load_sets(ImportJob *job, ImportLanes *lanes, Error *err)
{
    const JobRun *run = job->run;
    int64_t leads = 0;
    size_t allowed = (size_t)run->cfg->import_set_mib << 20;
    bool wanted =
        job->spec.on_duplicate == IMPORT_SKIP && job->spec.duplicate_scope == IMPORT_SCOPE_LIST;
    job->shared.set_bytes = wanted ? allowed / (size_t)job->spec.lanes : 0;
    AUTO_TX Db *tx = run->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = import_list_size(tx, run->list_no, &leads, err);
    }
    db_rollback(tx);
    if (status != STATUS_OK || !wanted || (size_t)leads * 2 * sizeof(uint64_t) > allowed) {
        return status;
    }
    SetFiller filler = {lanes, job->spec.lanes};
    ImportPhones phones = {.list_no = run->list_no,
                           .job_no = run->job_no,
                           .phone = job_fill_set,
                           .context = &filler,
                           .stop = &job->stop};
    status = import_each_phone(tx, &phones, err);
    for (int i = 0; i < job->spec.lanes; i++) {
        import_lanes_get(lanes, i)->has_set = true;
    }
    return status;
}

/* ---- the work ---- */

/* While the outbox is too large no chunk is begun. The lease is kept meanwhile, and what ends a job
 * ends the wait. */
static bool job_may_go_on(const ImportJob *job)
{
    while (relay_is_backed_up(job->run->relay) && !job_run_should_stop(job->run) &&
           !atomic_load(&job->shared.broken)) {
        clock_nap(JOB_NAP_MS);
    }
    return !job_run_should_stop(job->run);
}

static Status job_feed(ImportJob *job, ImportParser *parser, ImportLanes *lanes, Error *err)
{
    bool last = false;
    while (!last && job_may_go_on(job)) {
        ImportChunk *chunk = import_lanes_take(lanes);
        if (chunk == NULL) {
            return STATUS_OK; /* a lane says why */
        }
        Status status = import_parser_next(parser, chunk, err);
        if (status == STATUS_OK) {
            /* after reading: what was read is what was meant */
            status = import_source_check(&job->source, &job->spec, err);
        }
        if (status != STATUS_OK) {
            return status;
        }
        last = chunk->last;
        import_lanes_give(lanes, chunk);
    }
    return STATUS_OK;
}

static Status job_work(ImportJob *job, Error *err)
{
    const LaneMark *lowest = job_lowest(job);
    ImportParserStart start = {
        .position = &lowest->position,
        .chunk = lowest->chunk,
        .stop = &job->stop,
        .ids = {job->run->cfg->outbox, (size_t)job->run->cfg->import_set_mib << 20}};
    ImportParser parser;
    Status status =
        import_parser_open(&parser, &job->spec, job->run->job_no, job->source.fd, &start, err);
    if (status != STATUS_OK) {
        return status;
    }
    ImportLanes *lanes = import_lanes_start(&job->shared, job->marks);
    status = job_load_sets(job, lanes, err);
    if (status == STATUS_OK) {
        status = job_feed(job, &parser, lanes, err);
    }
    if (status != STATUS_OK) {
        atomic_store(&job->shared.broken, true);
    }
    Error lane_err;
    Status lanes_status = import_lanes_finish(lanes, &lane_err);
    if (lanes_status != STATUS_OK && status == STATUS_OK) {
        *err = lane_err;
        status = lanes_status;
    }
    import_lanes_free(lanes);
    import_parser_close(&parser);
    return status;
}

static bool job_is_finished(const ImportJob *job)
{
    for (int i = 0; i < job->spec.lanes; i++) {
        if (!job->marks[i].finished) {
            return false;
        }
    }
    return true;
}

/* ---- all of it ---- */

static Status job_run_opened(ImportJob *job, Error *err)
{
    Status status = job_run_check_deaths(job->run, err);
    if (status != STATUS_OK || atomic_load(&job->run->cancelled)) {
        return status;
    }
    status = import_source_open(job->run->cfg->inbox, &job->spec, &job->source, err);
    if (status == STATUS_OK) {
        status = job_claim_lanes(job, err);
    }
    if (status == STATUS_OK && !job_is_finished(job) && !job_run_should_stop(job->run)) {
        status = job_work(job, err);
    }
    return status;
}

Status import_job_run(JobRun *run, StrBuf *ret_fields, Error *err)
{
    ImportJob job = {.run = run, .source = IMPORT_SOURCE_INIT, .stop = {job_stop_asked, run}};
    Status status = import_spec_from_json(run->params, &job.spec, err);
    if (status != STATUS_OK) { /* of another release: not ours to run, but anyone's to cancel */
        return atomic_load(&run->cancelled) ? STATUS_OK : STATUS_FATAL;
    }
    job.shared.run = run;
    job.shared.spec = &job.spec;
    job.shared.rejects = (RejectFormat){&job.spec, &job.source.header};
    atomic_store(&job.shared.progress_ms, clock_mono_ms());
    ImportEnd end = {run, &job.spec, &job.source, &job.shared.rejects};
    status = import_end(&end, job_run_opened(&job, err), ret_fields, err);
    job_close(&job);
    return status;
}
