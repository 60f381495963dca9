#include "importer/import_job.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "adapters/inbox.h"
#include "base/clock.h"
#include "base/guard.h"
#include "base/log.h"
#include "base/mem.h"
#include "importer/import_lanes.h"
#include "importer/import_parse.h"
#include "importer/list_store.h"

enum { JOB_NAP_MS = 50 };

/* One run of the job in this process. */
typedef struct ImportJob {
    JobRun *run;
    ImportSpec spec;
    int fd;
    Arena header_arena;
    CsvFields header;
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
    if (job->fd >= 0) {
        close(job->fd);
    }
    csv_fields_done(&job->header);
    arena_done(&job->header_arena);
    import_spec_done(&job->spec);
}

/* ---- the file ---- */

static Status job_source_changed(Error *err)
{
    return error_set_field(
        err, "file", "source_changed",
        "the file changed after the import was ordered: order it again with the new file");
}

static Status job_check_source(const ImportJob *job, Error *err)
{
    FileIdentity now;
    Status status = inbox_identify(job->fd, &now, err);
    const FileIdentity *then = &job->spec.identity;
    if (status == STATUS_OK && (now.inode != then->inode || now.size_bytes != then->size_bytes ||
                                now.mtime_ns != then->mtime_ns)) {
        return job_source_changed(err);
    }
    return status;
}

