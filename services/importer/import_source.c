#include "importer/import_source.h"

#include <string.h>
#include <unistd.h>

#include "adapters/inbox.h"

static Status source_changed(Error *err)
{
    return error_set_field(
        err, "file", "source_changed",
        "the file changed after the import was ordered: order it again with the new file");
}

static Status source_gone(const ImportSpec *spec, Error *err)
{
    return error_set_field(err, "file", "source_gone",
                           "%.200s is no longer in the inbox: put it there and order it again",
                           spec->file);
}

/* Where it is not to be opened, a person mends that, and the job goes on. */
static Status source_not_opened(const ImportSpec *spec, Error *err)
{
    Error why = *err;
    if (strcmp(why.code, "file_unreadable") == 0) {
        return error_set(err, STATUS_RETRY, why.code, "%s", why.text);
    }
    return strcmp(why.code, "file_not_found") == 0 ? source_gone(spec, err) : source_changed(err);
}

Status import_source_check(const ImportSource *source, const ImportSpec *spec, Error *err)
{
    FileIdentity now;
    Status status = inbox_identify(source->fd, &now, err);
    const FileIdentity *then = &spec->identity;
    if (status == STATUS_OK && (now.inode != then->inode || now.size_bytes != then->size_bytes ||
                                now.mtime_ns != then->mtime_ns)) {
        return source_changed(err);
    }
    return status;
}

Status import_source_open(const char *inbox, const ImportSpec *spec, ImportSource *ret, Error *err)
{
    Status status = inbox_open(inbox, spec->file, &ret->fd, err);
    if (status == STATUS_BAD_INPUT) {
        return source_not_opened(spec, err);
    }
    if (status == STATUS_OK) {
        status = import_source_check(ret, spec, err);
    }
    if (status == STATUS_OK) {
        csv_fields_init(&ret->header, spec->format.delimiter, NULL);
        status = import_read_header(spec, ret->fd, &ret->header, &ret->arena, err);
    }
    return status;
}

void import_source_close(ImportSource *source)
{
    if (source->fd >= 0) {
        close(source->fd);
    }
    csv_fields_done(&source->header);
    arena_done(&source->arena);
    *source = (ImportSource)IMPORT_SOURCE_INIT;
}
