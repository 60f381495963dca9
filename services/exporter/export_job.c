#include "exporter/export_job.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "adapters/inbox.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "exporter/export_file.h"
#include "exporter/export_line.h"
#include "exporter/export_pipe.h"
#include "exporter/export_store.h"
#include "runtime/job.h"

enum {
    PROGRESS_MS = 1000,
    ROOM_LOOK_MS = 250,
    ROOM_TRY_MS = 30000, /* a quota may be full, too, of which the volume says nothing */
    OUTBOX_TRY_MS = 5000,
    OUTBOX_KEEP_MS = 30000,
    ROOM_MARGIN = 1 << 20,
    COPY_BYTES = 256 << 10,
    KEYS_MAX = 2 * EXPORT_COLUMNS_MAX, /* some may be none that a column can have */
};

struct JobWait;

/* One claim. */
typedef struct ExportJob {
    JobRun *run;
    ExportReport report;
    int64_t progress_ms; /* when the next event may go */
    int64_t progress_n;
    const struct JobWait *waited; /* what was told last */
    char file[64];
    char sha256[HASH_SHA256_HEX_SIZE];
} ExportJob;

void export_report_fields(const ExportReport *report, StrBuf *fields)
{
    const struct {
        const char *name;
        const char *text;
    } texts[] = {{"file", report->file}, {"sha256", report->sha256}, {"waiting", report->waiting}};
    strbuf_addf(fields,
                "\"what\":\"%s\",\"rows\":%" PRId64 ",\"rows_total\":%" PRId64 ",\"bytes\":%" PRId64
                ",\"list_version\":%" PRId64 ",\"keys_left_out\":%" PRId64,
                export_what_name(report->what), report->rows, report->rows_total, report->bytes,
                report->list_version, report->keys_left_out);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *quote = texts[i].text != NULL ? "\"" : "";
        strbuf_addf(fields, ",\"%s\":%s%s%s", texts[i].name, quote,
                    texts[i].text != NULL ? texts[i].text : "null", quote);
    }
}

/* ---- progress ---- */

static Status job_tell(ExportJob *job, Error *err)
{
    JobRun *run = job->run;
    char cause[64];
    AUTO_STRBUF fields = STRBUF_INIT;
    snprintf(cause, sizeof cause, "job/%" PRId64 "/%" PRId64 "/%" PRId64, run->job_no, run->token,
             job->progress_n++);
    export_report_fields(&job->report, &fields);
    AUTO_TX Db *tx = run->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        outbox_reset(run->outbox, db_epoch(tx), clock_now_us());
        status = job_run_lock(run, tx, err);
    }
    if (status == STATUS_OK) {
        status =
            job_event(tx, run->outbox, run->job_no, "job.progress", cause, 0, fields.data, err);
    }
    if (status == STATUS_OK) {
        status = outbox_store(run->outbox, tx, err);
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, err);
    }
    relay_kick(run->relay);
    return status;
}

/* At most one a second. One that could not be told is no reason to stop; the next may be. */
static void job_tell_progress(ExportJob *job)
{
    Error err;
    if (clock_mono_ms() >= job->progress_ms) {
        job->progress_ms = clock_mono_ms() + PROGRESS_MS;
        if (job_tell(job, &err) != STATUS_OK) {
            LOG_DEBUG("export.progress_untold", "code=%s msg=%s", err.code, err.text);
        }
    }
}

static Status job_stopped(Error *err)
{
    return error_set(err, STATUS_RETRY, "stopping", "the export is told to stop");
}

/* ---- rows ---- */

static Status
job_add(ExportJob *job, ExportFile *file, const StrBuf *lines, int64_t rows, Error *err)
{
    Status status = export_file_add(file, lines->data, lines->len, rows, err);
    job->report.rows = file->rows;
    job->report.bytes = file->bytes;
    job_tell_progress(job);
    return status == STATUS_OK && job_run_should_stop(job->run) ? job_stopped(err) : status;
}

static Status job_drain(ExportJob *job, ExportPipe *pipe, ExportFile *file, Error *err)
{
    ExportChunk chunk = {.lines = STRBUF_INIT};
    Status status = STATUS_OK;
    for (bool end = false; status == STATUS_OK && !end;) {
        status = export_pipe_next(pipe, &chunk, &end, err);
        if (status == STATUS_OK) {
            status = job_add(job, file, &chunk.lines, chunk.rows, err);
        }
    }
    strbuf_done(&chunk.lines);
    return status;
}

/* The readers have the snapshot for themselves by then. */
static Status
job_write_rows(ExportJob *job, const ExportSource *source, Db *holder, ExportFile *file, Error *err)
{
    ExportPipe *pipe = NULL;
    Status status = export_pipe_start(source, &pipe, err);
    db_rollback(holder);
    if (status == STATUS_OK) {
        AUTO_STRBUF head = STRBUF_INIT;
        export_line_head(source->spec, &head);
        status = job_add(job, file, &head, 0, err);
    }
    if (status == STATUS_OK) {
        status = job_drain(job, pipe, file, err);
    }
    export_pipe_free(pipe);
    return status;
}

