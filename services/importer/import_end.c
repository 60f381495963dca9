#include "importer/import_end.h"

#include <stdlib.h>
#include <string.h>

#include "base/guard.h"
#include "base/log.h"
#include "base/mem.h"
#include "importer/import_lane.h"
#include "importer/import_store.h"

/* What was loaded, for good: the lanes are claimed once more, so that a commit in doubt has
 * happened or never will, and a process that woke up late adds nothing behind the accounting. */
static Status read_sums(const ImportEnd *end, ImportCounts *ret, int64_t *ret_offset, Error *err)
{
    const JobRun *run = end->run;
    AUTO_TX Db *tx = run->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = job_run_lock(run, tx, err);
    }
    if (status == STATUS_OK && !BROKEN(LANES_CLOSED)) {
        status = import_lanes_claim(tx, run->job_no, run->token, end->spec->lanes, err);
    }
    if (status == STATUS_OK) {
        status = import_sums(tx, run->job_no, ret, ret_offset, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

static Status load_parts(const JobRun *run, RejectPartInfo **ret_parts, int *ret_count, Error *err)
{
    AUTO_TX Db *tx = run->db;
    Status status = db_begin(tx, err);
    return status == STATUS_OK ? import_parts_read(tx, run->job_no, ret_parts, ret_count, err)
                               : status;
}

/* A job that ends since processes died with it ends whatever they die of: at each further death it
 * does without one thing more. */
static bool died_beyond(const JobRun *run, int more)
{
    return run->deaths > run->cfg->job_deaths + more;
}

/* Without one the file is written all the same, but for what may pass. */
static Status find_header(const ImportEnd *end, Error *err)
{
    const JobRun *run = end->run;
    if (end->source->fd >= 0 || died_beyond(run, 0)) {
        return STATUS_OK;
    }
    Status status = import_source_open(run->cfg->inbox, end->spec, end->source, err);
    if (status != STATUS_OK) {
        LOG_DEBUG("import.no_header", "code=%s", err->code);
    }
    return status == STATUS_RETRY && !atomic_load(&run->cancelled) ? status : STATUS_OK;
}

static Status join_rejects(const ImportEnd *end, Error *err)
{
    const JobRun *run = end->run;
    AUTO_FREE RejectPartInfo *parts = NULL;
    int count = 0;
    Status status = load_parts(run, &parts, &count, err);
    if (status == STATUS_OK) {
        status = find_header(end, err);
    }
    return status == STATUS_OK
               ? reject_join(run->cfg->outbox, run->job_no, end->rejects, parts, count, err)
               : status;
}

/* STATUS_BAD_INPUT: the rejected rows are lost; all else is said. */
static Status report(const ImportEnd *end, bool whole, StrBuf *ret_fields, Error *err)
{
    ImportCounts counts = {0};
    int64_t offset = 0;
    AUTO_FREE char *rejects = NULL;
    Status status = read_sums(end, &counts, &offset, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (counts.rejected > 0 && !died_beyond(end->run, 1)) {
        status = join_rejects(end, err);
        rejects = status == STATUS_OK ? reject_file_name(end->run->job_no) : NULL;
    }
    if (status == STATUS_OK || status == STATUS_BAD_INPUT) {
        import_event_fields(end->spec, &counts, whole ? end->spec->identity.size_bytes : offset,
                            rejects, ret_fields);
    }
    return status;
}

/* The job ends with this outcome, unless its report cannot be made yet. */
static Status conclude(const ImportEnd *end, Status outcome, StrBuf *ret_fields, Error *err)
{
    bool cancelled = atomic_load(&end->run->cancelled);
    Error reported;
    Status status = report(end, outcome == STATUS_OK && !cancelled, ret_fields, &reported);
    bool kept = outcome == STATUS_BAD_INPUT || cancelled; /* lost rejects change no more */
    if (status == STATUS_OK || (status == STATUS_BAD_INPUT && kept)) {
        return outcome;
    }
    *err = reported;
    return status;
}

/* Who was told to cancel has done so, whatever else was in the way. */
static bool was_cancelled(const JobRun *run, Status outcome, const Error *err)
{
    bool in_the_way = (outcome == STATUS_RETRY && strcmp(err->code, "fenced") != 0) ||
                      outcome == STATUS_FATAL || strcmp(err->code, "rejects_lost") == 0;
    return outcome != STATUS_OK && in_the_way && atomic_load(&run->cancelled);
}

Status import_end(const ImportEnd *end, Status outcome, StrBuf *ret_fields, Error *err)
{
    JobRun *run = end->run;
    if (was_cancelled(run, outcome, err)) {
        outcome = STATUS_OK;
    }
    bool stopped =
        atomic_load(&run->lost) || (atomic_load(&run->stopping) && !atomic_load(&run->cancelled));
    if (stopped && outcome == STATUS_OK) {
        return error_set(err, STATUS_RETRY, "stopping", "the process stops, or has lost the job");
    }
    bool ends = outcome == STATUS_OK || outcome == STATUS_BAD_INPUT;
    return ends ? conclude(end, outcome, ret_fields, err) : outcome;
}

/* The parts were joined and the job has ended: they, and what names them, are of no more use. */
void import_ended(JobRun *run)
{
    if (died_beyond(run, 1)) {
        LOG_WARN("import.parts_left", "msg=%s",
                 "the rejected rows stand in the parts of their file");
        return; /* nobody could join them; the sweep of old files takes them */
    }
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
