#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    PROGRESS_LINE_MS = 5000,
    PROGRESS_DRAW_MS = 100,
    PROGRESS_BAR_MOST = 40,
    PROGRESS_COLUMNS = 80,
};

void progress_init(Progress *progress, const Cli *cli)
{
    const char *term = getenv("TERM");
    bool dumb = term == NULL || strcmp(term, "dumb") == 0;
    *progress = (Progress){.bar = isatty(STDERR_FILENO) && !dumb, .quiet = cli->json};
}

static double progress_share(const JobView *view)
{
    if (view->bytes_total <= 0) {
        return 0;
    }
    double share = (double)view->bytes_done / (double)view->bytes_total;
    return share > 1 ? 1 : share;
}

static void
progress_add_pace(const Progress *progress, const JobView *view, int64_t now_ms, StrBuf *ret)
{
    int64_t elapsed_ms = now_ms - progress->first_ms;
    if (progress->first_ms == 0 || elapsed_ms < 200) {
        return;
    }
    int64_t rows = view->rows - progress->first_rows;
    int64_t bytes = view->bytes_done - progress->first_bytes;
    strbuf_addf(ret, ", %" PRId64 " rows/s", rows * 1000 / elapsed_ms);
    if (view->bytes_total > view->bytes_done && bytes > 0) {
        int64_t left_bytes = view->bytes_total - view->bytes_done;
        int64_t left_s = (int64_t)((double)left_bytes / (double)bytes * (double)elapsed_ms / 1000);
        strbuf_addf(ret, ", %" PRId64 ":%02" PRId64 " left", left_s / 60, left_s % 60);
    }
}

void progress_text(const Progress *progress, const JobView *view, int64_t now_ms, StrBuf *ret)
{
    strbuf_addf(ret, "job %s: ", view->job_id);
    if (strcmp(view->state, "queued") == 0) {
        strbuf_adds(ret, "queued");
        return;
    }
    strbuf_addf(ret, "%" PRId64 " rows", view->rows);
    if (view->bytes_total > 0) {
        strbuf_addf(ret, ", %d %%", (int)(progress_share(view) * 100));
    }
    if (view->waiting[0] != '\0') {
        strbuf_addf(ret, ", waits: %s", view->waiting);
    } else {
        progress_add_pace(progress, view, now_ms, ret);
    }
}

static int progress_columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                           : PROGRESS_COLUMNS;
}

static void progress_draw(const JobView *view, const char *text)
{
    int columns = progress_columns() - 1;
    int room = columns - (int)strlen(text) - 4;
    int width = room > PROGRESS_BAR_MOST ? PROGRESS_BAR_MOST : room;
    AUTO_STRBUF line = STRBUF_INIT;
    if (width >= 10 && view->bytes_total > 0) {
        int full = (int)(progress_share(view) * width);
        strbuf_addc(&line, '[');
        for (int i = 0; i < width; i++) {
            strbuf_addc(&line, i < full ? '#' : '.');
        }
        strbuf_adds(&line, "] ");
    }
    strbuf_adds(&line, text);
    fprintf(stderr, "\r%.*s\033[K", columns, line.data);
    fflush(stderr);
}

void progress_show(Progress *progress, const JobView *view, int64_t now_ms)
{
    int64_t every_ms = progress->bar ? PROGRESS_DRAW_MS : PROGRESS_LINE_MS;
    if (progress->first_ms == 0 && view->rows > 0) {
        progress->first_ms = now_ms;
        progress->first_rows = view->rows;
        progress->first_bytes = view->bytes_done;
    }
    if (progress->told_ms == 0 && !progress->bar) {
        progress->told_ms = now_ms; /* short jobs need no lines */
    }
    if (progress->quiet || now_ms - progress->told_ms < every_ms) {
        return;
    }
    AUTO_STRBUF text = STRBUF_INIT;
    progress_text(progress, view, now_ms, &text);
    if (progress->bar) {
        progress_draw(view, text.data);
        progress->drawn = true;
    } else {
        fprintf(stderr, "%s\n", text.data);
    }
    progress->told_ms = now_ms;
}

void progress_clear(Progress *progress)
{
    if (progress->drawn) {
        fprintf(stderr, "\r\033[K");
        fflush(stderr);
        progress->drawn = false;
    }
}
