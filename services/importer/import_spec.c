#include "importer/import_spec.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

json_t *import_spec_to_json(const ImportSpec *spec)
{
    char delimiter[2] = {spec->format.delimiter, '\0'};
    char inode[24]; /* may use all 64 bits: as text */
    snprintf(inode, sizeof inode, "%" PRIu64, spec->identity.inode);
    return json_pack(
        "{s:s, s:s, s:I, s:I, s:s, s:s, s:b, s:I, s:o, s:i, s:i, s:b, s:b, s:b, s:s, s:i, s:i, "
        "s:i, s:b, s:b}",
        "file", spec->file, "inode", inode, "size", (json_int_t)spec->identity.size_bytes,
        "mtime_ns", (json_int_t)spec->identity.mtime_ns, "encoding", spec->format.encoding,
        "delimiter", delimiter, "header", (int)spec->format.layout.has_header, "columns",
        (json_int_t)spec->columns, "mapping", mapping_to_json(&spec->mapping), "on_duplicate",
        (int)spec->on_duplicate, "duplicate_scope", (int)spec->duplicate_scope, "empty_erases",
        (int)spec->empty_erases, "phone_strict", (int)spec->phone_strict, "lead_events",
        (int)spec->lead_events, "default_country", spec->default_country, "lanes", spec->lanes,
        "chunk_rows", spec->chunk_rows, "chunk_bytes", spec->chunk_bytes, "empty_rows",
        (int)spec->empty_rows, "lost_quotes", (int)spec->lost_quotes);
}

typedef struct SpecStrings {
    const char *file;
    const char *inode;
    const char *encoding;
    const char *delimiter;
    const char *country;
} SpecStrings;

static void spec_take_strings(ImportSpec *spec, const SpecStrings *strings)
{
    spec->file = mem_strdup(strings->file);
    spec->identity.inode = strtoull(strings->inode, NULL, 10);
    snprintf(spec->format.encoding, sizeof spec->format.encoding, "%s", strings->encoding);
    spec->format.delimiter = strings->delimiter[0];
    snprintf(spec->default_country, sizeof spec->default_country, "%s", strings->country);
}

static bool spec_is_sane(const ImportSpec *spec)
{
    return spec->lanes >= 1 && spec->lanes <= IMPORT_LANES_MAX && spec->chunk_rows >= 1 &&
           spec->chunk_bytes >= 1;
}

Status import_spec_from_json(const json_t *json, ImportSpec *ret, Error *err)
{
    ImportSpec spec = {.chunk_bytes = IMPORT_CHUNK_BYTES};
    SpecStrings strings = {0};
    json_int_t size;
    json_int_t mtime;
    json_int_t columns;
    json_t *mapping = NULL;
    int header;
    int policy;
    int scope;
    int erases;
    int strict;
    int events;
    int empty_rows = 1;
    int lost_quotes = 0;
    int bad = json_unpack(
        (json_t *)json,
        "{s:s, s:s, s:I, s:I, s:s, s:s, s:b, s:I, s:o, s:i, s:i, s:b, s:b, s:b, s:s, "
        "s:i, s:i, s?i, s?b, s?b}",
        "file", &strings.file, "inode", &strings.inode, "size", &size, "mtime_ns", &mtime,
        "encoding", &strings.encoding, "delimiter", &strings.delimiter, "header", &header,
        "columns", &columns, "mapping", &mapping, "on_duplicate", &policy, "duplicate_scope",
        &scope, "empty_erases", &erases, "phone_strict", &strict, "lead_events", &events,
        "default_country", &strings.country, "lanes", &spec.lanes, "chunk_rows", &spec.chunk_rows,
        "chunk_bytes", &spec.chunk_bytes, "empty_rows", &empty_rows, "lost_quotes", &lost_quotes);
    if (bad != 0 || !spec_is_sane(&spec)) {
        return error_set(err, STATUS_FATAL, "job_params",
                         "the job's settings are not those of an import");
    }
    spec_take_strings(&spec, &strings);
    spec.identity.size_bytes = size;
    spec.identity.mtime_ns = mtime;
    spec.format.layout.has_header = header != 0;
    spec.columns = (size_t)columns;
    spec.on_duplicate = (ImportPolicy)policy;
    spec.duplicate_scope = (ImportScope)scope;
    spec.empty_erases = erases != 0;
    spec.phone_strict = strict != 0;
    spec.lead_events = events != 0;
    spec.empty_rows = empty_rows != 0;
    spec.lost_quotes = lost_quotes != 0;
    Status status = mapping_from_json(mapping, spec.columns, &spec.mapping, err);
    if (status != STATUS_OK) {
        import_spec_done(&spec);
        return status;
    }
    *ret = spec;
    return STATUS_OK;
}

void import_spec_done(ImportSpec *spec)
{
    free(spec->file);
    mapping_done(&spec->mapping);
    *spec = (ImportSpec){0};
}
