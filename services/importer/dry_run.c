#include "importer/dry_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "adapters/inbox.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "importer/dry_ids.h"
#include "importer/dry_phones.h"
#include "importer/import_command.h"
#include "importer/import_parse.h"
#include "importer/import_plan.h"
#include "importer/lead_store.h"
#include "runtime/number_key.h"
#include "runtime/number_store.h"

enum { DRY_SHOWN = 5 };

typedef struct DryRun {
    const Config *cfg;
    Db *db;
    List list;
    ImportSpec spec;
    int fd;
    DryPhones phones;
    ExternalIds *id_of; /* under update, of each phone of the file; NULL: no column has ids */
    ImportPlan plan;
    ImportCounts counts;
    int64_t erased;
    CsvFields header;
    Arena arena;
    json_t *problems;
    json_t *first_rows;
    json_t *first_problems;
} DryRun;

/* Of each of the tables: the list's phones, the file's, its external ids. */
static ExternalIdsRoom dry_room(const DryRun *dry)
{
    return (ExternalIdsRoom){dry->cfg->outbox, (size_t)dry->cfg->import_set_mib << 20};
}

static Status dry_find_list(DryRun *dry, const json_t *command, Error *err)
{
    const char *list_id = json_string_value(json_object_get(command, "list_id"));
    AUTO_TX Db *tx = dry->db;
    Status status = db_begin(tx, err);
    return status == STATUS_OK ? list_find_open(tx, list_id != NULL ? list_id : "", &dry->list, err)
                               : status;
}

static Status dry_open(DryRun *dry, const json_t *command, Error *err)
{
    Status status = dry_find_list(dry, command, err);
    if (status == STATUS_OK) {
        status = import_command_spec(command, dry->cfg, &dry->list, &dry->spec, err);
    }
    if (status == STATUS_OK) {
        dry->spec.lanes = 1;
        import_plan_init(&dry->plan, &dry->spec);
        csv_fields_init(&dry->header, dry->spec.format.delimiter, NULL);
        status = inbox_open(dry->cfg->inbox, dry->spec.file, &dry->fd, err);
    }
    if (status == STATUS_OK) {
        status = import_read_header(&dry->spec, dry->fd, &dry->header, &dry->arena, err);
    }
    if (status == STATUS_OK) {
        status = dry_phones_open(&dry->phones, dry->db, dry->list.list_no, dry_room(dry), err);
    }
    return status;
}

static void dry_close(DryRun *dry)
{
    if (dry->fd >= 0) {
        close(dry->fd);
    }
    dry_phones_close(&dry->phones);
    external_ids_free(dry->id_of);
    import_plan_done(&dry->plan);
    csv_fields_done(&dry->header);
    arena_done(&dry->arena);
    import_spec_done(&dry->spec);
    list_done(&dry->list);
    json_decref(dry->problems);
    json_decref(dry->first_rows);
    json_decref(dry->first_problems);
}

/* ---- what is shown ---- */

static void dry_note_problem(DryRun *dry, int64_t row_no, const RowProblem *problem)
{
    json_int_t before = json_integer_value(json_object_get(dry->problems, problem->code));
    json_object_set_new(dry->problems, problem->code, json_integer(before + 1));
    if (json_array_size(dry->first_problems) >= DRY_SHOWN) {
        return;
    }
    json_t *column = json_null();
    if (problem->column > 0 && problem->column <= dry->header.count) {
        TextSlice name = dry->header.cells[problem->column - 1];
        column = json_stringn(name.data, name.len);
    } else if (problem->column > 0) {
        column = json_integer((json_int_t)problem->column);
    }
    json_array_append_new(dry->first_problems,
                          json_pack("{s:I, s:s, s:o, s:s}", "row", (json_int_t)row_no, "code",
                                    problem->code, "column", column, "reason", problem->reason));
}

static json_t *dry_row(const LeadRow *lead)
{
    char phone[24];
    snprintf(phone, sizeof phone, "+%" PRId64, lead->phone);
    json_t *row = json_pack("{s:s, s:i}", "phone", phone, "priority", (int)lead->priority);
    for (int text = 0; text < LEAD_TEXTS; text++) {
        if (lead->texts[text].len > 0) {
            json_object_set_new(row, lead_text_name((LeadText)text),
                                json_stringn(lead->texts[text].data, lead->texts[text].len));
        }
    }
    if (lead->custom.len > 0) {
        json_object_set_new(row, "custom",
                            json_loadb(lead->custom.data, lead->custom.len, 0, NULL));
    }
    return row;
}

/* ---- the file ---- */

