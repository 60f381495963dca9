#include "importer/import_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void import_plan_init(ImportPlan *plan, const ImportSpec *spec)
{
    *plan = (ImportPlan){.spec = spec, .scratch = STRBUF_INIT};
}

void import_plan_done(ImportPlan *plan)
{
    free(plan->fates);
    free(plan->met);
    free(plan->inserts);
    phone_set_done(&plan->local);
    arena_done(&plan->arena);
    strbuf_done(&plan->scratch);
}

static void plan_begin(ImportPlan *plan, const ChunkShare *share)
{
    arena_reset(&plan->arena);
    plan->insert_count = 0;
    plan->counts = (ImportCounts){0};
    if (plan->cap < share->row_count) {
        plan->cap = share->row_count;
        plan->fates = mem_realloc(plan->fates, (size_t)plan->cap * sizeof *plan->fates);
        plan->met = mem_realloc(plan->met, (size_t)plan->cap * sizeof *plan->met);
        plan->inserts = mem_realloc(plan->inserts, (size_t)plan->cap * sizeof *plan->inserts);
    }
}

/* Which counter a fate moves. */
static const size_t fate_counters[] = {
    [ROW_INSERT] = offsetof(ImportCounts, inserted),
    [ROW_DUPLICATE_IN_FILE] = offsetof(ImportCounts, duplicate_in_file),
    [ROW_DUPLICATE_IN_LIST] = offsetof(ImportCounts, duplicate_in_list),
    [ROW_DUPLICATE_IN_CAMPAIGN] = offsetof(ImportCounts, duplicate_in_campaign),
    [ROW_UNCHANGED] = offsetof(ImportCounts, updated),
    [ROW_MERGED] = offsetof(ImportCounts, updated),
    [ROW_CHANGE] = offsetof(ImportCounts, updated),
    [ROW_CONFLICT] = offsetof(ImportCounts, rejected),
};

static void plan_settle(ImportPlan *plan, int row, RowFate fate)
{
    plan->fates[row] = fate;
    plan->counts.rows++;
    (*(int64_t *)((char *)&plan->counts + fate_counters[fate]))++;
}

static void plan_insert(ImportPlan *plan, int row, ChunkRow *chunk_row)
{
    plan_settle(plan, row, ROW_INSERT);
    plan->counts.unverified += !chunk_row->lead.verified;
    plan->inserts[plan->insert_count++] = &chunk_row->lead;
}

static bool plan_conflicts(const PlanFacts *facts, const LeadRow *lead)
{
    if (facts->external == NULL || lead->texts[LEAD_EXTERNAL_ID].len == 0) {
        return false;
    }
    int64_t holder = import_external_phone(facts->external, lead->texts[LEAD_EXTERNAL_ID]);
    return holder != 0 && holder != lead->phone;
}

/* The phones that other lists of the campaign have. */
static void plan_fill_elsewhere(ImportPlan *plan, const DbResult *elsewhere)
{
    phone_set_done(&plan->local);
    for (int i = 0; elsewhere != NULL && i < db_rows(elsewhere); i++) {
        uint64_t phone = (uint64_t)db_bin_i64(elsewhere, i, 0);
        if (phone_set_find(&plan->local, phone) == PHONE_ABSENT) {
            phone_set_add(&plan->local, phone, PHONE_IN_LIST);
        }
    }
}

void import_plan_by_set(ImportPlan *plan, ChunkShare *share, PhoneSet *set, const PlanFacts *facts)
{
    plan_begin(plan, share);
    plan_fill_elsewhere(plan, facts->elsewhere);
    for (int i = 0; i < share->row_count; i++) {
        ChunkRow *row = &share->rows[i];
        uint64_t phone = (uint64_t)row->lead.phone;
        if (plan_conflicts(facts, &row->lead)) {
            plan_settle(plan, i, ROW_CONFLICT);
            continue;
        }
        PhoneOrigin origin = phone_set_find(set, phone);
        if (origin == PHONE_ABSENT && phone_set_find(&plan->local, phone) != PHONE_ABSENT) {
            plan_settle(plan, i, ROW_DUPLICATE_IN_CAMPAIGN);
        } else if (origin == PHONE_ABSENT) {
            phone_set_add(set, phone, PHONE_IN_FILE);
            plan_insert(plan, i, row);
        } else {
            plan_settle(plan, i,
                        origin == PHONE_IN_FILE ? ROW_DUPLICATE_IN_FILE : ROW_DUPLICATE_IN_LIST);
        }
    }
}

/* ---- against a probe ---- */

/* A phone met in this chunk or found in the list: an index, so that the small set can stand for it.
 */
typedef struct Known {
    int64_t phone;
    int64_t lead_id;
    int64_t content_hash;
    char tid[6];
    int insert;   /* this chunk inserts it: where in plan->inserts; -1: it does not */
    bool copied;  /* that is a copy already */
    bool touched; /* an earlier row of this chunk may change it */
} Known;

typedef struct KnownTable {
    Known *slots; /* phone 0: empty */
    size_t cap;
} KnownTable;

static Known *known_slot(const KnownTable *table, int64_t phone)
{
    size_t at = phone_hash((uint64_t)phone) >> 8 & (table->cap - 1);
    while (table->slots[at].phone != 0 && table->slots[at].phone != phone) {
        at = (at + 1) & (table->cap - 1);
    }
    return &table->slots[at];
}

static KnownTable known_from(const DbResult *found, int rows)
{
    KnownTable table = {.cap = 64};
    while (table.cap < ((size_t)rows + (size_t)db_rows(found)) * 2) {
        table.cap *= 2;
    }
    table.slots = mem_alloc(table.cap * sizeof *table.slots);
    for (int i = 0; i < db_rows(found); i++) {
        int64_t phone = db_bin_i64(found, i, 0);
        Known *known = known_slot(&table, phone);
        *known = (Known){.phone = phone,
                         .lead_id = db_bin_i64(found, i, 1),
                         .content_hash = db_bin_i64(found, i, 2),
                         .insert = -1};
        size_t len;
        memcpy(known->tid, db_bytes(found, i, 3, &len), sizeof known->tid);
    }
    return table;
}

