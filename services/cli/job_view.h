/* job_view.h - what is known of a job: from one of its events, or from the record. Layer:
 * services/cli. */
#pragma once

#include <jansson.h>

#include "cli/cli.h"

typedef struct JobView {
    char job_id[24];
    char kind[32];
    char list_id[72];
    char state[16];
    char *file;    /* beneath the inbox, or of an export the outbox; NULL when unknown */
    char *rejects; /* beneath the outbox; NULL when there are none */
    int64_t rows;
    int64_t inserted;
    int64_t updated;
    int64_t duplicate;
    int64_t duplicate_in_file;
    int64_t duplicate_in_list;
    int64_t duplicate_in_campaign;
    int64_t rejected;
    int64_t unverified;
    int64_t dnc;
    int64_t bytes_done;
    int64_t bytes_total; /* 0: unknown */
    int64_t rows_total;  /* of an export; 0: unknown */
    int64_t bytes;
    int64_t list_version;
    int64_t keys_left_out; /* custom fields that an export had no column for */
    char what[12];
    char waiting[24]; /* for what: a code of what is in its way; else empty */
    char sha256[72];  /* of an export's file, which lies beneath the outbox */
    json_t *counts;   /* what jobs other than imports count; NULL: nothing */
    double seconds;   /* from its start to its end, or to now; 0 before */
    char *error;      /* JSON object; NULL when it did not fail */
    char *error_text;
} JobView;

void job_view_done(JobView *view);
#define AUTO_VIEW __attribute__((cleanup(job_view_done))) JobView

/* completed, failed or cancelled */
bool job_view_ended(const JobView *view);

/* Takes over what data, the data of a job's event, has; the rest stays. */
void job_view_read(JobView *view, const json_t *data);

/* The same from the record. STATUS_BAD_INPUT with code unknown_job. */
Status job_view_load(Cli *cli, const char *job_id, JobView *view, Error *err) MUST_CHECK;

/* Says how many custom fields an export has no column for, if any. */
void job_view_tell_left_out(const Cli *cli, const JobView *view);

/* The last words about a job: its outcome, its counts, where the rejected rows are. Sets the exit
 * code: done only when it completed. */
void job_view_report(Cli *cli, const JobView *view);
