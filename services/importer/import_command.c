#include "importer/import_command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "domain/phone.h"
#include "importer/import_events.h"
#include "importer/import_job.h"
#include "importer/import_parse.h"
#include "importer/importer_state.h"
#include "runtime/job.h"

/* A list.import as it was written; strings borrow from the JSON. */
typedef struct ImportCommand {
    const char *list_id;
    const char *file;
    json_t *mapping;
    const char *encoding;
    int delimiter; /* index in delimiter_words; -1: detect */
    JsonBool header;
    int on_duplicate;
    int duplicate_scope;
    JsonBool empty_erases;
    const char *default_country;
    int phone_policy;
    JsonBool keep_unmapped;
    JsonBool lead_events;
} ImportCommand;

static const char *const delimiter_words[] = {",", ";", "\t", "|", NULL};
static const char *const duplicate_words[] = {"skip", "update", NULL};
static const char *const scope_words[] = {"list", "campaign", NULL};
static const char *const policy_words[] = {"possible", "strict", NULL};

static const JsonField import_fields[] = {
    {"list_id", JSON_FIELD_ID, offsetof(ImportCommand, list_id), .required = true},
    {"file", JSON_FIELD_STRING, offsetof(ImportCommand, file), .required = true, .min = 1,
     .max = 4095},
    {"mapping", JSON_FIELD_OBJECT, offsetof(ImportCommand, mapping), .max = 512},
    {"encoding", JSON_FIELD_STRING, offsetof(ImportCommand, encoding), .max = 40},
    {"delimiter", JSON_FIELD_ENUM, offsetof(ImportCommand, delimiter), .words = delimiter_words},
    {"header", JSON_FIELD_BOOL, offsetof(ImportCommand, header)},
    {"on_duplicate", JSON_FIELD_ENUM, offsetof(ImportCommand, on_duplicate),
     .words = duplicate_words},
    {"duplicate_scope", JSON_FIELD_ENUM, offsetof(ImportCommand, duplicate_scope),
     .words = scope_words},
    {"empty_erases", JSON_FIELD_BOOL, offsetof(ImportCommand, empty_erases)},
    {"default_country", JSON_FIELD_STRING, offsetof(ImportCommand, default_country), .min = 2,
     .max = 2},
    {"phone_policy", JSON_FIELD_ENUM, offsetof(ImportCommand, phone_policy), .words = policy_words},
    {"keep_unmapped", JSON_FIELD_BOOL, offsetof(ImportCommand, keep_unmapped)},
    {"lead_events", JSON_FIELD_BOOL, offsetof(ImportCommand, lead_events)},
    {0},
};

/* ---- the mapping that was given ---- */

Status import_wishes(
    const json_t *mapping, MappingWish wishes[], size_t *ret_count, Arena *numbers, Error *err)
{
    const char *field;
    json_t *column;
    size_t count = 0;
    json_object_foreach((json_t *)mapping, field, column)
    {
        wishes[count].field = field;
        if (json_is_string(column)) {
            wishes[count].column = json_string_value(column);
        } else if (json_is_integer(column)) {
            char text[24];
            int len =
                snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(column));
            wishes[count].column = arena_copy(numbers, text, (size_t)len);
        } else {
            char name[64];
            snprintf(name, sizeof name, "mapping.%s", field);
            return error_set_field(err, name, "wrong_type",
                                   "a column is a header's name or a position from 1");
        }
        count++;
    }
    *ret_count = count;
    return STATUS_OK;
}

static Status command_mapping(const ImportCommand *command, int fd, ImportSpec *spec, Error *err)
{
    Arena arena = {0};
    AUTO_CSV_FIELDS header;
    MappingWish *wishes = arena_alloc(&arena, IMPORT_WISHES_MAX * sizeof *wishes);
    size_t wish_count = 0;
    csv_fields_init(&header, spec->format.delimiter, NULL);
    Status status = import_read_header(spec, fd, &header, &arena, err);
    if (status == STATUS_OK && command->mapping != NULL) {
        status = import_wishes(command->mapping, wishes, &wish_count, &arena, err);
    }
    if (status == STATUS_OK) {
        MappingInput input = {.has_header = spec->format.layout.has_header,
                              .header = header.cells,
                              .column_count = spec->columns,
                              .phone_column = spec->format.layout.phone_column,
                              .wishes = wishes,
                              .wish_count = wish_count,
                              .keep_unmapped = command->keep_unmapped == JSON_BOOL_TRUE};
        status = mapping_make(&input, &spec->mapping, err);
    }
    arena_done(&arena);
    return status;
}

