#include "importer/dnc_import_chunk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "importer/dnc_import_plan.h"
#include "importer/import_lane.h"
#include "runtime/dnc_leads.h"
#include "runtime/dnc_store.h"
#include "runtime/job.h"
#include "runtime/lead_dial.h"
#include "runtime/number_store.h"

enum { PROGRESS_MS = 1000, BACKOFF_FIRST_MS = 50, BACKOFF_MOST_MS = 5000 };

/* A try of one chunk. */
typedef struct DncChunk {
    DncImport *job;
    ImportChunk *chunk;
    DncImportRow *rows;
    int row_count;
    DncImportNumber *numbers; /* by phone */
    int number_count;
} DncChunk;

static void chunk_done(DncChunk *chunk)
{
    free(chunk->rows);
    free(chunk->numbers);
}

/* ---- rows ---- */

static int compare_reject(const void *a, const void *b)
{
    int64_t first = ((const ChunkReject *)a)->row_no;
    int64_t second = ((const ChunkReject *)b)->row_no;
    return (first > second) - (first < second);
}

static int compare_number(const void *a, const void *b)
{
    int64_t first = ((const DncImportNumber *)a)->phone;
    int64_t second = ((const DncImportNumber *)b)->phone;
    return (first > second) - (first < second);
}

/* What the row's own cell says; the file's default where it is empty. */
static bool row_expires(const DncImportSpec *spec, const ChunkRow *row, int64_t *ret_us)
{
    *ret_us = spec->expires_us;
    if (row->lead.custom.len == 0) {
        return true;
    }
    AUTO_JSON json_t *custom = json_loadb(row->lead.custom.data, row->lead.custom.len, 0, NULL);
    const char *text = json_string_value(json_object_get(custom, DNC_IMPORT_EXPIRES));
    return text == NULL || dnc_import_expires(text_of(text), ret_us);
}

static void reject_expires(const DncChunk *chunk, ChunkShare *share, const ChunkRow *row)
{
    RowProblem problem = {"invalid_time", dnc_import_expires_column(&chunk->job->spec),
                          "it must be a day, or a time with its zone: 2027-01-31T00:00:00Z"};
    *chunk_share_add_reject(share) = (ChunkReject){row->row_no, problem, row->record};
}

/* Rows that are refused only here join those that the parser refused, once. */
static void take_rows(DncChunk *chunk)
{
    ChunkShare *share = &chunk->chunk->shares[0];
    int kept = 0;
    chunk->rows = mem_alloc((size_t)(share->row_count + 1) * sizeof *chunk->rows);
    for (int i = 0; i < share->row_count; i++) {
        ChunkRow *row = &share->rows[i];
        int64_t expires_us = 0;
        if (!row_expires(&chunk->job->spec, row, &expires_us)) {
            reject_expires(chunk, share, row);
            continue;
        }
        chunk->rows[kept] = (DncImportRow){row->lead.phone, expires_us};
        share->rows[kept++] = *row;
    }
    share->row_count = chunk->row_count = kept;
    qsort(share->rejects, (size_t)share->reject_count, sizeof *share->rejects, compare_reject);
}

static void take_numbers(DncChunk *chunk)
{
    int count = chunk->row_count;
    int kept = 0;
    DncImportNumber *numbers = mem_alloc((size_t)(count + 1) * sizeof *numbers);
    for (int i = 0; i < count; i++) {
        numbers[i] = (DncImportNumber){.phone = chunk->rows[i].phone};
    }
    qsort(numbers, (size_t)count, sizeof *numbers, compare_number);
    for (int i = 0; i < count; i++) {
        if (kept == 0 || numbers[kept - 1].phone != numbers[i].phone) {
            numbers[kept++] = numbers[i];
        }
    }
    chunk->numbers = numbers;
    chunk->number_count = kept;
}

/* ---- numbers ---- */