/* ---- the snapshot ---- */

static Status job_expand(ExportJob *job, Db *db, ExportSpec *spec, Error *err)
{
    if (!export_spec_wants_keys(spec)) {
        return STATUS_OK;
    }
    AUTO_RESULT *result = NULL;
    int64_t total = 0;
    Status status = export_custom_keys(db, job->run->list_no, KEYS_MAX, &result, &total, err);
    if (status != STATUS_OK) {
        return status;
    }
    int count = db_rows(result);
    AUTO_FREE const char **keys = mem_alloc(((size_t)count + 1) * sizeof *keys);
    for (int i = 0; i < count; i++) {
        keys[i] = db_text(result, i, 0);
    }
    size_t named = 0;
    status = export_spec_expand(spec, keys, (size_t)count, &named, err);
    job->report.keys_left_out = total - (int64_t)named;
    return status;
}

static Status
job_look(ExportJob *job, Db *db, const ExportSpec *spec, ExportFacts *facts, Error *err)
{
    ExportLook look = {0};
    Status status = export_look(db, job->run->list_no, spec->what, &look, err);
    facts->list_version = look.version;
    facts->epoch = look.epoch;
    facts->snapshot_us = clock_now_us();
    job->report.list_version = look.version;
    job->report.rows_total = spec->what == EXPORT_LEADS && spec->where == NULL ? look.total : 0;
    return status;
}

/* Rules that this process cannot read (a law pack that it does not have) are no reason to try for
 * ever: the job fails, and says which. */
static Status
job_read_reasons(Db *db, const ExportSpec *spec, const ExportFacts *facts, WhyList *ret, Error *err)
{
    Status status = why_list_read(db, spec->list_id, facts->snapshot_us, ret, err);
    return status == STATUS_FATAL ? STATUS_BAD_INPUT : status;
}

static Status
job_export_rows(ExportJob *job, ExportSpec *spec, ExportFile *file, ExportFacts *facts, Error *err)
{
    const JobRun *run = job->run;
    char snapshot[DB_SNAPSHOT_SIZE];
    ExportSource source = {.cfg = run->cfg, .spec = spec, .list_no = run->list_no};
    AUTO_WHY_LIST reasons = {0};
    Db *holder = db_new(run->cfg->database_url, run->cfg->ns, "leadspool export");
    Status status = db_begin_snapshot(holder, err);
    if (status == STATUS_OK) {
        status = job_look(job, holder, spec, facts, err);
    }
    if (status == STATUS_OK) {
        status = job_expand(job, holder, spec, err);
    }
    if (status == STATUS_OK && export_spec_wants_reasons(spec)) {
        source.reasons = &reasons;
        status = job_read_reasons(holder, spec, facts, &reasons, err);
    }
    if (status == STATUS_OK) {
        status = export_ranges_make(holder, spec, run->list_no, &source.ranges, err);
    }
    if (status == STATUS_OK) {
        status = db_export_snapshot(holder, snapshot, err);
        source.snapshot = snapshot;
    }
    if (status == STATUS_OK) {
        status = job_write_rows(job, &source, holder, file, err);
    }
    free(source.ranges.items);
    db_close(holder);
    return status;
}

/* ---- rejects ---- */

static Status job_copy(ExportJob *job, int fd, ExportFile *file, Error *err)
{
    AUTO_FREE char *bytes = mem_alloc(COPY_BYTES);
    Status status = STATUS_OK;
    for (ssize_t got = 1; status == STATUS_OK && got != 0;) {
        got = read(fd, bytes, COPY_BYTES);
        if (got < 0) {
            return error_set(err, STATUS_RETRY, "rejects_unreadable",
                             "the reject file cannot be read: %s", strerror(errno));
        }
        StrBuf lines = {bytes, (size_t)got, COPY_BYTES};
        status = job_add(job, file, &lines, 0, err);
    }
    return status;
}

static Status job_export_rejects(
    ExportJob *job, const ExportSpec *spec, ExportFile *file, ExportFacts *facts, Error *err)
{
    const JobRun *run = job->run;
    AUTO_FREE char *name = NULL;
    int64_t rows = 0;
    int fd = -1;
    AUTO_TX Db *tx = run->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = job_look(job, tx, spec, facts, err);
    }
    if (status == STATUS_OK) {
        status = export_find_rejects(tx, spec->import_no, run->list_no, &name, &rows, err);
    }
    db_rollback(tx);
    if (status == STATUS_OK) {
        status = inbox_open(run->cfg->outbox, name, &fd, err);
    }
    if (status == STATUS_OK) {
        status = job_copy(job, fd, file, err);
        close(fd);
    }
    file->rows = rows;
    job->report.rows = rows;
    return status;
}

