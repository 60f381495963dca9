/* export_job.h - the job of list.export. Layer: services/exporter.
 *
 *   snapshot ─▶ readers (export_pipe.h) ─▶ file, unseen ─▶ manifest named ─▶ data named ─▶
 * completed
 *
 * Nothing is kept between claims: whoever takes the job over begins with a new snapshot, and takes
 * away what was left. When the volume is full, what was written goes away, and the export begins
 * again once there is more room than that took. An outbox that is not there, or may not be written,
 * is waited for likewise. */
#pragma once

#include "exporter/export_spec.h"
#include "runtime/job_runner.h"

#define EXPORT_JOB_KIND "export"

Status export_job_run(JobRun *run, StrBuf *ret_fields, Error *err);

/* What the job's events say. */
typedef struct ExportReport {
    ExportWhat what;
    int64_t rows;
    int64_t rows_total; /* 0: unknown */
    int64_t bytes;
    int64_t list_version;  /* 0: no snapshot yet */
    int64_t keys_left_out; /* custom fields that no column can have */
    const char *file;      /* NULL until it is there */
    const char *sha256;
    const char *waiting; /* for what, or NULL */
} ExportReport;
void export_report_fields(const ExportReport *report, StrBuf *fields);
