#include "importer/import_lane.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "importer/import_events.h"
#include "importer/import_update.h"
#include "importer/lead_place.h"
#include "runtime/job.h"
#include "runtime/lead_dial.h"
#include "runtime/number_store.h"

enum { PROGRESS_MS = 1000, LANE_BACKOFF_FIRST_MS = 50, LANE_BACKOFF_MOST_MS = 5000 };

void import_lane_init(ImportLane *lane, ImportShared *shared, int number, const LaneMark *mark)
{
    const JobRun *run = shared->run;
    *lane = (ImportLane){.shared = shared, .lane = number, .mark = *mark, .planned_chunk = -1};
    lane->db = db_new(run->cfg->database_url, run->cfg->ns, "leadspool import");
    lane->zones = zone_sets_new();
    dnc_filter_init(&lane->dnc, number, shared->spec->lanes);
    outbox_init(&lane->outbox, run->cfg->ns);
    lane->outbox.trace = run->trace;
    import_plan_init(&lane->plan, shared->spec);
    reject_part_init(&lane->part, run->cfg->outbox, run->job_no, number, run->token);
    csv_fields_init(&lane->fields, shared->spec->format.delimiter, NULL);
    strbuf_init(&lane->copy);
    strbuf_init(&lane->frames);
}

void import_lane_done(ImportLane *lane)
{
    db_close(lane->db);
    zone_sets_free(lane->zones);
    dnc_filter_done(&lane->dnc);
    outbox_done(&lane->outbox);
    import_plan_done(&lane->plan);
    reject_part_close(&lane->part);
    csv_fields_done(&lane->fields);
    strbuf_done(&lane->copy);
    strbuf_done(&lane->frames);
    db_array_done(&lane->phones);
    phone_set_done(&lane->set);
}

/* ---- before the transaction ---- */

/* All that the lane does not know yet, at once. */
static Status lane_fetch_zones(ImportLane *lane, const ChunkShare *share, Error *err)
{
    AUTO_FREE ZoneEvidence *missing = mem_alloc((size_t)(share->row_count + 1) * sizeof *missing);
    int count = 0;
    for (int i = 0; i < share->row_count; i++) {
        if (zone_sets_known(lane->zones, &share->rows[i].zones) < 0) {
            missing[count++] = share->rows[i].zones;
        }
    }
    return count > 0 ? zone_sets_fetch_many(lane->zones, lane->db, missing, count, err) : STATUS_OK;
}

static Status lane_find_zones(ImportLane *lane, ChunkShare *share, Error *err)
{
    Status status = lane_fetch_zones(lane, share, err);
    for (int i = 0; status == STATUS_OK && i < share->row_count; i++) {
        ChunkRow *row = &share->rows[i];
        row->lead.zone_set_no = zone_sets_known(lane->zones, &row->zones);
        row->lead.gate_no = zone_sets_gate(lane->zones, &row->zones);
    }
    return status;
}

/* Numbers that were erased, and come back with this chunk, bring their do-not-call entries. */
static Status lane_revive_numbers(ImportLane *lane, const ChunkShare *share, Error *err)
{
    AUTO_FREE int64_t *phones = mem_alloc((size_t)(share->row_count + 1) * sizeof *phones);
    for (int i = 0; i < share->row_count; i++) {
        phones[i] = share->rows[i].lead.phone;
    }
    return number_revive(lane->db, lane->shared->run->cfg, phones, share->row_count, err);
}

/* The set must not outgrow its share of memory: then probes take its place. */
static void lane_guard_memory(ImportLane *lane, const ChunkShare *share)
{
    if (!lane->has_set) {
        return;
    }
    size_t grown = (lane->set.count + (size_t)share->row_count) * sizeof(uint64_t);
    if (phone_set_bytes_after_add(&lane->set) > lane->shared->set_bytes ||
        grown > lane->shared->set_bytes) {
        LOG_INFO("import.probing", "lane=%d count=%zu", lane->lane, lane->set.count);
        phone_set_done(&lane->set);
        lane->has_set = false;
    }
}

/* ---- the plan ---- */

static void lane_fill_phones(ImportLane *lane, const ChunkShare *share)
{
    db_array_begin(&lane->phones, DB_ARRAY_INT8);
    for (int i = 0; i < share->row_count; i++) {
        db_array_i64(&lane->phones, share->rows[i].lead.phone);
    }
}

static Status
lane_probe_external(ImportLane *lane, const ChunkShare *share, DbResult **ret, Error *err)
{
    DbArray ids = {0};
    db_array_begin(&ids, DB_ARRAY_TEXT);
    for (int i = 0; i < share->row_count; i++) {
        TextSlice id = share->rows[i].lead.texts[LEAD_EXTERNAL_ID];
        if (id.len > 0) {
            db_array_text(&ids, id.data, id.len);
        }
    }
    Status status = STATUS_OK;
    if (ids.count > 0) {
        status = import_probe_external(lane->db, &ids, lane->shared->run->list_no, ret, err);
    }
    db_array_done(&ids);
    return status;
}