/* ---- the settings ---- */

static Status
command_country(const ImportCommand *command, const List *list, ImportSpec *spec, Error *err)
{
    PhoneRules rules;
    const char *country =
        command->default_country != NULL ? command->default_country : list->default_country;
    snprintf(spec->default_country, sizeof spec->default_country, "%s", country);
    if (!phone_rules_init(&rules, spec->default_country, false)) {
        return error_set_field(err, "default_country", "country_unknown",
                               "no such country: use a two-letter code in capitals, such as US");
    }
    return STATUS_OK;
}

static Status
command_look_at_file(const ImportCommand *command, int fd, ImportSpec *spec, Error *err)
{
    CsvFormatWish wish = {
        .encoding = command->encoding,
        .delimiter = command->delimiter >= 0 ? delimiter_words[command->delimiter][0] : '\0',
        .header = command->header == JSON_BOOL_ABSENT ? CSV_HEADER_DETECT
                  : command->header == JSON_BOOL_TRUE ? CSV_HEADER_PRESENT
                                                      : CSV_HEADER_NONE};
    Status status = inbox_identify(fd, &spec->identity, err);
    if (status == STATUS_OK) {
        status = csv_detect(fd, &wish, &spec->format, err);
    }
    if (status == STATUS_OK) {
        spec->columns = spec->format.layout.columns;
        spec->lost_quotes = true;
        status = command_mapping(command, fd, spec, err);
    }
    return status;
}

static void command_options(const ImportCommand *command, const Config *cfg, ImportSpec *spec)
{
    spec->file = mem_strdup(command->file);
    spec->on_duplicate = (ImportPolicy)command->on_duplicate;
    spec->duplicate_scope = (ImportScope)command->duplicate_scope;
    spec->empty_erases = command->empty_erases == JSON_BOOL_TRUE;
    spec->phone_strict = command->phone_policy == 1;
    spec->lead_events = command->lead_events == JSON_BOOL_TRUE;
    spec->lanes = cfg->import_lanes;
    spec->chunk_rows = cfg->import_chunk_rows;
    spec->chunk_bytes = IMPORT_CHUNK_BYTES;
}

static Status command_check(const ImportCommand *command, Error *err)
{
    if (command->duplicate_scope == IMPORT_SCOPE_CAMPAIGN &&
        command->on_duplicate == IMPORT_UPDATE) {
        return error_set_field(
            err, "duplicate_scope", "invalid_value",
            "leads of other lists cannot be updated: use on_duplicate skip with this scope");
    }
    return STATUS_OK;
}

Status import_command_spec(
    const json_t *data, const Config *cfg, const List *list, ImportSpec *ret, Error *err)
{
    ImportCommand command = {.delimiter = -1};
    ImportSpec spec = {0};
    int fd = -1;
    Status status = json_read_fields(data, import_fields, &command, err);
    if (status == STATUS_OK) {
        status = command_check(&command, err);
    }
    if (status == STATUS_OK) {
        status = inbox_open(cfg->inbox, command.file, &fd, err);
    }
    if (status == STATUS_OK) {
        command_options(&command, cfg, &spec);
        status = command_country(&command, list, &spec, err);
    }
    if (status == STATUS_OK) {
        status = command_look_at_file(&command, fd, &spec, err);
    }
    if (fd >= 0) {
        close(fd);
    }
    if (status != STATUS_OK) {
        if (err->field[0] == '\0') {
            snprintf(err->field, sizeof err->field, "file");
        }
        import_spec_done(&spec);
        return status;
    }
    *ret = spec;
    return STATUS_OK;
}

