#include "importer/import_undo.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ids.h"
#include "base/json.h"
#include "base/mem.h"
#include "importer/import_job.h"
#include "importer/list_store.h"
#include "runtime/job.h"
#include "runtime/lead_sweep.h"
#include "sql_queries.h"

/* An import, as the record has it. */
typedef struct Import {
    int64_t job_no;
    char list_id[65];
    char state[16];
    int64_t updated;
} Import;

/* ---- the command ---- */

typedef struct ImportUndo {
    int64_t job_no;
} ImportUndo;

static const JsonField undo_fields[] = {
    {"job_id", JSON_FIELD_NUMBER_ID, offsetof(ImportUndo, job_no), .required = true},
    {0},
};

static Status find_import(Db *db, int64_t job_no, Import *ret, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, job_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_undo_import, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (db_rows(result) == 0) {
        return error_set_field(err, "job_id", "unknown_job",
                               "there is no such import: see `leadspool job ls --all`");
    }
    *ret = (Import){.job_no = job_no, .updated = db_i64(result, 0, 2)};
    snprintf(ret->list_id, sizeof ret->list_id, "%s", db_text(result, 0, 0));
    snprintf(ret->state, sizeof ret->state, "%s", db_text(result, 0, 1));
    return STATUS_OK;
}

static Status check_import(const Import *import, Error *err)
{
    if (strcmp(import->state, "queued") == 0 || strcmp(import->state, "running") == 0) {
        return error_set_field(err, "job_id", "job_open",
                               "the import has not ended: cancel it first");
    }
    return STATUS_OK;
}

static Status make_job(Work *work, const Import *import, const List *list, Error *err)
{
    AUTO_FREE char *params = mem_sprintf("{\"import\":\"%" PRId64 "\",\"updated\":%" PRId64 "}",
                                         import->job_no, import->updated);
    AUTO_FREE char *fields =
        mem_sprintf("\"leads\":0,\"deleted\":0,\"cannot_restore\":%" PRId64, import->updated);
    JobSpec job = {.kind = IMPORT_UNDO_KIND,
                   .list_no = list->list_no,
                   .campaign_no = list->campaign_no,
                   .slot_count = 1,
                   .params = params,
                   .event_fields = fields};
    snprintf(job.slots[0], sizeof job.slots[0], "list:%" PRId32, list->list_no);
    return job_create(work->db, work->outbox, work->messages[0], &job, err);
}

Status import_undo_apply(Work *work, Error *err)
{
    ImportUndo command = {0};
    Import import = {0};
    List list = {0};
    Status status = json_read_fields(work->messages[0]->data, undo_fields, &command, err);
    if (status == STATUS_OK) {
        status = find_import(work->db, command.job_no, &import, err);
    }
    if (status == STATUS_OK) {
        status = check_import(&import, err);
    }
    if (status == STATUS_OK) {
        status = list_find_open(work->db, import.list_id, &list, err);
    }
    if (status == STATUS_BAD_INPUT) {
        message_reject(work->messages[0], err);
        return STATUS_OK;
    }
    if (status == STATUS_OK) {
        status = make_job(work, &import, &list, err);
    }
    list_done(&list);
    return status;
}

/* ---- the job ---- */

enum {
    COUNT_LEADS,
    COUNT_DELETED,
    COUNT_KEPT_CALLED,
    COUNT_KEPT_OFFERED,
    COUNT_KEPT_CHANGED,
    COUNT_KEPT_MOVED,
};

typedef struct Undo {
    int64_t import_no;
    int64_t updated;
} Undo;

/* Those that went to another list are counted, and no more. */
static Status undo_find(SweepChunk *chunk, int64_t after, Error *err)
{
    const Undo *undo = chunk->context;
    int64_t first = undo->import_no << 32;
    DbParams params = {0};
    db_param_i64(&params, after > first ? after : first - 1);
    db_param_i64(&params, first + (INT64_C(1) << 32));
    db_param_i64(&params, chunk->run->list_no);
    db_param_i64(&params, SWEEP_CHUNK_LEADS);
    AUTO_RESULT *rows = NULL;
    Status status = db_query(chunk->db, sql_undo_span, &params, &rows, err);
    if (status == STATUS_OK) {
        sweep_take_span(chunk, rows);
        chunk->counts[COUNT_KEPT_MOVED] += chunk->seen - chunk->ids.count;
    }
    return status;
}

/* Sorted ids of the locked leads that somebody else changed. */
static Status find_changed(SweepChunk *chunk, DbResult **ret, Error *err)
{
    const Undo *undo = chunk->context;
    DbParams params = {0};
    db_param_array(&params, &chunk->ids);
    db_param_i64(&params, chunk->run->list_no);
    db_param_i64(&params, undo->import_no);
    return db_query_binary(chunk->db, sql_undo_changed, &params, ret, err);
}

/* What is to be counted of this lead; COUNT_DELETED: it goes. */
static int undo_plan(const LeadDial *lead, int32_t list_no, bool changed)
{
    if (lead->list_no != list_no) {
        return COUNT_KEPT_MOVED;
    }
    if (lead->attempts_total > 0 || lead->called_us != 0) {
        return COUNT_KEPT_CALLED;
    }
    if (lead->offer_id != 0) {
        return COUNT_KEPT_OFFERED;
    }
    return changed ? COUNT_KEPT_CHANGED : COUNT_DELETED;
}

static Status undo_work(SweepChunk *chunk, Error *err)
{
    LeadDials *leads = &chunk->leads;
    AUTO_GATES gates = {0};
    AUTO_RESULT *changed = NULL;
    AUTO_FREE const char **reasons = mem_alloc((size_t)(leads->count + 1) * sizeof *reasons);
    Status status = find_changed(chunk, &changed, err);
    int at = 0;
    for (int row = 0; status == STATUS_OK && row < leads->count; row++) {
        LeadDial *lead = &leads->rows[row];
        while (at < db_rows(changed) && db_bin_i64(changed, at, 0) < lead->lead_id) {
            at++;
        }
        bool other = at < db_rows(changed) && db_bin_i64(changed, at, 0) == lead->lead_id;
        int count = undo_plan(lead, chunk->run->list_no, other);
        chunk->counts[count]++;
        if (count == COUNT_DELETED) {
            lead->list_no = 0;
            leads->changed[row] = true;
        }
    }
    return status == STATUS_OK ? sweep_write(chunk, reasons, &gates, err) : status;
}

static const SweepKind undo_kind = {
    .counts = {"leads", "deleted", "kept_called", "kept_offered", "kept_changed", "kept_moved"},
    .find = undo_find,
    .work = undo_work,
};

Status import_undo_run(JobRun *run, StrBuf *ret_fields, Error *err)
{
    Undo undo = {.updated = json_integer_value(json_object_get(run->params, "updated"))};
    const char *import = json_string_value(json_object_get(run->params, "import"));
    Status status = ids_parse_i64(import != NULL ? import : "", &undo.import_no, err);
    if (status == STATUS_OK) {
        status = lead_sweep(run, &undo_kind, &undo, ret_fields, err);
        strbuf_addf(ret_fields, ",\"cannot_restore\":%" PRId64, undo.updated);
    }
    return status;
}