static Status lane_probe(ImportLane *lane,
                         const ChunkShare *share,
                         DbResult **ret_found,
                         DbResult **ret_elsewhere,
                         Error *err)
{
    const JobRun *run = lane->shared->run;
    lane_fill_phones(lane, share);
    Status status = import_probe(lane->db, &lane->phones, run->list_no, ret_found, err);
    if (status == STATUS_OK && lane->shared->spec->duplicate_scope == IMPORT_SCOPE_CAMPAIGN) {
        status = import_probe_campaign(lane->db, &lane->phones, run->list_no, lane->campaign_no,
                                       ret_elsewhere, err);
    }
    return status;
}

static Status lane_plan(ImportLane *lane, ImportChunk *chunk, Error *err)
{
    ChunkShare *share = &chunk->shares[lane->lane];
    if (lane->planned_chunk == chunk->number) {
        return STATUS_OK; /* an earlier try has put the phones into the set */
    }
    AUTO_RESULT *found = NULL;
    AUTO_RESULT *elsewhere = NULL;
    AUTO_RESULT *external = NULL;
    Status status = lane_probe_external(lane, share, &external, err);
    if (status == STATUS_OK && !lane->has_set) {
        status = lane_probe(lane, share, &found, &elsewhere, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    PlanFacts facts = {.found = found,
                       .elsewhere = elsewhere,
                       .external = external,
                       .job_no = lane->shared->run->job_no};
    if (lane->has_set) {
        import_plan_by_set(&lane->plan, share, &lane->set, &facts);
        lane->planned_chunk = chunk->number;
    } else {
        import_plan_by_probe(&lane->plan, share, &facts);
    }
    return STATUS_OK;
}

/* ---- writing ---- */

typedef struct PhoneOrder {
    int64_t phone;
    LeadRow *lead;
} PhoneOrder;

static int order_by_phone(const void *a, const void *b)
{
    int64_t first = ((const PhoneOrder *)a)->phone;
    int64_t second = ((const PhoneOrder *)b)->phone;
    return (first > second) - (first < second);
}

/* In the order of the index, neighbours meet the same pages of it. */
static void lane_sort_inserts(ImportPlan *plan)
{
    size_t count = (size_t)plan->insert_count;
    AUTO_FREE PhoneOrder *order = mem_alloc((count + 1) * sizeof *order);
    for (size_t i = 0; i < count; i++) {
        order[i] = (PhoneOrder){plan->inserts[i]->phone, plan->inserts[i]};
    }
    qsort(order, count, sizeof *order, order_by_phone);
    for (size_t i = 0; i < count; i++) {
        plan->inserts[i] = order[i].lead;
    }
}

/* *ret stays as it is when no phone can be on the list. */
static Status lane_find_dnc(ImportLane *lane, DbResult **ret, Error *err)
{
    if (lane->plan.insert_count == 0) {
        return STATUS_OK;
    }
    Status status = dnc_filter_check(&lane->dnc, lane->db, err);
    if (status != STATUS_OK) {
        return status;
    }
    db_array_begin(&lane->phones, DB_ARRAY_INT8);
    for (int i = 0; i < lane->plan.insert_count; i++) {
        int64_t phone = lane->plan.inserts[i]->phone;
        if (dnc_filter_may_hold(&lane->dnc, (uint64_t)phone)) {
            db_array_i64(&lane->phones, phone);
        }
    }
    if (lane->phones.count == 0) {
        return STATUS_OK;
    }
    return lead_dnc_phones(lane->db, &lane->phones, lane->campaign_no, lane->outbox.now_us, ret,
                           err);
}

static Status lane_finish_leads(ImportLane *lane, ListDelta *delta, Error *err)
{
    AUTO_RESULT *dnc = NULL;
    lane_sort_inserts(&lane->plan);
    Status status = lane_find_dnc(lane, &dnc, err);
    for (int i = 0; status == STATUS_OK && i < lane->plan.insert_count; i++) {
        LeadRow *lead = lane->plan.inserts[i];
        lead->list_no = lane->shared->run->list_no;
        lead->dnc = dnc != NULL && lead_dnc_has(dnc, lead->phone);
        lead->stage = stage_of(&(StageFacts){.dnc = lead->dnc});
        lane->counts.dnc += lead->dnc;
        list_delta_stage(delta, lead->stage, 1);
        status = import_find_zone(lane, lead, err);
    }
    list_delta_status(delta, "NEW", lane->plan.insert_count);
    return status;
}

static void lane_fill_rejects(ImportLane *lane, const ChunkShare *share)
{
    static const char reason[] = "the external id belongs to another lead of the list";
    strbuf_reset(&lane->frames);
    int rejected = 0;
    for (int i = 0; i < share->row_count; i++) {
        /* Parts are in the order of rows: those of the parser go in between. */
        while (rejected < share->reject_count &&
               share->rejects[rejected].row_no < share->rows[i].row_no) {
            reject_frame_add(&lane->frames, &lane->shared->rejects, &lane->fields,
                             &share->rejects[rejected++]);
        }
        if (lane->plan.fates[i] == ROW_CONFLICT) {
            ChunkReject reject = {share->rows[i].row_no,
                                  {"identity_conflict",
                                   lane->shared->spec->mapping.column_of[MAPPING_FIELD_EXTERNAL_ID],
                                   reason},
                                  share->rows[i].record};
            reject_frame_add(&lane->frames, &lane->shared->rejects, &lane->fields, &reject);
        }
    }
    while (rejected < share->reject_count) {
        reject_frame_add(&lane->frames, &lane->shared->rejects, &lane->fields,
                         &share->rejects[rejected++]);
    }
}

/* ---- counters, checkpoint, progress ---- */

static Status lane_count(ImportLane *lane, const ListDelta *delta, bool changed, Error *err)
{
    if (!changed) {
        return STATUS_OK;
    }
    ListGate gate;
    Status status = list_stats_apply(lane->db, &lane->outbox, delta, 1, &gate, err);
    if (status == STATUS_OK && strcmp(gate.life, "deleting") == 0) {
        return error_set_field(err, "list_id", "list_deleting", "the list is being deleted");
    }
    if (status == STATUS_OK && gate.campaign_no != lane->campaign_no) {
        lane->shared->campaign_no = gate.campaign_no;
        return error_set(err, STATUS_RETRY, "again", "the list went to another campaign");
    }
    return status;
}

static void lane_step(const ImportLane *lane, const ImportChunk *chunk, LaneStep *ret)
{
    const JobRun *run = lane->shared->run;
    *ret = (LaneStep){.job_no = run->job_no,
                      .lane = lane->lane,
                      .token = run->token,
                      .chunk = chunk->number,
                      .next = chunk->end,
                      .finished = chunk->last,
                      .counts = lane->counts};
}

/* The file is ours to cut only when the fence holds. The volume may be slow: that comes before all
 * that others wait for. */
static Status lane_store_rejects(ImportLane *lane, const ImportChunk *chunk, Error *err)
{
    LaneStep step;
    Status status = STATUS_OK;
    lane_fill_rejects(lane, &chunk->shares[lane->lane]);
    if (lane->frames.len > 0) {
        lane_step(lane, chunk, &step);
        status = import_lane_hold(lane->db, &step, err);
    }
    if (status == STATUS_OK) {
        status = reject_part_write(&lane->part, &lane->frames, err);
    }
    if (status == STATUS_OK && lane->frames.len > 0) {
        status = import_part_set(lane->db, &lane->part, err);
    }
    return status;
}

static bool lane_takes_progress(ImportLane *lane)
{
    long long last = atomic_load(&lane->shared->progress_ms);
    long long now = clock_mono_ms();
    return now - last >= PROGRESS_MS &&
           atomic_compare_exchange_strong(&lane->shared->progress_ms, &last, now);
}

/* Locks the jobs row before the lane's own, as a claim does. */
static Status lane_progress(ImportLane *lane, const ImportChunk *chunk, Error *err)
{
    const JobRun *run = lane->shared->run;
    if (chunk->last || !lane_takes_progress(lane)) {
        return STATUS_OK;
    }
    ImportCounts sums;
    int64_t offset;
    Status status = import_sums(lane->db, run->job_no, &sums, &offset, err);
    if (status != STATUS_OK) {
        return status;
    }
    import_counts_add(&sums, &lane->counts);
    AUTO_STRBUF fields = STRBUF_INIT;
    import_event_fields(lane->shared->spec, &sums, offset, NULL, &fields);
    char cause[96];
    snprintf(cause, sizeof cause, "job/%" PRId64 "/%d/%" PRId64 "/progress", run->job_no,
             lane->lane, chunk->number);
    return job_event(lane->db, &lane->outbox, run->job_no, "job.progress", cause, 0, fields.data,
                     err);
}

/* ---- one chunk ---- */

/* The effects of the share, in the lock order. */
static Status lane_effects(ImportLane *lane, ImportChunk *chunk, Error *err)
{
    ChunkShare *share = &chunk->shares[lane->lane];
    ImportPlan *plan = &lane->plan;
    AUTO_DELTA delta = {.list_no = lane->shared->run->list_no};
    AUTO_IMPORT_UPDATE ImportUpdate update = {0};
    Status status = import_update_plan(&update, lane, share, err);
    if (status == STATUS_OK) {
        lane->counts = plan->counts;
        lane->counts.rows += share->reject_count;
        lane->counts.rejected += share->reject_count;
        status = lane_store_rejects(lane, chunk, err);
    }
    if (status == STATUS_OK) {
        status = lane_finish_leads(lane, &delta, err);
    }
    if (status == STATUS_OK && update.count > 0) {
        status = import_update_write(&update, lane->db, err);
    }
    if (status == STATUS_OK && plan->insert_count > 0) {
        status = lead_insert(lane->db, (const LeadRow *const *)plan->inserts, plan->insert_count,
                             &lane->copy, err);
    }
    if (status == STATUS_OK) {
        status = lane_count(lane, &delta, plan->insert_count + update.count > 0, err);
    }
    if (status == STATUS_OK && lane->shared->spec->lead_events) {
        import_add_lead_events(lane, chunk->number, &update);
    }
    return status;
}

static Status lane_transaction(ImportLane *lane, ImportChunk *chunk, Error *err)
{
    LaneStep step;
    AUTO_TX Db *tx = lane->db;
    Status status = db_begin(tx, err);
    if (status != STATUS_OK) {
        return status;
    }
    outbox_reset(&lane->outbox, db_epoch(tx), clock_now_us());
    lane->campaign_no = lane->shared->campaign_no;
    status = lead_begin(tx, err);
    if (status == STATUS_OK) {
        status = lane_plan(lane, chunk, err);
    }
    if (status == STATUS_OK) {
        status = lane_effects(lane, chunk, err);
    }
    if (status == STATUS_OK) {
        status = lane_progress(lane, chunk, err);
    }
    if (status == STATUS_OK) {
        status = job_run_moved(lane->shared->run, tx, err);
    }
    if (status == STATUS_OK) {
        lane_step(lane, chunk, &step);
        status = import_lane_move(tx, &step, err);
    }
    if (status == STATUS_OK) {
        status = outbox_store(&lane->outbox, tx, err);
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, err);
    }
    bool moved = false;
    if (status == STATUS_RETRY && strcmp(err->code, "commit_unknown") == 0) {
        status = import_lane_look(tx, &step, &moved, err);
        if (status == STATUS_OK && !moved) {
            status =
                error_set(err, STATUS_RETRY, "not_committed", "the transaction did not happen");
        }
    }
    return status;
}

static void lane_committed(ImportLane *lane, const ImportChunk *chunk)
{
    reject_part_committed(&lane->part);
    import_counts_add(&lane->mark.counts, &lane->counts);
    lane->mark.chunk = chunk->number + 1;
    lane->mark.position = chunk->end;
    lane->mark.finished = chunk->last;
    lane->locks = false;
    relay_kick(lane->shared->run->relay);
}

static bool lane_may_try_again(const ImportLane *lane, Status status, const Error *err)
{
    return status == STATUS_RETRY && strcmp(err->code, "fenced") != 0 &&
           !job_run_should_stop(lane->shared->run) && !atomic_load(&lane->shared->broken);
}

/* Somebody else made a lead of ours meanwhile: from here on we look before we write. */
static void lane_lost_race(ImportLane *lane)
{
    phone_set_done(&lane->set);
    lane->has_set = false;
    lane->planned_chunk = -1;
    lane->locks = true;
}

Status import_lane_chunk(ImportLane *lane, ImportChunk *chunk, Error *err)
{
    static LogRate rate = LOG_RATE_INIT(3, 10000);
    int backoff_ms = LANE_BACKOFF_FIRST_MS;
    lane_guard_memory(lane, &chunk->shares[lane->lane]);
    for (;;) {
        Status status = lane_find_zones(lane, &chunk->shares[lane->lane], err);
        if (status == STATUS_OK) {
            status = lane_revive_numbers(lane, &chunk->shares[lane->lane], err);
        }
        if (status == STATUS_OK) {
            dnc_filter_fill(&lane->dnc, lane->db);
        }
        if (status == STATUS_OK) {
            status = lane_transaction(lane, chunk, err);
        }
        if (status == STATUS_OK) {
            lane_committed(lane, chunk);
            return STATUS_OK;
        }
        if (!lane_may_try_again(lane, status, err)) {
            return status;
        }
        if (strcmp(err->code, "again") == 0) {
            continue;
        }
        if (strcmp(err->code, "lead_race") == 0) {
            lane_lost_race(lane);
        }
        log_rate_limited(&rate, LOG_LEVEL_WARN, "import.retry", "lane=%d code=%s msg=%s",
                         lane->lane, err->code, err->text);
        clock_nap(backoff_ms);
        backoff_ms = backoff_ms * 2 < LANE_BACKOFF_MOST_MS ? backoff_ms * 2 : LANE_BACKOFF_MOST_MS;
    }
}
