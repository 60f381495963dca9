#include "cli/export_fetch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/inbox.h"
#include "adapters/outfile.h"
#include "base/hash.h"
#include "base/mem.h"
#include "cli/interrupt.h"

enum { FETCH_BYTES = 1 << 20 };

/* Copies all of it, and says whether it is what the job wrote. */
static Status fetch_copy(int from, int to, const char *sha256, Error *err)
{
    AUTO_FREE char *bytes = mem_alloc(FETCH_BYTES);
    char hex[HASH_SHA256_HEX_SIZE];
    HashStream *hash = hash_stream_new();
    Status status = STATUS_OK;
    for (ssize_t got = 1; status == STATUS_OK && got != 0;) {
        got = read(from, bytes, FETCH_BYTES);
        if (interrupt_pending()) {
            status = error_set(err, STATUS_RETRY, "interrupted",
                               "interrupted before all of the file was copied");
        } else if (got < 0 && errno != EINTR) {
            status = error_set_field(err, "file", "file_unreadable", "the exported file: %s",
                                     strerror(errno));
        } else if (got > 0) {
            hash_stream_add(hash, bytes, (size_t)got);
            status = outfile_write(to, bytes, got, err);
        }
    }
    hash_stream_end(hash, hex);
    if (status == STATUS_OK && strcmp(hex, sha256) != 0) {
        return error_set_field(err, "file", "file_damaged",
                               "the exported file is not what its job wrote: export it again");
    }
    return status;
}

static Status fetch_to_file(int from, const char *sha256, const char *path, Error *err)
{
    const char *slash = strrchr(path, '/');
    AUTO_FREE char *folder = slash == NULL   ? mem_strdup(".")
                             : slash == path ? mem_strdup("/")
                                             : mem_strndup(path, (size_t)(slash - path));
    AUTO_OUTFILE out = OUTFILE_INIT;
    Status status = outfile_create(folder, slash != NULL ? slash + 1 : path, &out, err);
    if (status == STATUS_OK) {
        status = fetch_copy(from, out.fd, sha256, err);
    }
    return status == STATUS_OK ? outfile_commit(&out, err) : status;
}

Status export_fetch(Cli *cli, const JobView *view, const char *path, Error *err)
{
    int fd = -1;
    Status status = inbox_open(cli->config.outbox, view->file, &fd, err);
    if (status != STATUS_OK) {
        return status;
    }
    bool to_output = path == NULL || strcmp(path, "-") == 0;
    status = to_output ? fetch_copy(fd, STDOUT_FILENO, view->sha256, err)
                       : fetch_to_file(fd, view->sha256, path, err);
    cli->said = cli->said || to_output;
    close(fd);
    return status;
}