/* In a transaction: the ids of those that have a row. */
static Status find_numbers(DncChunk *chunk, Error *err)
{
    DbArray phones = {0};
    db_array_begin(&phones, DB_ARRAY_INT8);
    for (int i = 0; i < chunk->number_count; i++) {
        db_array_i64(&phones, chunk->numbers[i].phone);
        chunk->numbers[i].number_id = 0;
    }
    AUTO_RESULT *found = NULL;
    Status status = number_find(chunk->job->run->db, &phones, &found, err);
    db_array_done(&phones);
    for (int row = 0; status == STATUS_OK && row < db_rows(found); row++) {
        DncImportNumber key = {.phone = db_bin_i64(found, row, 0)};
        DncImportNumber *number = bsearch(&key, chunk->numbers, (size_t)chunk->number_count,
                                          sizeof *chunk->numbers, compare_number);
        number->number_id = db_bin_i64(found, row, 1);
    }
    return status;
}

static Status look_numbers(DncChunk *chunk, Error *err)
{
    AUTO_TX Db *tx = chunk->job->run->db;
    Status status = db_begin(tx, err);
    return status == STATUS_OK ? find_numbers(chunk, err) : status;
}

static Status make_numbers(DncChunk *chunk, Error *err)
{
    const JobRun *run = chunk->job->run;
    Status status = look_numbers(chunk, err);
    AUTO_FREE int64_t *missing = mem_alloc((size_t)(chunk->number_count + 1) * sizeof *missing);
    int count = 0;
    for (int i = 0; i < chunk->number_count; i++) {
        if (chunk->numbers[i].number_id == 0) {
            missing[count++] = chunk->numbers[i].phone;
        }
    }
    return status == STATUS_OK && count > 0 ? number_make(run->db, run->cfg, missing, count, err)
                                            : status;
}

static Status lock_numbers(DncChunk *chunk, DncNumbers *numbers, Error *err)
{
    Status status = find_numbers(chunk, err);
    for (int i = 0; status == STATUS_OK && i < chunk->number_count; i++) {
        if (chunk->numbers[i].number_id == 0) {
            status = error_set(err, STATUS_RETRY, "number_gone", "a number's row is gone");
        }
        db_array_i64(&numbers->ids, chunk->numbers[i].number_id);
    }
    if (status == STATUS_OK) {
        status = dnc_numbers_lock(numbers, chunk->job->run->db, err);
    }
    if (status == STATUS_OK && numbers->phone_count != chunk->number_count) {
        status = error_set(err, STATUS_RETRY, "number_gone", "a number was erased meanwhile");
    }
    return status;
}

/* ---- entries ---- */

static Status read_entries(DncChunk *chunk, DncNumbers *numbers, Error *err)
{
    AUTO_RESULT *open = NULL;
    Status status = dnc_find_entries(chunk->job->run->db, &numbers->ids,
                                     chunk->job->spec.campaign_no, &open, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(open); row++) {
        DncImportNumber key = {.phone = db_bin_i64(open, row, 0)};
        DncImportNumber *number = bsearch(&key, chunk->numbers, (size_t)chunk->number_count,
                                          sizeof *chunk->numbers, compare_number);
        if (number != NULL) {
            number->open = (DncEntry){db_bin_i64(open, row, 1), db_bin_time(open, row, 2)};
        }
    }
    return status;
}

static Status end_entries(const DncChunk *chunk, int64_t now_us, Error *err)
{
    DbArray entries = {0};
    DbArray reasons = {0};
    db_array_begin(&entries, DB_ARRAY_INT8);
    db_array_begin(&reasons, DB_ARRAY_TEXT);
    for (int i = 0; i < chunk->number_count; i++) {
        if (chunk->numbers[i].end_no != 0) {
            db_array_i64(&entries, chunk->numbers[i].end_no);
            db_array_string(&reasons, chunk->numbers[i].end_as);
        }
    }
    Status status = entries.count > 0
                        ? dnc_end_entries(chunk->job->run->db, &entries, &reasons, now_us, err)
                        : STATUS_OK;
    db_array_done(&entries);
    db_array_done(&reasons);
    return status;
}

