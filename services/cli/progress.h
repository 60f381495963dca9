/* progress.h - how far a job is, on standard error: a bar on a terminal, else a line now and then.
 * Layer: services/cli. */
#pragma once

#include "cli/job_view.h"

typedef struct Progress {
    bool bar;   /* redraw one line */
    bool quiet; /* with --json */
    bool drawn;
    int64_t first_ms; /* of the first view with rows; 0 before */
    int64_t first_rows;
    int64_t first_bytes;
    int64_t told_ms;
} Progress;

void progress_init(Progress *progress, const Cli *cli);
void progress_show(Progress *progress, const JobView *view, int64_t now_ms);
/* Takes the bar away, so that something else can be written. */
void progress_clear(Progress *progress);

/* The line without bar: "job 7: 430000 rows, 43 %, 152000 rows/s, 0:12 left". */
void progress_text(const Progress *progress, const JobView *view, int64_t now_ms, StrBuf *ret);