/* ---- one attempt ---- */

static Status job_commit(ExportJob *job, ExportFile *file, const ExportFacts *facts, Error *err)
{
    if (job_run_should_stop(job->run)) {
        return job_stopped(err);
    }
    ExportFacts all = *facts;
    all.keys_left_out = job->report.keys_left_out;
    snprintf(job->file, sizeof job->file, "%s", file->name);
    Status status = export_file_commit(file, &all, err);
    if (status == STATUS_OK) {
        snprintf(job->sha256, sizeof job->sha256, "%s", file->sha256);
        job->report.file = job->file;
        job->report.sha256 = job->sha256;
    }
    return status;
}

static Status job_attempt(ExportJob *job, Error *err)
{
    const JobRun *run = job->run;
    AUTO_EXPORT_SPEC spec = {0};
    AUTO_EXPORT_FILE file = {.out = OUTFILE_INIT};
    ExportFacts facts = {.job_no = run->job_no, .spec = &spec};
    Status status = export_spec_read(run->params, &spec, err);
    if (status == STATUS_OK) {
        job->report = (ExportReport){.what = spec.what};
        status = job_run_check_deaths(run, err);
    }
    if (status == STATUS_OK) {
        status = export_file_open(run->cfg->outbox, run->job_no, run->token, &file, err);
    }
    if (status == STATUS_OK) {
        status = spec.what == EXPORT_REJECTS ? job_export_rejects(job, &spec, &file, &facts, err)
                                             : job_export_rows(job, &spec, &file, &facts, err);
    }
    return status == STATUS_OK ? job_commit(job, &file, &facts, err) : status;
}

/* ---- an outbox that takes nothing ---- */

/* What is no fault of the export is waited for, and told. */
static const struct JobWait {
    const char *code;
    const char *waiting;
    int64_t try_ms;  /* then it is tried again, whatever the volume says */
    int64_t keep_ms; /* then it is given back: another process may have what this one lacks */
} job_waits[] = {
    {"disk_full", "no_space", ROOM_TRY_MS, INT64_MAX},
    {"outbox_unavailable", "outbox_unavailable", OUTBOX_TRY_MS, OUTBOX_KEEP_MS},
};

static const struct JobWait *job_find_wait(Status status, const Error *err)
{
    for (size_t i = 0; status == STATUS_RETRY && i < sizeof job_waits / sizeof job_waits[0]; i++) {
        if (strcmp(err->code, job_waits[i].code) == 0) {
            return &job_waits[i];
        }
    }
    return NULL;
}

/* What was written is gone by now. */
static void job_wait(ExportJob *job, const struct JobWait *wait, const Error *err)
{
    int64_t room_was = outfile_room(job->run->cfg->outbox);
    int64_t until_ms = clock_mono_ms() + wait->try_ms;
    if (job->waited != wait) {
        job->waited = wait;
        LOG_WARN("export.waits", "for=%s bytes=%" PRId64 " msg=%s", wait->waiting,
                 job->report.bytes, err->text);
    }
    job->report.waiting = wait->waiting;
    job->progress_ms = 0;
    while (!job_run_should_stop(job->run) && clock_mono_ms() < until_ms &&
           outfile_room(job->run->cfg->outbox) < room_was + ROOM_MARGIN) {
        job_tell_progress(job);
        clock_nap(ROOM_LOOK_MS);
    }
}

static Status job_work(ExportJob *job, Error *err)
{
    int64_t begun_ms = clock_mono_ms();
    for (;;) {
        Status status = job_attempt(job, err);
        const struct JobWait *wait = job_find_wait(status, err);
        if (wait == NULL || job_run_should_stop(job->run) ||
            clock_mono_ms() - begun_ms > wait->keep_ms) {
            return status;
        }
        job_wait(job, wait, err);
    }
}

Status export_job_run(JobRun *run, StrBuf *ret_fields, Error *err)
{
    ExportJob job = {.run = run, .progress_ms = clock_mono_ms() + PROGRESS_MS};
    export_file_sweep(run->cfg->outbox, run->job_no, run->token);
    Status status = atomic_load(&run->cancelled) ? job_stopped(err) : job_work(&job, err);
    bool taken = atomic_load(&run->lost) || atomic_load(&run->stopping);
    if (status == STATUS_RETRY && atomic_load(&run->cancelled) && !atomic_load(&run->lost)) {
        status = STATUS_OK; /* it has stopped */
        taken = false;
    }
    job.report.waiting = NULL;
    export_report_fields(&job.report, ret_fields);
    return status == STATUS_OK && taken && job.report.file == NULL ? job_stopped(err) : status;
}