/* Numbers that were erased are known by their digests, and an import takes them back with their
 * entries. */
static Status dry_count_erased(DryRun *dry, Error *err)
{
    int count = dry->plan.insert_count;
    AUTO_RESULT *erased = NULL;
    AUTO_FREE int64_t *phones = mem_alloc((size_t)(count + 1) * sizeof *phones);
    for (int i = 0; i < count; i++) {
        phones[i] = dry->plan.inserts[i]->phone;
    }
    NumberAsk ask = {phones, count, dry->list.campaign_no, clock_now_us()};
    Status status = number_erased(dry->db, dry->cfg, &ask, &erased, err);
    if (status == STATUS_OK && erased != NULL) {
        status = number_key_compare(dry->db, dry->cfg, err);
    }
    for (int row = 0; status == STATUS_OK && erased != NULL && row < db_rows(erased); row++) {
        dry->erased++;
        dry->counts.dnc += db_bin_i64(erased, row, 1);
    }
    return status;
}

static Status dry_count_dnc(DryRun *dry, Error *err)
{
    DbArray phones = {0};
    AUTO_RESULT *dnc = NULL;
    db_array_begin(&phones, DB_ARRAY_INT8);
    for (int i = 0; i < dry->plan.insert_count; i++) {
        db_array_i64(&phones, dry->plan.inserts[i]->phone);
    }
    Status status =
        lead_dnc_phones(dry->db, &phones, dry->list.campaign_no, clock_now_us(), &dnc, err);
    if (status == STATUS_OK) {
        dry->counts.dnc += db_rows(dnc);
    }
    db_array_done(&phones);
    return status;
}

static Status dry_probe(DryRun *dry,
                        const ChunkShare *share,
                        DbResult **ret_elsewhere,
                        DbResult **ret_external,
                        Error *err)
{
    DbArray phones = {0};
    DbArray ids = {0};
    db_array_begin(&phones, DB_ARRAY_INT8);
    db_array_begin(&ids, DB_ARRAY_TEXT);
    for (int i = 0; i < share->row_count; i++) {
        TextSlice id = share->rows[i].lead.texts[LEAD_EXTERNAL_ID];
        db_array_i64(&phones, share->rows[i].lead.phone);
        if (id.len > 0) {
            db_array_text(&ids, id.data, id.len);
        }
    }
    Status status = STATUS_OK;
    if (dry->spec.duplicate_scope == IMPORT_SCOPE_CAMPAIGN) {
        status = import_probe_campaign(dry->db, &phones, dry->list.list_no, dry->list.campaign_no,
                                       ret_elsewhere, err);
    }
    if (status == STATUS_OK && ids.count > 0) {
        status = import_probe_external(dry->db, &ids, dry->list.list_no, ret_external, err);
    }
    db_array_done(&phones);
    db_array_done(&ids);
    return status;
}

static void dry_note_share(DryRun *dry, const ChunkShare *share)
{
    for (int i = 0; i < share->reject_count; i++) {
        dry_note_problem(dry, share->rejects[i].row_no, &share->rejects[i].problem);
    }
    for (int i = 0; i < share->row_count; i++) {
        if (dry->plan.fates[i] == ROW_CONFLICT) {
            RowProblem conflict = {"identity_conflict",
                                   dry->spec.mapping.column_of[MAPPING_FIELD_EXTERNAL_ID],
                                   "the external id belongs to another lead of the list"};
            dry_note_problem(dry, share->rows[i].row_no, &conflict);
        }
        if (json_array_size(dry->first_rows) < DRY_SHOWN) {
            json_array_append_new(dry->first_rows, dry_row(&share->rows[i].lead));
        }
    }
    import_counts_add(&dry->counts, &dry->plan.counts);
    dry->counts.rows += share->reject_count;
    dry->counts.rejected += share->reject_count;
}

static Status dry_chunk(DryRun *dry, ImportChunk *chunk, Error *err)
{
    ChunkShare *share = &chunk->shares[0];
    AUTO_RESULT *elsewhere = NULL;
    AUTO_RESULT *external = NULL;
    AUTO_TX Db *tx = dry->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = dry_probe(dry, share, &elsewhere, &external, err);
    }
    if (status == STATUS_OK) {
        status = dry_phones_look(&dry->phones, tx, share, err);
    }
    if (status == STATUS_OK) {
        PlanFacts facts = {.elsewhere = elsewhere, .external = external};
        import_plan_by_set(&dry->plan, share, &dry->phones.chunk, &facts);
        status = dry_phones_note(&dry->phones, &dry->plan, err);
        if (status == STATUS_OK && dry->id_of != NULL) {
            status = dry_ids_check(dry->id_of, dry->db, dry->list.list_no, &dry->plan, share, err);
        }
    }
    if (status == STATUS_OK) {
        dry_note_share(dry, share);
        status = dry_count_dnc(dry, err);
    }
    if (status == STATUS_OK) {
        status = dry_count_erased(dry, err);
    }
    return status;
}

