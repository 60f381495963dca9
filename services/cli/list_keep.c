#include "cli/list_keep.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "adapters/inbox.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/export_fetch.h"
#include "cli/interrupt.h"
#include "cli/job_watch.h"
#include "cli/send.h"
#include "runtime/topics.h"
#include "sql_queries.h"

enum { KEEP_TRIES = 3, SHOW_VERSION = 9 /* of cli_list_show.sql */ };

/* ---- the export ---- */

static Status keep_watch(Cli *cli, Sender *sender, JobView *view, Error *err)
{
    bool is_over = false;
    Follow *follow = sender_take_follow(sender);
    Status status = job_watch(cli, follow, view, &is_over, err);
    follow_close(follow);
    if (status == STATUS_OK && strcmp(view->state, "completed") != 0) {
        return error_set(err, STATUS_BAD_INPUT, "export_unfinished",
                         "the export, job %s, is %s: nothing was deleted", view->job_id,
                         is_over ? view->state : "not done yet");
    }
    return status;
}

static Status keep_export(Cli *cli, const char *list_id, JobView *view, Error *err)
{
    AUTO_COMMAND command = {
        .topic = TOPIC_EXPORTER_COMMANDS, .type = "list.export", .key = list_id};
    AUTO_SENDER sender = {0};
    Status status = command_set(&command, "list_id", list_id, err);
    if (status == STATUS_OK) {
        json_object_set_new(command.data, "all_fields", json_true());
        /* --command-id, if any, is the deletion's. */
        ids_uuid4(command.id);
        status = sender_open(cli, true, &sender, err);
    }
    if (status == STATUS_OK) {
        status = sender_send(&sender, &command, 1, err);
    }
    if (status == STATUS_OK && command_was_rejected(&command)) {
        status = command_rejection(&command, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    snprintf(view->job_id, sizeof view->job_id, "%s", command_text(command.reply, "job_id"));
    return keep_watch(cli, &sender, view, err);
}

/* ---- what was written ---- */

static Status manifest_read(int fd, json_t **ret, Error *err)
{
    AUTO_STRBUF text = STRBUF_INIT;
    char bytes[4096];
    for (ssize_t got = 1; got != 0;) {
        got = read(fd, bytes, sizeof bytes);
        if (got < 0 && errno != EINTR) {
            return error_set(err, STATUS_BAD_INPUT, "file_unreadable", "the export's manifest: %s",
                             strerror(errno));
        }
        if (got > 0) {
            strbuf_add(&text, bytes, (size_t)got);
        }
    }
    return json_parse_object(text.data != NULL ? text.data : "", text.len, ret, err);
}

bool list_keep_matches(const json_t *manifest, const JobView *view)
{
    const char *file = json_string_value(json_object_get(manifest, "file"));
    const char *sha256 = json_string_value(json_object_get(manifest, "sha256"));
    return file != NULL && strcmp(file, view->file) == 0 && sha256 != NULL &&
           strcmp(sha256, view->sha256) == 0 &&
           json_integer_value(json_object_get(manifest, "rows")) == view->rows &&
           json_integer_value(json_object_get(manifest, "list_version")) == view->list_version;
}

static Status keep_check_manifest(const Cli *cli, const JobView *view, Error *err)
{
    AUTO_FREE char *name = mem_sprintf("%s.manifest.json", view->file);
    AUTO_JSON json_t *manifest = NULL;
    int fd = -1;
    Status status = inbox_open(cli->config.outbox, name, &fd, err);
    if (status == STATUS_OK) {
        status = manifest_read(fd, &manifest, err);
        close(fd);
    }
    if (status == STATUS_OK && !list_keep_matches(manifest, view)) {
        return error_set(err, STATUS_BAD_INPUT, "manifest_differs",
                         "the manifest of the export is not its job's: nothing was deleted");
    }
    return status;
}

static Status list_version(Cli *cli, const char *list_id, int64_t *ret, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *result = NULL;
    db_param_text(&params, list_id);
    Status status = cli_query(cli, sql_cli_list_show, &params, &result, err);
    if (status == STATUS_OK) {
        *ret = db_rows(result) > 0 ? db_i64(result, 0, SHOW_VERSION) : 0;
    }
    return status;
}

/* ---- both ---- */

typedef struct Kept {
    int64_t version;  /* of the list, that is in the file */
    bool whole;       /* nothing of the list is newer */
    int64_t left_out; /* custom fields that are not in it */
} Kept;

static Status keep_once(Cli *cli, const char *list_id, const char *path, Kept *ret, Error *err)
{
    AUTO_VIEW view = {0};
    int64_t version = 0;
    Status status = keep_export(cli, list_id, &view, err);
    if (status == STATUS_OK) {
        status = keep_check_manifest(cli, &view, err);
    }
    if (status == STATUS_OK) {
        status = export_fetch(cli, &view, path, err);
    }
    if (status == STATUS_OK) {
        status = list_version(cli, list_id, &version, err);
    }
    if (status == STATUS_OK) {
        cli_say(cli, "%lld leads are in %s.", (long long)view.rows, path);
        job_view_tell_left_out(cli, &view);
        *ret = (Kept){view.list_version, version == view.list_version, view.keys_left_out};
    }
    return status;
}

/* What no column can have is lost with the list. Who said --yes, did so before he could know. */
static Status keep_ask(Cli *cli, const Kept *kept, Error *err)
{
    bool go = kept->left_out == 0 || cli_flag(cli, "allow-left-out");
    bool can_ask = cli->talks && !cli->json && !cli_flag(cli, "yes");
    AUTO_FREE char *question =
        mem_sprintf("%lld custom fields have names that no column can have, or are too many, and "
                    "are not in the file. Delete the list all the same?",
                    (long long)kept->left_out);
    Status status = !go && can_ask ? cli_confirm(cli, question, &go, err) : STATUS_OK;
    if (status == STATUS_OK && !go) {
        return error_set(err, STATUS_BAD_INPUT, "fields_left_out",
                         "%lld custom fields are not in the file, and nothing was deleted; "
                         "--allow-left-out deletes the list all the same",
                         (long long)kept->left_out);
    }
    return status;
}

Status list_keep(Cli *cli, const char *list_id, const char *path, int64_t *ret_version, Error *err)
{
    Kept kept = {0};
    Status status = STATUS_OK;
    interrupt_catch();
    for (int i = 0; status == STATUS_OK && !kept.whole && i < KEEP_TRIES; i++) {
        status = keep_once(cli, list_id, path, &kept, err);
    }
    if (interrupt_pending()) {
        return error_set(err, STATUS_RETRY, "interrupted", "interrupted: nothing was deleted");
    }
    if (status == STATUS_OK && !kept.whole) {
        return error_set(err, STATUS_BAD_INPUT, "list_changes",
                         "the list changes while it is exported: nothing was deleted; "
                         "`leadspool list update %s --inactive` stops its calls",
                         list_id);
    }
    if (status == STATUS_OK) {
        status = keep_ask(cli, &kept, err);
    }
    if (status == STATUS_OK) {
        *ret_version = kept.version;
    }
    return status;
}
