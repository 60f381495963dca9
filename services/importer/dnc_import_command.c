#include "importer/dnc_import_command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "importer/dnc_command.h"
#include "importer/dnc_import_job.h"
#include "importer/dnc_import_spec.h"
#include "importer/import_command.h"
#include "importer/import_lane.h"
#include "importer/import_parse.h"
#include "importer/importer_state.h"
#include "importer/mapping_words.h"
#include "runtime/dnc_plan.h"
#include "runtime/job.h"

/* As it was written; strings borrow from the JSON. */
typedef struct DncImportCommand {
    const char *file;
    const char *campaign_id;
    const char *source;
    int64_t expires_us; /* INT64_MIN: not given */
    const char *default_country;
    json_t *mapping;
} DncImportCommand;

static const JsonField dnc_import_fields[] = {
    {"file", JSON_FIELD_STRING, offsetof(DncImportCommand, file), .required = true, .min = 1,
     .max = 4095},
    {"campaign_id", JSON_FIELD_ID, offsetof(DncImportCommand, campaign_id)},
    {"source", JSON_FIELD_STRING, offsetof(DncImportCommand, source)},
    {"expires_at", JSON_FIELD_TIME, offsetof(DncImportCommand, expires_us)},
    {"default_country", JSON_FIELD_STRING, offsetof(DncImportCommand, default_country), .min = 2,
     .max = 2},
    {"mapping", JSON_FIELD_OBJECT, offsetof(DncImportCommand, mapping), .max = 3},
    {0},
};

/* What prepare found out about the message at hand. */
struct DncImportLook {
    Status status; /* of looking at it */
    Error err;
    DncImportSpec spec;
};

DncImportLook *dnc_import_look_new(void)
{
    return mem_alloc(sizeof(DncImportLook));
}

static void look_clear(DncImportLook *look)
{
    dnc_import_spec_done(&look->spec);
    *look = (DncImportLook){0};
}

void dnc_import_look_free(DncImportLook *look)
{
    if (look != NULL) {
        look_clear(look);
        free(look);
    }
}

/* ---- the columns ---- */

static const struct DncColumn {
    const char *field;  /* in the command */
    const char *column; /* in the mapping */
} dnc_columns[] = {
    {"phone", "phone"},
    {"country", "country"},
    {DNC_IMPORT_EXPIRES, "custom." DNC_IMPORT_EXPIRES},
};
enum { DNC_COLUMNS = sizeof dnc_columns / sizeof dnc_columns[0] };

static Status rename_wish(MappingWish *wish, Error *err)
{
    for (size_t i = 0; i < DNC_COLUMNS; i++) {
        if (strcmp(wish->field, dnc_columns[i].field) == 0) {
            wish->field = dnc_columns[i].column;
            return STATUS_OK;
        }
    }
    return error_set_field(err, "mapping", "unknown_field",
                           "fields of a do-not-call file are phone, country and expires_at");
}

/* The first column whose header says it; 0: none does. */
static size_t propose_expires(const MappingInput *input, const Mapping *mapping)
{
    static const char *const words[] = {"expiresat", "expires", "expiry", "expirydate"};
    for (size_t i = 0; input->has_header && i < input->column_count; i++) {
        char word[64];
        mapping_words_fold(input->header[i].data, input->header[i].len, word, sizeof word);
        for (size_t w = 0; w < sizeof words / sizeof words[0]; w++) {
            if (strcmp(word, words[w]) == 0 && mapping->columns[i].field == MAPPING_FIELD_NONE) {
                return i + 1;
            }
        }
    }
    return 0;
}

/* Of what an import of leads would read, the columns that matter here. */
static void keep_columns(const MappingInput *input, Mapping *mapping)
{
    Mapping kept;
    mapping_init(&kept, input->column_count);
    for (size_t i = 0; i < DNC_COLUMNS; i++) {
        const char *name = dnc_columns[i].column;
        size_t column = mapping_column_of(mapping, name);
        if (column == 0 && strcmp(dnc_columns[i].field, DNC_IMPORT_EXPIRES) == 0) {
            column = propose_expires(input, mapping);
        }
        if (column > 0) {
            mapping_assign(&kept, name, column);
        }
    }
    mapping_done(mapping);
    *mapping = kept;
}

static Status
make_mapping(const DncImportCommand *command, const MappingInput *file, Mapping *ret, Error *err)
{
    Arena numbers = {0};
    MappingInput input = *file;
    MappingWish wishes[IMPORT_WISHES_MAX];
    Status status = STATUS_OK;
    if (command->mapping != NULL) {
        status = import_wishes(command->mapping, wishes, &input.wish_count, &numbers, err);
    }
    for (size_t i = 0; status == STATUS_OK && i < input.wish_count; i++) {
        status = rename_wish(&wishes[i], err);
    }
    if (status == STATUS_OK) {
        input.wishes = wishes;
        status = mapping_make(&input, ret, err);
    }
    if (status == STATUS_OK) {
        keep_columns(&input, ret);
    }
    arena_done(&numbers);
    return status;
}

