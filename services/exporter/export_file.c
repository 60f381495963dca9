#include "exporter/export_file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"

enum { PUSH_BYTES = 8 << 20, CLAIMS_SWEPT = 100 };

char *export_file_name(int64_t job_no, int64_t token)
{
    return mem_sprintf("exports/job-%" PRId64 "-%" PRId64 ".csv", job_no, token);
}

static char *manifest_name(const char *name)
{
    return mem_sprintf("%s.manifest.json", name);
}

/* What an attempt of the same claim named before it failed: the data first, so that a manifest is
 * never named over data that it does not match. */
static Status remove_named(const char *root, const char *name, Error *err)
{
    AUTO_FREE char *manifest = manifest_name(name);
    Status status = outfile_remove(root, name, err);
    return status == STATUS_OK ? outfile_remove(root, manifest, err) : status;
}

Status
export_file_open(const char *root, int64_t job_no, int64_t token, ExportFile *ret, Error *err)
{
    *ret = (ExportFile){.root = root,
                        .name = export_file_name(job_no, token),
                        .out = OUTFILE_INIT,
                        .hash = hash_stream_new()};
    Status status = remove_named(root, ret->name, err);
    return status == STATUS_OK ? outfile_create(root, ret->name, &ret->out, err) : status;
}

/* The disk begins to write while rows still come, so that the sync at the end is short. */
static void push_to_disk(ExportFile *file)
{
    if (file->bytes - file->pushed >= PUSH_BYTES) {
        sync_file_range(file->out.fd, file->pushed, file->bytes - file->pushed,
                        SYNC_FILE_RANGE_WRITE);
        file->pushed = file->bytes;
    }
}

Status export_file_add(ExportFile *file, const void *bytes, size_t len, int64_t rows, Error *err)
{
    Status status = outfile_write(file->out.fd, bytes, (int64_t)len, err);
    if (status == STATUS_OK) {
        hash_stream_add(file->hash, bytes, len);
        file->bytes += (int64_t)len;
        file->rows += rows;
        push_to_disk(file);
    }
    return status;
}

/* ---- the manifest ---- */

static json_t *manifest_fields(const ExportSpec *spec)
{
    json_t *fields = json_array();
    for (size_t i = 0; i < spec->column_count; i++) {
        const ExportColumn *column = &spec->columns[i];
        AUTO_FREE char *name = column->key == NULL ? mem_strdup(column->field->name)
                                                   : mem_sprintf("custom.%s", column->key);
        json_array_append_new(fields,
                              json_pack("{s:s, s:s}", "field", name, "header", column->header));
    }
    return fields;
}

/* How rows are written: of rejects nobody knows, since they are copied. */
static void manifest_add_shape(json_t *manifest, const ExportSpec *spec)
{
    static const char *const unknown[] = {"fields",   "order", "delimiter",
                                          "line_end", "bom",   "header"};
    char delimiter[2] = {spec->delimiter, '\0'};
    bool copied = spec->what == EXPORT_REJECTS;
    AUTO_JSON json_t *shape =
        json_pack("{s:s, s:s, s:s, s:b, s:b, s:b}", "order", spec->by_due ? "due" : "lead",
                  "delimiter", delimiter, "line_end", spec->line_feed ? "lf" : "crlf", "bom",
                  spec->bom, "header", spec->header, "defused", !copied && !spec->raw);
    json_object_update(manifest, shape);
    for (size_t i = 0; copied && i < sizeof unknown / sizeof unknown[0]; i++) {
        json_object_set_new(manifest, unknown[i], json_null());
    }
}

static json_t *manifest_make(const ExportFile *file, const ExportFacts *facts)
{
    const ExportSpec *spec = facts->spec;
    char job_id[24];
    char at[CLOCK_RFC3339_SIZE];
    snprintf(job_id, sizeof job_id, "%" PRId64, facts->job_no);
    clock_format_rfc3339(facts->snapshot_us, at);
    json_t *manifest =
        json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:I, s:I, s:s, s:o}", "job_id", job_id,
                  "list_id", spec->list_id, "what", export_what_name(spec->what), "file",
                  file->name, "rows", (json_int_t)file->rows, "bytes", (json_int_t)file->bytes,
                  "sha256", file->sha256, "list_version", (json_int_t)facts->list_version, "epoch",
                  (json_int_t)facts->epoch, "snapshot_at", at, "fields", manifest_fields(spec));
    json_object_set_new(manifest, "where",
                        spec->where != NULL ? filter_to_json(spec->where) : json_null());
    json_object_set_new(manifest, "keys_left_out", json_integer(facts->keys_left_out));
    manifest_add_shape(manifest, spec);
    return manifest;
}

static Status manifest_write(const ExportFile *file, const ExportFacts *facts, Error *err)
{
    AUTO_JSON json_t *manifest = manifest_make(file, facts);
    AUTO_FREE char *text = json_dumps(manifest, JSON_INDENT(2));
    AUTO_FREE char *name = manifest_name(file->name);
    AUTO_OUTFILE out = OUTFILE_INIT;
    Status status = outfile_create(file->root, name, &out, err);
    if (status == STATUS_OK) {
        status = outfile_write(out.fd, text, (int64_t)strlen(text), err);
    }
    if (status == STATUS_OK) {
        status = outfile_write(out.fd, "\n", 1, err);
    }
    return status == STATUS_OK ? outfile_commit(&out, err) : status;
}

Status export_file_commit(ExportFile *file, const ExportFacts *facts, Error *err)
{
    hash_stream_end(file->hash, file->sha256);
    file->hash = NULL;
    Status status = outfile_sync(file->out.fd, err);
    if (status == STATUS_OK) {
        status = manifest_write(file, facts, err);
    }
    return status == STATUS_OK ? outfile_commit(&file->out, err) : status;
}

void export_file_done(ExportFile *file)
{
    outfile_abandon(&file->out);
    hash_stream_end(file->hash, NULL);
    free(file->name);
    *file = (ExportFile){.out = OUTFILE_INIT};
}

void export_file_sweep(const char *root, int64_t job_no, int64_t token)
{
    int64_t first = token > CLAIMS_SWEPT ? token - CLAIMS_SWEPT : 1;
    for (int64_t claim = first; claim < token; claim++) {
        AUTO_FREE char *name = export_file_name(job_no, claim);
        AUTO_FREE char *manifest = manifest_name(name);
        Error unused; /* what stays is taken by the sweep of old files */
        (void)!outfile_remove(root, name, &unused);
        (void)!outfile_remove(root, manifest, &unused);
        (void)!outfile_remove_temps(root, name, &unused);
        (void)!outfile_remove_temps(root, manifest, &unused);
    }
}
