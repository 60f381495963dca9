#include "importer/import_update.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "importer/lead_place.h"
#include "importer/lead_queue.h"

void import_update_done(ImportUpdate *update)
{
    lead_set_done(&update->set);
    arena_done(&update->arena);
    free(update->leads);
    free(update->changed);
}

/* The zones of a lead by its own fields. */
static ZoneEvidence update_zones(const ImportSpec *spec, const LeadRow *lead)
{
    char country[3];
    ZoneEvidence zones = ZONE_EVIDENCE_NONE;
    TextSlice own = lead->texts[LEAD_COUNTRY];
    memcpy(country, spec->default_country, sizeof country);
    if (own.len == 2) {
        memcpy(country, own.data, 2);
        country[2] = '\0';
    }
    if (!zone_candidates((uint64_t)lead->phone, lead->texts[LEAD_STATE], country,
                         lead->texts[LEAD_TIME_ZONE], &zones)) {
        /* A zone that was stored and is not known any more says nothing. */
        if (!zone_candidates((uint64_t)lead->phone, lead->texts[LEAD_STATE], country, TEXT(""),
                             &zones)) {
            zones = ZONE_EVIDENCE_NONE;
        }
    }
    return zones;
}

static int met_compare(const void *a, const void *b)
{
    int64_t first = ((const MetLead *)a)->lead_id;
    int64_t second = ((const MetLead *)b)->lead_id;
    return (first > second) - (first < second);
}

static Status update_read_places(
    ImportUpdate *update, ImportLane *lane, const MetLead met[], size_t count, Error *err)
{
    DbArray places = {0};
    db_array_begin(&places, DB_ARRAY_TID);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || met[i].lead_id != met[i - 1].lead_id) {
            db_array_text(&places, met[i].tid, sizeof met[i].tid);
        }
    }
    Status status = lead_read_places(lane->db, &places, &update->set, err);
    db_array_done(&places);
    return status;
}

static Status
update_lock(ImportUpdate *update, ImportLane *lane, const MetLead met[], size_t count, Error *err)
{
    DbArray ids = {0};
    db_array_begin(&ids, DB_ARRAY_INT8);
    for (size_t i = 0; i < count; i++) {
        db_array_i64(&ids, met[i].lead_id);
    }
    Status status = lead_lock(lane->db, &ids, &update->set, err);
    db_array_done(&ids);
    return status;
}

/* The leads that rows want to change, each once: where the probe saw them, or, beside somebody who
 * writes them too, locked. */
static Status
update_read(ImportUpdate *update, ImportLane *lane, const ChunkShare *share, Error *err)
{
    AUTO_FREE MetLead *met = mem_alloc((size_t)(share->row_count + 1) * sizeof *met);
    size_t count = 0;
    for (int i = 0; i < share->row_count; i++) {
        if (lane->plan.fates[i] == ROW_CHANGE) {
            met[count++] = lane->plan.met[i];
        }
    }
    if (count == 0) {
        return STATUS_OK;
    }
    qsort(met, count, sizeof *met, met_compare);
    return lane->locks ? update_lock(update, lane, met, count, err)
                       : update_read_places(update, lane, met, count, err);
}

/* Is it there, and still the lead that the probe saw? */
static bool update_still_fits(const ImportLane *lane, const LeadRow *lead, const ChunkRow *row)
{
    return lead != NULL && lead->phone == row->lead.phone &&
           lead->list_no == lane->shared->run->list_no;
}

static void update_merge(
    ImportUpdate *update, ImportLane *lane, LeadRow *lead, const ChunkRow *row, uint32_t *changed)
{
    LeadRow said;
    LeadChange change = import_plan_change(lane->shared->spec, row, &said);
    uint32_t now = lead_merge(lead, &change, &lane->plan.scratch);
    if (now & LEAD_HAS_CUSTOM) {
        lead->custom.data = arena_copy(&update->arena, lead->custom.data, lead->custom.len);
    }
    lead->content_hash = row->lead.content_hash;
    *changed |= now;
}

static bool slices_differ(TextSlice a, TextSlice b)
{
    return a.len != b.len || (a.len > 0 && memcmp(a.data, b.data, a.len) != 0);
}

/* Of the fields that some row changed, those that differ in the end. */
static uint32_t update_net_change(const LeadRow *before, const LeadRow *after, uint32_t changed)
{
    for (int text = 0; text < LEAD_TEXTS; text++) {
        if (!slices_differ(before->texts[text], after->texts[text])) {
            changed &= ~LEAD_HAS(text);
        }
    }
    if (before->priority == after->priority) {
        changed &= ~LEAD_HAS_PRIORITY;
    }
    if (!slices_differ(before->custom, after->custom)) {
        changed &= ~LEAD_HAS_CUSTOM;
    }
    return changed;
}