/* ---- the handler ---- */

static Status
command_make_job(Work *work, Message *message, const List *list, const ImportSpec *spec, Error *err)
{
    AUTO_JSON json_t *params = import_spec_to_json(spec);
    AUTO_FREE char *text = json_dumps(params, JSON_COMPACT);
    AUTO_STRBUF fields = STRBUF_INIT;
    import_event_fields(spec, &(ImportCounts){0}, 0, NULL, &fields);
    strbuf_adds(&fields, ",\"error\":null");
    JobSpec job = {.kind = IMPORT_JOB_KIND,
                   .list_no = list->list_no,
                   .campaign_no = list->campaign_no,
                   .slot_count = 1,
                   .params = text,
                   .event_fields = fields.data};
    snprintf(job.slots[0], JOB_SLOT_SIZE, "list:%" PRId32, list->list_no);
    if (spec->duplicate_scope == IMPORT_SCOPE_CAMPAIGN) {
        snprintf(job.slots[job.slot_count++], JOB_SLOT_SIZE, "campaign:%" PRId32,
                 list->campaign_no);
    }
    return job_create(work->db, work->outbox, message, &job, err);
}

/* What prepare found out about the message at hand. */
struct ImportLook {
    int32_t list_no; /* 0: there was no open list to look for */
    Status status;   /* of looking at the file */
    Error err;
    ImportSpec spec;
};

ImportLook *import_look_new(void)
{
    return mem_alloc(sizeof(ImportLook));
}

static void look_clear(ImportLook *look)
{
    import_spec_done(&look->spec);
    *look = (ImportLook){0};
}

void import_look_free(ImportLook *look)
{
    if (look != NULL) {
        look_clear(look);
        free(look);
    }
}

/* All fields are checked before the list is looked for. */
static Status command_find_list(Db *db, const Message *message, List *ret, Error *err)
{
    ImportCommand command = {.delimiter = -1};
    Status status = json_read_fields(message->data, import_fields, &command, err);
    return status == STATUS_OK ? list_find_open(db, command.list_id, ret, err) : status;
}

/* A transaction of its own, closed before the file is touched. */
static Status look_find_list(Work *work, List *ret, Error *err)
{
    AUTO_TX Db *tx = work->db;
    Status status = db_begin(tx, err);
    return status == STATUS_OK ? command_find_list(tx, work->messages[0], ret, err) : status;
}

Status import_command_prepare(Work *work, Error *err)
{
    const ImporterState *state = work->service;
    ImportLook *look = state->import_look;
    List list = {0};
    look_clear(look);
    Status status = look_find_list(work, &list, err);
    if (status == STATUS_OK) {
        look->list_no = list.list_no;
        look->status = import_command_spec(work->messages[0]->data, state->cfg, &list, &look->spec,
                                           &look->err);
    }
    list_done(&list);
    return status == STATUS_BAD_INPUT ? STATUS_OK : status; /* apply says so, unless it recalls */
}

/* Whatever prepare found counts only now: a command that is known keeps its answer, also when its
 * file is gone or its volume is away. */
static Status
command_take_look(Work *work, const ImportLook *look, const List *list, Error *bad, Error *err)
{
    if (look->list_no != list->list_no) {
        return error_set(err, STATUS_RETRY, "again", "the list was made or replaced meanwhile");
    }
    if (look->status == STATUS_OK) {
        return command_make_job(work, work->messages[0], list, &look->spec, err);
    }
    *(look->status == STATUS_BAD_INPUT ? bad : err) = look->err;
    return look->status;
}

Status import_command_apply(Work *work, Error *err)
{
    const ImporterState *state = work->service;
    List list = {0};
    Error bad;
    Status status = command_find_list(work->db, work->messages[0], &list, &bad);
    if (status == STATUS_OK) {
        status = command_take_look(work, state->import_look, &list, &bad, err);
    } else {
        *err = bad;
    }
    if (status == STATUS_BAD_INPUT) {
        message_reject(work->messages[0], &bad);
        status = STATUS_OK;
    }
    list_done(&list);
    return status;
}