static Status look_at_columns(const DncImportCommand *command, int fd, ImportSpec *spec, Error *err)
{
    Arena arena = {0};
    AUTO_CSV_FIELDS header;
    csv_fields_init(&header, spec->format.delimiter, NULL);
    Status status = import_read_header(spec, fd, &header, &arena, err);
    if (status == STATUS_OK) {
        MappingInput input = {.has_header = spec->format.layout.has_header,
                              .header = header.cells,
                              .column_count = spec->columns,
                              .phone_column = spec->format.layout.phone_column};
        status = make_mapping(command, &input, &spec->mapping, err);
    }
    arena_done(&arena);
    return status;
}

/* ---- the file ---- */

static Status look_at_file(
    const DncImportCommand *command, const Config *cfg, ImportSpec *spec, int fd, Error *err)
{
    spec->file = mem_strdup(command->file);
    spec->lanes = 1;
    spec->chunk_rows = cfg->import_chunk_rows < DNC_IMPORT_CHUNK_ROWS ? cfg->import_chunk_rows
                                                                      : DNC_IMPORT_CHUNK_ROWS;
    spec->chunk_bytes = IMPORT_CHUNK_BYTES;
    Status status = inbox_identify(fd, &spec->identity, err);
    if (status == STATUS_OK) {
        status = csv_detect(fd, &(CsvFormatWish){0}, &spec->format, err);
    }
    if (status == STATUS_OK) {
        spec->columns = spec->format.layout.columns;
        spec->lost_quotes = true;
        status = look_at_columns(command, fd, spec, err);
    }
    return status;
}

static Status
look_open_file(const DncImportCommand *command, const Config *cfg, ImportSpec *spec, Error *err)
{
    int fd = -1;
    Status status = inbox_open(cfg->inbox, command->file, &fd, err);
    if (status == STATUS_OK) {
        status = look_at_file(command, cfg, spec, fd, err);
    }
    if (fd >= 0) {
        close(fd);
    }
    if (status != STATUS_OK && err->field[0] == '\0') {
        snprintf(err->field, sizeof err->field, "file");
    }
    return status;
}

/* ---- the command ---- */

/* A transaction of its own, closed before the file is touched. */
static Status
look_at_campaign(Db *db, const DncImportCommand *command, DncImportSpec *spec, Error *err)
{
    char *country = spec->import.default_country;
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = dnc_read_campaign(tx, command->campaign_id, &spec->campaign_no, country, err);
    }
    return status == STATUS_OK ? dnc_read_country(command->default_country, country, err) : status;
}

static int64_t command_expires(const DncImportCommand *command)
{
    if (command->expires_us == INT64_MIN) {
        return DNC_FOREVER;
    }
    return command->expires_us == DNC_FOREVER ? 1 : command->expires_us;
}

static Status look(Work *work, DncImportSpec *spec, Error *err)
{
    const ImporterState *state = work->service;
    DncImportCommand command = {.source = "", .expires_us = INT64_MIN};
    Status status = json_read_fields(work->messages[0]->data, dnc_import_fields, &command, err);
    if (status == STATUS_OK) {
        status = look_at_campaign(work->db, &command, spec, err);
    }
    if (status == STATUS_OK) {
        spec->source = mem_strdup(command.source);
        spec->expires_us = command_expires(&command);
        status = look_open_file(&command, state->cfg, &spec->import, err);
    }
    return status;
}

/* Whatever is found counts only in apply: a command that is known keeps its answer. */
Status dnc_import_prepare(Work *work, Error *err)
{
    const ImporterState *state = work->service;
    DncImportLook *found = state->dnc_import_look;
    (void)err;
    look_clear(found);
    found->status = look(work, &found->spec, &found->err);
    return STATUS_OK;
}

static Status make_job(Work *work, const DncImportSpec *spec, Error *err)
{
    AUTO_JSON json_t *params = dnc_import_spec_to_json(spec);
    AUTO_FREE char *text = json_dumps(params, JSON_COMPACT);
    AUTO_STRBUF fields = STRBUF_INIT;
    import_event_fields(&spec->import, &(ImportCounts){0}, 0, NULL, &fields);
    strbuf_adds(&fields, ",\"error\":null");
    JobSpec job = {.kind = DNC_IMPORT_JOB_KIND,
                   .campaign_no = spec->campaign_no,
                   .slot_count = 1,
                   .params = text,
                   .event_fields = fields.data};
    snprintf(job.slots[0], JOB_SLOT_SIZE, "dnc:%" PRId32, spec->campaign_no);
    return job_create(work->db, work->outbox, work->messages[0], &job, err);
}

Status dnc_import_apply(Work *work, Error *err)
{
    const ImporterState *state = work->service;
    const DncImportLook *found = state->dnc_import_look;
    if (found->status == STATUS_OK) {
        return make_job(work, &found->spec, err);
    }
    if (found->status == STATUS_BAD_INPUT) {
        message_reject(work->messages[0], &found->err);
        return STATUS_OK;
    }
    *err = found->err;
    return found->status;
}