static Status insert_entries(const DncChunk *chunk, int64_t now_us, Error *err)
{
    const DncImportSpec *spec = &chunk->job->spec;
    DbArray ids = {0};
    DbArray expires = {0};
    db_array_begin(&ids, DB_ARRAY_INT8);
    db_array_begin(&expires, DB_ARRAY_TIME);
    for (int i = 0; i < chunk->number_count; i++) {
        const DncImportNumber *number = &chunk->numbers[i];
        if (number->insert) {
            db_array_i64(&ids, number->number_id);
        }
        if (number->insert && number->open.expires_us == DNC_FOREVER) {
            db_array_null(&expires);
        } else if (number->insert) {
            db_array_time(&expires, number->open.expires_us);
        }
    }
    DncNewEntry entry = {
        .campaign_no = spec->campaign_no, .source = spec->source, .now_us = now_us};
    Status status = ids.count > 0
                        ? dnc_insert_entries(chunk->job->run->db, &entry, &ids, &expires, err)
                        : STATUS_OK;
    db_array_done(&ids);
    db_array_done(&expires);
    return status;
}

/* In the lock order: numbers, then what follows them. */
static Status effects(DncChunk *chunk, Error *err)
{
    DncImport *job = chunk->job;
    Outbox *outbox = job->run->outbox;
    AUTO_DNC_NUMBERS numbers;
    int64_t moved = 0;
    dnc_numbers_begin(&numbers);
    DncFollow follow = {.db = job->run->db,
                        .outbox = outbox,
                        .numbers = &numbers,
                        .correlation = job->run->command_id,
                        .now_us = outbox->now_us};
    Status status = lock_numbers(chunk, &numbers, err);
    if (status == STATUS_OK) {
        status = read_entries(chunk, &numbers, err);
    }
    if (status == STATUS_OK) {
        dnc_import_plan(chunk->numbers, chunk->number_count, chunk->rows, chunk->row_count,
                        outbox->now_us, &job->counts);
        status = end_entries(chunk, outbox->now_us, err);
    }
    if (status == STATUS_OK) {
        status = insert_entries(chunk, outbox->now_us, err);
    }
    if (status == STATUS_OK) {
        status = dnc_leads_follow(&follow, &moved, err);
    }
    job->counts.dnc = moved;
    return status;
}

/* ---- checkpoint ---- */

/* As in an import: before all that others wait for. */
static Status
store_rejects(DncImport *job, const ChunkShare *share, const LaneStep *step, Error *err)
{
    strbuf_reset(&job->frames);
    for (int i = 0; i < share->reject_count; i++) {
        reject_frame_add(&job->frames, &job->rejects, &job->fields, &share->rejects[i]);
    }
    Status status = job->frames.len > 0 ? import_lane_hold(job->run->db, step, err) : STATUS_OK;
    if (status == STATUS_OK) {
        status = reject_part_write(&job->part, &job->frames, err);
    }
    return status == STATUS_OK && job->frames.len > 0
               ? import_part_set(job->run->db, &job->part, err)
               : status;
}

static Status tell_progress(DncImport *job, const ImportChunk *chunk, Error *err)
{
    if (chunk->last || clock_mono_ms() < job->progress_ms) {
        return STATUS_OK;
    }
    job->progress_ms = clock_mono_ms() + PROGRESS_MS;
    char cause[64];
    ImportCounts sums = job->mark.counts;
    import_counts_add(&sums, &job->counts);
    AUTO_STRBUF fields = STRBUF_INIT;
    import_event_fields(&job->spec.import, &sums, chunk->end.offset, NULL, &fields);
    snprintf(cause, sizeof cause, "job/%" PRId64 "/%" PRId64 "/progress", job->run->job_no,
             chunk->number);
    return job_event(job->run->db, job->run->outbox, job->run->job_no, "job.progress", cause, 0,
                     fields.data, err);
}