static Status dry_read(DryRun *dry, Error *err)
{
    ImportParser parser;
    ImportParserStart start = {.ids = dry_room(dry)};
    Status status = import_parser_open(&parser, &dry->spec, 0, dry->fd, &start, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (dry->spec.on_duplicate == IMPORT_UPDATE &&
        dry->spec.mapping.column_of[MAPPING_FIELD_EXTERNAL_ID] > 0) {
        dry->id_of = external_ids_new(dry_room(dry));
    }
    ImportChunk *chunk = import_chunk_new();
    do {
        status = import_parser_next(&parser, chunk, err);
        if (status == STATUS_OK) {
            status = dry_chunk(dry, chunk, err);
        }
    } while (status == STATUS_OK && !chunk->last);
    import_chunk_free(chunk);
    import_parser_close(&parser);
    return status;
}

/* ---- the report ---- */

static json_t *dry_columns(const DryRun *dry)
{
    json_t *columns = json_array();
    for (size_t i = 0; i < dry->spec.mapping.column_count; i++) {
        const MappingColumn *column = &dry->spec.mapping.columns[i];
        TextSlice name = csv_fields_cell(&dry->header, i);
        char field[MAPPING_KEY_MAX + 16];
        snprintf(field, sizeof field, "%s%s%s", mapping_field_name(column->field),
                 column->field == MAPPING_FIELD_CUSTOM ? "." : "", column->custom_key);
        json_array_append_new(
            columns, json_pack("{s:I, s:o?, s:o}", "column", (json_int_t)i + 1, "name",
                               name.len > 0 ? json_stringn(name.data, name.len) : NULL, "field",
                               field[0] != '\0' ? json_string(field) : json_null()));
    }
    return columns;
}

static void dry_report_counts(const DryRun *dry, json_t *report)
{
    ImportCounts counts = dry->counts;
    if (dry->spec.on_duplicate == IMPORT_UPDATE) {
        counts.updated = counts.duplicate_in_file + counts.duplicate_in_list;
        counts.duplicate_in_file = 0;
        counts.duplicate_in_list = 0;
    }
    const struct {
        const char *name;
        int64_t value;
    } values[] = {
        {"rows", counts.rows},
        {"inserted", counts.inserted},
        {"updated", counts.updated},
        {"duplicate", import_counts_duplicate(&counts)},
        {"duplicate_in_file", counts.duplicate_in_file},
        {"duplicate_in_list", counts.duplicate_in_list},
        {"duplicate_in_campaign", counts.duplicate_in_campaign},
        {"rejected", counts.rejected},
        {"unverified", counts.unverified},
        {"dnc", counts.dnc},
        {"erased", dry->erased},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        json_object_set_new(report, values[i].name, json_integer(values[i].value));
    }
}

static json_t *dry_report(const DryRun *dry, const json_t *command)
{
    char delimiter[2] = {dry->spec.format.delimiter, '\0'};
    json_t *report = json_pack("{s:O, s:s, s:s, s:s, s:b, s:o, s:o}", "list_id",
                               json_object_get(command, "list_id"), "file", dry->spec.file,
                               "encoding", dry->spec.format.encoding, "delimiter", delimiter,
                               "header", (int)dry->spec.format.layout.has_header, "mapping",
                               mapping_to_json(&dry->spec.mapping), "columns", dry_columns(dry));
    dry_report_counts(dry, report);
    json_object_set(report, "problems", dry->problems);
    json_object_set(report, "first_rows", dry->first_rows);
    json_object_set(report, "first_problems", dry->first_problems);
    return report;
}

Status dry_run(const Config *cfg, Db *db, const json_t *command, json_t **ret_report, Error *err)
{
    DryRun dry = {.cfg = cfg,
                  .db = db,
                  .fd = -1,
                  .problems = json_object(),
                  .first_rows = json_array(),
                  .first_problems = json_array()};
    Status status = dry_open(&dry, command, err);
    if (status == STATUS_OK) {
        status = dry_read(&dry, err);
    }
    if (status == STATUS_OK) {
        *ret_report = dry_report(&dry, command);
    }
    dry_close(&dry);
    return status;
}
