#include "importer/dnc_import_job.h"

#include "base/clock.h"
#include "importer/dnc_import_chunk.h"
#include "importer/import_end.h"

enum { JOB_NAP_MS = 50 };

static bool job_stop_asked(void *run)
{
    return job_run_should_stop(run);
}

static Status claim(DncImport *job, Error *err)
{
    const JobRun *run = job->run;
    AUTO_TX Db *tx = run->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = job_run_lock(run, tx, err);
    }
    if (status == STATUS_OK) {
        status = import_lanes_claim(tx, run->job_no, run->token, 1, err);
    }
    if (status == STATUS_OK) {
        status = import_lanes_read(tx, run->job_no, 1, &job->mark, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

/* While the outbox is too large no chunk is begun. */
static bool may_go_on(const DncImport *job)
{
    while (relay_is_backed_up(job->run->relay) && !job_run_should_stop(job->run)) {
        clock_nap(JOB_NAP_MS);
    }
    return !job->mark.finished && !job_run_should_stop(job->run);
}

static Status work_chunks(DncImport *job, ImportParser *parser, ImportChunk *chunk, Error *err)
{
    Status status = STATUS_OK;
    while (status == STATUS_OK && may_go_on(job)) {
        status = import_parser_next(parser, chunk, err);
        if (status == STATUS_OK) { /* after reading: what was read is what was meant */
            status = import_source_check(&job->source, &job->spec.import, err);
        }
        if (status == STATUS_OK) {
            status = dnc_import_chunk(job, chunk, err);
        }
    }
    return status;
}

static Status work(DncImport *job, Error *err)
{
    Stop stop = {job_stop_asked, job->run};
    CsvPosition position = job->mark.position;
    ImportParserStart start = {.position = &position, .chunk = job->mark.chunk, .stop = &stop};
    ImportParser parser;
    Status status = import_parser_open(&parser, &job->spec.import, job->run->job_no, job->source.fd,
                                       &start, err);
    if (status == STATUS_OK) {
        ImportChunk *chunk = import_chunk_new();
        status = work_chunks(job, &parser, chunk, err);
        import_chunk_free(chunk);
        import_parser_close(&parser);
    }
    return status;
}

static Status run_opened(DncImport *job, Error *err)
{
    JobRun *run = job->run;
    Status status = job_run_check_deaths(run, err);
    if (status != STATUS_OK || atomic_load(&run->cancelled)) {
        return status;
    }
    status = import_source_open(run->cfg->inbox, &job->spec.import, &job->source, err);
    if (status == STATUS_OK) {
        status = claim(job, err);
    }
    if (status == STATUS_OK && may_go_on(job)) {
        status = work(job, err);
    }
    return status;
}

Status dnc_import_job_run(JobRun *run, StrBuf *ret_fields, Error *err)
{
    DncImport job = {.run = run,
                     .source = IMPORT_SOURCE_INIT,
                     .frames = STRBUF_INIT,
                     .progress_ms = clock_mono_ms()};
    Status status = dnc_import_spec_from_json(run->params, &job.spec, err);
    if (status != STATUS_OK) { /* of another release: not ours to run, but anyone's to cancel */
        return atomic_load(&run->cancelled) ? STATUS_OK : STATUS_FATAL;
    }
    job.rejects = (RejectFormat){&job.spec.import, &job.source.header};
    reject_part_init(&job.part, run->cfg->outbox, run->job_no, 0, run->token);
    csv_fields_init(&job.fields, job.spec.import.format.delimiter, NULL);
    ImportEnd end = {run, &job.spec.import, &job.source, &job.rejects};
    status = import_end(&end, run_opened(&job, err), ret_fields, err);
    reject_part_close(&job.part);
    csv_fields_done(&job.fields);
    strbuf_done(&job.frames);
    import_source_close(&job.source);
    dnc_import_spec_done(&job.spec);
    return status;
}