static LaneStep chunk_step(const DncImport *job, const ImportChunk *chunk)
{
    return (LaneStep){.job_no = job->run->job_no,
                      .token = job->run->token,
                      .chunk = chunk->number,
                      .next = chunk->end,
                      .finished = chunk->last,
                      .counts = job->counts};
}

/* ---- one chunk ---- */

static Status chunk_write(DncChunk *chunk, const LaneStep *step, Error *err)
{
    DncImport *job = chunk->job;
    Db *db = job->run->db;
    Status status = import_lane_move(db, step, err);
    if (status == STATUS_OK) {
        status = outbox_store(job->run->outbox, db, err);
    }
    return status == STATUS_OK ? db_commit(db, err) : status;
}

static void chunk_count(DncChunk *chunk)
{
    const ChunkShare *share = &chunk->chunk->shares[0];
    chunk->job->counts = (ImportCounts){.rows = share->row_count + share->reject_count,
                                        .rejected = share->reject_count};
    for (int i = 0; i < share->row_count; i++) {
        chunk->job->counts.unverified += !share->rows[i].lead.verified;
    }
}

static Status chunk_transaction(DncChunk *chunk, Error *err)
{
    DncImport *job = chunk->job;
    JobRun *run = job->run;
    AUTO_TX Db *tx = run->db;
    bool moved = false;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        outbox_reset(run->outbox, db_epoch(tx), clock_now_us());
        status = lead_begin(tx, err);
    }
    chunk_count(chunk);
    LaneStep step = chunk_step(job, chunk->chunk);
    if (status == STATUS_OK) {
        status = store_rejects(job, &chunk->chunk->shares[0], &step, err);
    }
    if (status == STATUS_OK && chunk->row_count > 0) {
        status = effects(chunk, err);
    }
    if (status == STATUS_OK) {
        status = tell_progress(job, chunk->chunk, err);
    }
    if (status == STATUS_OK) {
        status = job_run_moved(run, tx, err);
    }
    if (status == STATUS_OK) {
        step = chunk_step(job, chunk->chunk); /* with its counts now */
        status = chunk_write(chunk, &step, err);
    }
    if (status == STATUS_RETRY && strcmp(err->code, "commit_unknown") == 0) {
        status = import_lane_look(tx, &step, &moved, err);
        if (status == STATUS_OK && !moved) {
            status =
                error_set(err, STATUS_RETRY, "not_committed", "the transaction did not happen");
        }
    }
    return status;
}

static Status chunk_try(DncImport *job, ImportChunk *rows, Error *err)
{
    DncChunk chunk = {.job = job, .chunk = rows};
    take_rows(&chunk);
    take_numbers(&chunk);
    Status status = make_numbers(&chunk, err);
    if (status == STATUS_OK) {
        status = chunk_transaction(&chunk, err);
    }
    chunk_done(&chunk);
    return status;
}

static void chunk_committed(DncImport *job, const ImportChunk *chunk)
{
    reject_part_committed(&job->part);
    import_counts_add(&job->mark.counts, &job->counts);
    job->mark.chunk = chunk->number + 1;
    job->mark.finished = chunk->last;
    relay_kick(job->run->relay);
}

Status dnc_import_chunk(DncImport *job, ImportChunk *chunk, Error *err)
{
    static LogRate rate = LOG_RATE_INIT(3, 10000);
    int backoff_ms = BACKOFF_FIRST_MS;
    Status status = chunk_try(job, chunk, err);
    while (status == STATUS_RETRY && strcmp(err->code, "fenced") != 0 &&
           !job_run_should_stop(job->run)) {
        log_rate_limited(&rate, LOG_LEVEL_WARN, "dnc_import.retry", "code=%s msg=%s", err->code,
                         err->text);
        clock_nap(backoff_ms);
        backoff_ms = backoff_ms * 2 < BACKOFF_MOST_MS ? backoff_ms * 2 : BACKOFF_MOST_MS;
        status = chunk_try(job, chunk, err);
    }
    if (status == STATUS_OK) {
        chunk_committed(job, chunk);
    }
    return status;
}
