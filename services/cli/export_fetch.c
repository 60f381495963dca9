#include "cli/export_fetch.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/inbox.h"
#include "adapters/outfile.h"
#include "base/hash.h"
#include "base/mem.h"
#include "cli/export_target.h"
#include "cli/interrupt.h"

enum { FETCH_BYTES = 1 << 20 };

static Status fetch_interrupted(Error *err)
{
    return error_set(err, STATUS_RETRY, "interrupted",
                     "interrupted before all of the file was copied");
}

/* Also where writing must not block, and ending at Ctrl-C. */
static Status fetch_write(int to, const char *bytes, size_t len, Error *err)
{
    while (len > 0) {
        ssize_t written = write(to, bytes, len);
        if (written >= 0) {
            bytes += written;
            len -= (size_t)written;
        } else if (interrupt_pending()) {
            return fetch_interrupted(err);
        } else if (errno == EAGAIN) {
            struct pollfd ready = {.fd = to, .events = POLLOUT};
            (void)poll(&ready, 1, -1);
        } else if (errno != EINTR) {
            const char *code = outfile_is_full(errno) ? "no_space" : "output_unwritable";
            return error_set_field(err, "output", code, "write: %s", strerror(errno));
        }
    }
    return STATUS_OK;
}

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
            status = fetch_interrupted(err);
        } else if (got < 0 && errno != EINTR) {
            status = error_set_field(err, "file", "file_unreadable", "the exported file: %s",
                                     strerror(errno));
        } else if (got > 0) {
            hash_stream_add(hash, bytes, (size_t)got);
            status = fetch_write(to, bytes, (size_t)got, err);
        }
    }
    hash_stream_end(hash, hex);
    if (status == STATUS_OK && strcmp(hex, sha256) != 0) {
        return error_set_field(err, "file", "file_damaged",
                               "the exported file is not what its job wrote: export it again");
    }
    return status;
}

static Status fetch_from(int from, const JobView *view, const char *path, Error *err)
{
    AUTO_TARGET target = EXPORT_TARGET_INIT;
    Status status = export_target_open(path, &target, err);
    if (status == STATUS_OK) {
        status = fetch_copy(from, target.fd, view->sha256, err);
    }
    return status == STATUS_OK ? export_target_commit(&target, err) : status;
}

/* ---- what is to be done when it does not come ---- */

static Status fetch_unopened(const Cli *cli, const JobView *view, Error *err)
{
    Error cause = *err;
    bool missing = strcmp(cause.code, "file_not_found") == 0;
    error_set_field(err, "file", cause.code,
                    "job %s's file is %s in the exporter's outbox; LEADSPOOL_OUTBOX is %.120s "
                    "here: %.160s; `leadspool job fetch %s -o FILE` brings it",
                    view->job_id, view->file, cli->config.outbox,
                    missing ? "there is no such file" : cause.text, view->job_id);
    err->status = cause.status;
    return cause.status;
}

static Status fetch_failed(const Cli *cli, const JobView *view, Error *err)
{
    Error cause = *err;
    if (strcmp(cause.code, "file_damaged") == 0) {
        return cause.status;
    }
    error_set_field(
        err, cause.field, cause.code,
        "%.250s; job %s's file is %.120s/%s; `leadspool job fetch %s -o FILE` brings it",
        cause.text, view->job_id, cli->config.outbox, view->file, view->job_id);
    err->status = cause.status;
    return cause.status;
}

Status export_fetch(Cli *cli, const JobView *view, const char *path, Error *err)
{
    int fd = -1;
    if (view->file == NULL || view->sha256[0] == '\0') {
        return error_set_field(err, "job_id", "no_file", "job %s has no file", view->job_id);
    }
    Status status = inbox_open(cli->config.outbox, view->file, &fd, err);
    if (status != STATUS_OK) {
        return fetch_unopened(cli, view, err);
    }
    status = fetch_from(fd, view, path, err);
    cli->said = cli->said || export_target_is_output(path);
    close(fd);
    return status == STATUS_OK ? status : fetch_failed(cli, view, err);
}

Status export_bring(Cli *cli, const JobView *view, const char *path, Error *err)
{
    bool to_output = export_target_is_output(path);
    if (strcmp(view->state, "completed") != 0 || (cli->json && to_output)) {
        job_view_report(cli, view);
        return STATUS_OK;
    }
    Status status = export_fetch(cli, view, path, err);
    if (status == STATUS_OK && to_output) {
        job_view_tell_left_out(cli, view);
    } else if (status == STATUS_OK) {
        job_view_report(cli, view);
    }
    return status;
}
