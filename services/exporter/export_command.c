#include "exporter/export_command.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/mem.h"
#include "exporter/export_job.h"
#include "exporter/export_spec.h"
#include "exporter/export_store.h"
#include "runtime/job.h"

static Status command_check_rejects(Db *db, const ExportSpec *spec, int32_t list_no, Error *err)
{
    AUTO_FREE char *name = NULL;
    int64_t rows;
    return spec->what == EXPORT_REJECTS
               ? export_find_rejects(db, spec->import_no, list_no, &name, &rows, err)
               : STATUS_OK;
}

static Status command_make_job(Work *work, const ExportSpec *spec, JobSpec *job, Error *err)
{
    AUTO_FREE char *params = json_dumps(work->messages[0]->data, JSON_COMPACT);
    AUTO_STRBUF fields = STRBUF_INIT;
    ExportReport report = {.what = spec->what};
    export_report_fields(&report, &fields);
    strbuf_adds(&fields, ",\"error\":null");
    job->kind = EXPORT_JOB_KIND;
    job->params = params;
    job->event_fields = fields.data;
    return job_create(work->db, work->outbox, work->messages[0], job, err);
}

static Status command_apply(Work *work, Error *err)
{
    AUTO_EXPORT_SPEC spec = {0};
    JobSpec job = {0};
    Status status = export_spec_read(work->messages[0]->data, &spec, err);
    if (status == STATUS_OK) {
        status = export_find_list(work->db, &spec, &job.list_no, &job.campaign_no, err);
    }
    if (status == STATUS_OK && job.list_no == 0) {
        status = error_set_field(err, "list_id", "unknown_list",
                                 "there is no list %s: see `leadspool list ls`", spec.list_id);
    }
    if (status == STATUS_OK) {
        status = command_check_rejects(work->db, &spec, job.list_no, err);
    }
    return status == STATUS_OK ? command_make_job(work, &spec, &job, err) : status;
}

Status export_command_apply(Work *work, Error *err)
{
    Status status = command_apply(work, err);
    if (status == STATUS_BAD_INPUT) {
        message_reject(work->messages[0], err);
        return STATUS_OK;
    }
    return status;
}