static Status update_apply_rows(
    ImportUpdate *update, ImportLane *lane, const ChunkShare *share, uint32_t changed[], Error *err)
{
    for (int i = 0; i < share->row_count; i++) {
        if (lane->plan.fates[i] != ROW_CHANGE) {
            continue;
        }
        const ChunkRow *row = &share->rows[i];
        LeadRow *lead = lead_set_find(&update->set, lane->plan.met[i].lead_id);
        if (!update_still_fits(lane, lead, row)) {
            return error_set(err, STATUS_RETRY, "lead_race",
                             "a lead changed while it was looked up");
        }
        if (import_plan_other_lead(lead, &row->lead)) {
            import_plan_reject(&lane->plan, i);
        } else {
            update_merge(update, lane, lead, row, &changed[lead - update->set.rows]);
        }
    }
    return STATUS_OK;
}

static void update_gather(ImportUpdate *update, const LeadRow before[], const uint32_t changed[])
{
    for (int i = 0; i < update->set.count; i++) {
        LeadRow *lead = &update->set.rows[i];
        uint32_t net = update_net_change(&before[i], lead, changed[i]);
        if (net == 0) {
            continue;
        }
        lead->lead_version++;
        if (lead_merge_moves_zone(net)) {
            lead->zone_set_no = -1;
        }
        update->leads[update->count] = lead;
        update->changed[update->count++] = net;
        update->any_changed |= net;
    }
}

Status import_find_zone(ImportLane *lane, LeadRow *lead, Error *err)
{
    if (lead->zone_set_no >= 0) {
        return STATUS_OK;
    }
    ZoneEvidence zones = update_zones(lane->shared->spec, lead);
    lead->zone_set_no = zone_sets_known(lane->zones, &zones);
    if (lead->zone_set_no >= 0) {
        lead->gate_no = zone_sets_gate(lane->zones, &zones);
        return STATUS_OK;
    }
    db_rollback(lane->db); /* it is made in a transaction of its own */
    Status status = zone_sets_fetch(lane->zones, lane->db, &zones, &lead->zone_set_no, err);
    return status == STATUS_OK ? error_set(err, STATUS_RETRY, "again", "a new zone set was made")
                               : status;
}

Status
import_update_plan(ImportUpdate *update, ImportLane *lane, const ChunkShare *share, Error *err)
{
    Status status = update_read(update, lane, share, err);
    if (status != STATUS_OK) {
        return status;
    }
    size_t count = (size_t)update->set.count;
    AUTO_FREE LeadRow *before = mem_alloc((count + 1) * sizeof *before);
    AUTO_FREE uint32_t *changed = mem_alloc((count + 1) * sizeof *changed);
    if (count > 0) {
        memcpy(before, update->set.rows, count * sizeof *before);
    }
    update->leads = mem_alloc((count + 1) * sizeof(LeadRow *));
    update->changed = mem_alloc((count + 1) * sizeof *update->changed);
    status = update_apply_rows(update, lane, share, changed, err);
    if (status == STATUS_OK) {
        update_gather(update, before, changed);
    }
    for (int i = 0; status == STATUS_OK && i < update->count; i++) {
        status = import_find_zone(lane, update->leads[i], err);
    }
    return status;
}

/* ---- writing ---- */

/* Those whose place in the queue may be another: by priority or zones. */
static int update_queued(const ImportUpdate *update, const LeadRow *ret[])
{
    int count = 0;
    for (int i = 0; i < update->count; i++) {
        if ((update->changed[i] & (LEAD_HAS_PRIORITY | LEAD_HAS_ZONE)) != 0) {
            ret[count++] = update->leads[i];
        }
    }
    return count;
}

Status import_update_write(const ImportUpdate *update, Db *db, Error *err)
{
    AUTO_FREE const LeadRow **queued = mem_alloc((size_t)(update->count + 1) * sizeof *queued);
    int count = update_queued(update, queued);
    Status status = count > 0 ? lead_queue_leave(db, queued, count, err) : STATUS_OK;
    if (status == STATUS_OK) {
        status = lead_write_places(db, (const LeadRow *const *)update->leads, update->count,
                                   update->any_changed, err);
    }
    if (status == STATUS_OK && count > 0) {
        status = lead_queue_enter(db, queued, count, err);
    }
    return status;
}