static Status job_open_source(ImportJob *job, Error *err)
{
    Status status = inbox_open(job->run->cfg->inbox, job->spec.file, &job->fd, err);
    if (status == STATUS_BAD_INPUT) {
        return job_source_changed(err);
    }
    if (status == STATUS_OK) {
        status = job_check_source(job, err);
    }
    if (status == STATUS_OK) {
        csv_fields_init(&job->header, job->spec.format.delimiter, NULL);
        status = import_read_header(&job->spec, job->fd, &job->header, &job->header_arena, err);
    }
    return status;
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

static Status job_load_parts(ImportJob *job, RejectPartInfo **ret_parts, int *ret_count, Error *err)
{
    AUTO_TX Db *tx = job->run->db;
    Status status = db_begin(tx, err);
    return status == STATUS_OK ? import_parts_read(tx, job->run->job_no, ret_parts, ret_count, err)
                               : status;
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
            status =
                job_check_source(job, err); /* after reading: what was read is what was meant */
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
    Status status = import_parser_open(&parser, &job->spec, job->run->job_no, job->fd, &start, err);
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

/* ---- the end ---- */

/* What was loaded, for good: the lanes are claimed once more, so that a commit in doubt has
 * happened or never will, and a process that woke up late adds nothing behind the accounting. */
static Status
job_read_sums(const ImportJob *job, ImportCounts *ret, int64_t *ret_offset, Error *err)
{
    const JobRun *run = job->run;
    AUTO_TX Db *tx = run->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = job_run_lock(run, tx, err);
    }
    if (status == STATUS_OK && !BROKEN(LANES_CLOSED)) {
        status = import_lanes_claim(tx, run->job_no, run->token, job->spec.lanes, err);
    }
    if (status == STATUS_OK) {
        status = import_sums(tx, run->job_no, ret, ret_offset, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

static Status job_join_rejects(ImportJob *job, Error *err)
{
    AUTO_FREE RejectPartInfo *parts = NULL;
    int count = 0;
    Status status = job_load_parts(job, &parts, &count, err);
    return status == STATUS_OK ? reject_join(job->run->cfg->outbox, job->run->job_no,
                                             &job->shared.rejects, parts, count, err)
                               : status;
}

/* Joins what was rejected, and says how it went: also for an import that failed or was cancelled.
 * STATUS_BAD_INPUT: the rejected rows are lost; all else is said. */
static Status job_report(ImportJob *job, bool whole, StrBuf *ret_fields, Error *err)
{
    ImportCounts counts = {0};
    int64_t offset = 0;
    AUTO_FREE char *rejects = NULL;
    Status status = job_read_sums(job, &counts, &offset, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (counts.rejected > 0) {
        status = job_join_rejects(job, err);
        rejects = status == STATUS_OK ? reject_file_name(job->run->job_no) : NULL;
    }
    if (status == STATUS_OK || status == STATUS_BAD_INPUT) {
        import_event_fields(&job->spec, &counts, whole ? job->spec.identity.size_bytes : offset,
                            rejects, ret_fields);
    }
    return status;
}

/* The job ends with this outcome, unless its report cannot be made yet. */
static Status job_conclude(ImportJob *job, Status outcome, StrBuf *ret_fields, Error *err)
{
    bool cancelled = atomic_load(&job->run->cancelled);
    Error report;
    Status status = job_report(job, outcome == STATUS_OK && !cancelled, ret_fields, &report);
    bool kept = outcome == STATUS_BAD_INPUT || cancelled; /* lost rejects change no more */
    if (status == STATUS_OK || (status == STATUS_BAD_INPUT && kept)) {
        return outcome;
    }
    *err = report;
    return status;
}

static Status job_run_opened(ImportJob *job, Error *err)
{
    Status status = job_open_source(job, err);
    if (status == STATUS_OK) {
        status = job_claim_lanes(job, err);
    }
    if (status == STATUS_OK && !job_is_finished(job) && !job_run_should_stop(job->run)) {
        status = job_work(job, err);
    }
    return status;
}

/* Who was told to cancel has done so, whatever else was in the way. */
static bool job_was_cancelled(const ImportJob *job, Status outcome, const Error *err)
{
    bool in_the_way = (outcome == STATUS_RETRY && strcmp(err->code, "fenced") != 0) ||
                      outcome == STATUS_FATAL || strcmp(err->code, "rejects_lost") == 0;
    return outcome != STATUS_OK && in_the_way && atomic_load(&job->run->cancelled);
}

static Status job_run(ImportJob *job, StrBuf *ret_fields, Error *err)
{
    JobRun *run = job->run;
    Status outcome = job_run_opened(job, err);
    if (job_was_cancelled(job, outcome, err)) {
        outcome = STATUS_OK;
    }
    bool stopped =
        atomic_load(&run->lost) || (atomic_load(&run->stopping) && !atomic_load(&run->cancelled));
    if (stopped && outcome == STATUS_OK) {
        return error_set(err, STATUS_RETRY, "stopping", "the process stops, or has lost the job");
    }
    bool ends = outcome == STATUS_OK || outcome == STATUS_BAD_INPUT;
    return ends ? job_conclude(job, outcome, ret_fields, err) : outcome;
}

Status import_job_run(JobRun *run, StrBuf *ret_fields, Error *err)
{
    ImportJob job = {.run = run, .fd = -1, .stop = {job_stop_asked, run}};
    Status status = import_spec_from_json(run->params, &job.spec, err);
    if (status != STATUS_OK) { /* of another release: not ours to run, but anyone's to cancel */
        return atomic_load(&run->cancelled) ? STATUS_OK : STATUS_FATAL;
    }
    job.shared.run = run;
    job.shared.spec = &job.spec;
    job.shared.rejects = (RejectFormat){&job.spec, &job.header};
    atomic_store(&job.shared.progress_ms, clock_mono_ms());
    status = job_run(&job, ret_fields, err);
    job_close(&job);
    return status;
}

/* The parts were joined and the job has ended: they, and what names them, are of no more use. */
void import_job_ended(JobRun *run)
{
    Error err;
    RejectPartInfo *parts = NULL;
    int count = 0;
    AUTO_TX Db *tx = run->db;
    Status status = db_begin(tx, &err);
    if (status == STATUS_OK) {
        status = import_parts_read(tx, run->job_no, &parts, &count, &err);
    }
    if (status == STATUS_OK) {
        reject_parts_remove(run->cfg->outbox, run->job_no, parts, count);
        status = import_parts_drop(tx, run->job_no, &err);
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, &err);
    }
    if (status != STATUS_OK) {
        LOG_DEBUG("import.parts_left", "code=%s", err.code); /* the sweep of old files takes them */
    }
    free(parts);
}
