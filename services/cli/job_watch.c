#include "cli/job_watch.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/send.h"
#include "runtime/topics.h"

enum { WATCH_POLL_MS = 100, WATCH_LOOK_MS = 1000, WATCH_PATIENCE_MS = 60000 };

/* What Ctrl-C was answered with. */
typedef enum WatchWish {
    WATCH_WAIT,
    WATCH_LEAVE,
    WATCH_CANCEL,
} WatchWish;

typedef struct Watch {
    Cli *cli;
    Follow *follow; /* NULL: by the record alone */
    JobView *view;
    Progress progress;
    int64_t look_ms;  /* when to ask the record */
    int64_t heard_ms; /* when either of them last answered */
} Watch;

Status job_cancel(Cli *cli, const JobView *view, char ret_result[32], Error *err)
{
    AUTO_COMMAND command = {.topic = strcmp(view->kind, "export") == 0 ? TOPIC_EXPORTER_COMMANDS
                                                                       : TOPIC_IMPORTER_COMMANDS,
                            .type = "job.cancel",
                            .key = view->list_id};
    Status status = command_set(&command, "job_id", view->job_id, err);
    if (status == STATUS_OK) {
        /* --command-id, if any, was the import's. */
        ids_uuid4(command.id);
        status = send_one(cli, &command, err);
    }
    if (status == STATUS_OK) {
        snprintf(ret_result, 32, "%s", command_text(command_result(&command, 0), "result"));
    }
    return status;
}

/* ---- events ---- */

/* Events may be heard late or twice: counts never go back. */
static void watch_take(Watch *watch, const json_t *data)
{
    const json_t *rows = json_object_get(data, "rows");
    if (!job_view_ended(watch->view) &&
        (!json_is_integer(rows) || json_integer_value(rows) >= watch->view->rows)) {
        job_view_read(watch->view, data);
    }
}

static void watch_hear(Watch *watch, const BusRecord *record)
{
    AUTO_FREE char *subject = follow_header(record, "ce_subject");
    AUTO_FREE char *type = follow_header(record, "ce_type");
    if (subject == NULL || type == NULL || record->value == NULL ||
        strcmp(subject, watch->view->job_id) != 0 || strncmp(type, "job.", 4) != 0) {
        return;
    }
    Error err;
    AUTO_JSON json_t *data = NULL;
    if (json_parse_object(record->value, record->value_len, &data, &err) == STATUS_OK) {
        watch_take(watch, data);
    }
}

static void watch_listen(Watch *watch)
{
    if (watch->follow == NULL) {
        clock_nap(WATCH_POLL_MS);
        return;
    }
    BusRecord *record = NULL;
    Error err;
    if (follow_next(watch->follow, WATCH_POLL_MS, &record, &err) != STATUS_OK) {
        watch->follow = NULL; /* the record says it, too */
        return;
    }
    if (record != NULL) {
        watch->heard_ms = clock_mono_ms();
        watch_hear(watch, record);
        bus_record_free(record);
    }
}

static Status watch_look(Watch *watch, int64_t now_ms, Error *err)
{
    if (now_ms < watch->look_ms) {
        return STATUS_OK;
    }
    watch->look_ms = now_ms + WATCH_LOOK_MS;
    JobView seen = {0};
    Status status = job_view_load(watch->cli, watch->view->job_id, &seen, err);
    if (status == STATUS_OK) {
        watch->heard_ms = now_ms;
        bool newer = seen.rows >= watch->view->rows || job_view_ended(&seen);
        int64_t total = watch->view->bytes_total;
        char waiting[sizeof watch->view->waiting]; /* of an export that works only events tell */
        memcpy(waiting, watch->view->waiting, sizeof waiting);
        if (newer) {
            job_view_done(watch->view);
            *watch->view = seen;
            watch->view->bytes_total = seen.bytes_total > 0 ? seen.bytes_total : total;
            if (strcmp(seen.kind, "export") == 0 && seen.waiting[0] == '\0') {
                memcpy(watch->view->waiting, waiting, sizeof waiting);
            }
            seen = (JobView){0};
        }
    }
    job_view_done(&seen);
    bool patient = status == STATUS_RETRY && now_ms - watch->heard_ms < WATCH_PATIENCE_MS;
    return patient ? STATUS_OK : status;
}

/* ---- Ctrl-C ---- */

static WatchWish watch_ask(Watch *watch)
{
    progress_clear(&watch->progress);
    if (!watch->cli->talks || watch->cli->json) {
        return WATCH_LEAVE;
    }
    fprintf(stderr, "Job %s is running. c = cancel it, w = keep waiting, Enter = leave it to run: ",
            watch->view->job_id);
    fflush(stderr);
    char answer[16] = "";
    if (fgets(answer, sizeof answer, stdin) == NULL) {
        clearerr(stdin);
        fprintf(stderr, "\n");
    }
    interrupt_take();
    return answer[0] == 'c' ? WATCH_CANCEL : answer[0] == 'w' ? WATCH_WAIT : WATCH_LEAVE;
}

/* True when the user turns away. */
static bool watch_interrupted(Watch *watch)
{
    WatchWish wish = watch_ask(watch);
    if (wish == WATCH_CANCEL) {
        char result[32];
        Error err;
        if (job_cancel(watch->cli, watch->view, result, &err) != STATUS_OK) {
            cli_say(watch->cli, "leadspool: %s", err.text);
        } else {
            cli_say(watch->cli, "Job %s: %s.", watch->view->job_id, result);
        }
    }
    return wish == WATCH_LEAVE;
}

/* ---- until it ends ---- */

/* An event has all but the time that the job took. */
static void watch_complete(Watch *watch)
{
    Error err;
    watch->look_ms = 0;
    (void)!watch_look(watch, clock_mono_ms(), &err);
}

Status job_watch(Cli *cli, Follow *follow, JobView *view, bool *ret_ended, Error *err)
{
    Watch watch = {.cli = cli, .follow = follow, .view = view, .heard_ms = clock_mono_ms()};
    progress_init(&watch.progress, cli);
    Status status = watch_look(&watch, clock_mono_ms(), err);
    bool left = false;
    while (status == STATUS_OK && !job_view_ended(view) && !left) {
        progress_show(&watch.progress, view, clock_mono_ms());
        watch_listen(&watch);
        left = !job_view_ended(view) && interrupt_take() && watch_interrupted(&watch);
        if (!left && !job_view_ended(view)) {
            status = watch_look(&watch, clock_mono_ms(), err);
        }
    }
    progress_clear(&watch.progress);
    *ret_ended = job_view_ended(view);
    if (status == STATUS_OK && *ret_ended) {
        watch_complete(&watch);
    }
    return status;
}

Status job_watch_report(Cli *cli, Follow *follow, JobView *view, Error *err)
{
    bool ended = false;
    Status status = job_watch(cli, follow, view, &ended, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (ended || cli->json) {
        job_view_report(cli, view);
    } else {
        cli_say(cli, "Job %s goes on; `leadspool job watch %s` follows it again.", view->job_id,
                view->job_id);
        cli->exit_code = CLI_FAILED;
    }
    return STATUS_OK;
}