LeadChange import_plan_change(const ImportSpec *spec, const ChunkRow *row, LeadRow *said)
{
    static const struct {
        MappingField field;
        LeadText text;
    } pairs[] = {
        {MAPPING_FIELD_EXTENSION, LEAD_EXTENSION},
        {MAPPING_FIELD_EXTERNAL_ID, LEAD_EXTERNAL_ID},
        {MAPPING_FIELD_FIRST_NAME, LEAD_FIRST_NAME},
        {MAPPING_FIELD_LAST_NAME, LEAD_LAST_NAME},
        {MAPPING_FIELD_EMAIL, LEAD_EMAIL},
        {MAPPING_FIELD_ADDRESS, LEAD_ADDRESS},
        {MAPPING_FIELD_CITY, LEAD_CITY},
        {MAPPING_FIELD_STATE, LEAD_STATE},
        {MAPPING_FIELD_ZIP, LEAD_ZIP},
        {MAPPING_FIELD_COUNTRY, LEAD_COUNTRY},
        {MAPPING_FIELD_TIME_ZONE, LEAD_TIME_ZONE},
    };
    *said = row->lead;
    said->custom = row->custom_said;
    LeadChange change = {
        .row = said, .empty_erases = spec->empty_erases, .custom_nulls = spec->empty_erases};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (spec->mapping.column_of[pairs[i].field] > 0) {
            change.has |= LEAD_HAS(pairs[i].text);
        }
    }
    if (row->lead.texts[LEAD_EXTENSION].len > 0) {
        change.has |= LEAD_HAS(LEAD_EXTENSION); /* it may stand in the phone's cell */
    }
    change.has |= row->has_priority ? LEAD_HAS_PRIORITY : 0;
    change.has |= said->custom.len > 0 ? LEAD_HAS_CUSTOM : 0;
    return change;
}

bool import_plan_other_lead(const LeadRow *lead, const LeadRow *row)
{
    TextSlice has = lead->texts[LEAD_EXTERNAL_ID];
    TextSlice says = row->texts[LEAD_EXTERNAL_ID];
    return has.len > 0 && says.len > 0 &&
           (has.len != says.len || memcmp(has.data, says.data, has.len) != 0);
}

void import_plan_reject(ImportPlan *plan, int row)
{
    plan->fates[row] = ROW_CONFLICT;
    plan->counts.updated--;
    plan->counts.rejected++;
}

/* A later row of the chunk about a lead that the chunk inserts: the lead is inserted as both say.
 */
static RowFate plan_merge(ImportPlan *plan, Known *known, const ChunkRow *row)
{
    LeadRow *lead = plan->inserts[known->insert];
    if (import_plan_other_lead(lead, &row->lead)) {
        return ROW_CONFLICT;
    }
    if (!known->copied) {
        LeadRow *copy = arena_alloc(&plan->arena, sizeof *copy);
        *copy = *lead;
        lead = plan->inserts[known->insert] = copy;
        known->copied = true;
    }
    LeadRow said;
    LeadChange change = import_plan_change(plan->spec, row, &said);
    uint32_t changed = lead_merge(lead, &change, &plan->scratch);
    if (changed & LEAD_HAS_CUSTOM) {
        lead->custom.data = arena_copy(&plan->arena, lead->custom.data, lead->custom.len);
    }
    if (lead_merge_moves_zone(changed)) {
        lead->zone_set_no = -1;
    }
    lead->content_hash = row->lead.content_hash;
    return ROW_MERGED;
}

static RowFate plan_duplicate(
    ImportPlan *plan, Known *known, int row, const ChunkRow *chunk_row, const PlanFacts *facts)
{
    if (plan->spec->on_duplicate == IMPORT_SKIP) {
        bool made_here = known->insert >= 0 || known->lead_id >> 32 == facts->job_no;
        return made_here ? ROW_DUPLICATE_IN_FILE : ROW_DUPLICATE_IN_LIST;
    }
    if (known->insert >= 0) {
        return plan_merge(plan, known, chunk_row);
    }
    if (!known->touched && known->content_hash == chunk_row->lead.content_hash) {
        return ROW_UNCHANGED;
    }
    known->touched = true;
    plan->met[row].lead_id = known->lead_id;
    memcpy(plan->met[row].tid, known->tid, sizeof known->tid);
    return ROW_CHANGE;
}

void import_plan_by_probe(ImportPlan *plan, ChunkShare *share, const PlanFacts *facts)
{
    plan_begin(plan, share);
    plan_fill_elsewhere(plan, facts->elsewhere);
    KnownTable table = known_from(facts->found, share->row_count);
    for (int i = 0; i < share->row_count; i++) {
        ChunkRow *row = &share->rows[i];
        Known *known = known_slot(&table, row->lead.phone);
        if (plan_conflicts(facts, &row->lead)) {
            plan_settle(plan, i, ROW_CONFLICT);
        } else if (known->phone != 0) {
            plan_settle(plan, i, plan_duplicate(plan, known, i, row, facts));
        } else if (phone_set_find(&plan->local, (uint64_t)row->lead.phone) != PHONE_ABSENT) {
            plan_settle(plan, i, ROW_DUPLICATE_IN_CAMPAIGN);
        } else {
            plan_insert(plan, i, row);
            *known = (Known){.phone = row->lead.phone, .insert = plan->insert_count - 1};
        }
    }
    free(table.slots);
}
