#include "cli/progress.h"

#include <criterion/criterion.h>

static void expect_text(Progress *progress, const JobView *view, int64_t now_ms, const char *text)
{
    AUTO_STRBUF found = STRBUF_INIT;
    progress_text(progress, view, now_ms, &found);
    cr_expect_str_eq(found.data, text);
}

Test(progress, tells_share_rate_and_time_left)
{
    Cli cli = {.json = true};
    Progress progress;
    progress_init(&progress, &cli);
    JobView view = {.job_id = "7", .state = "queued", .bytes_total = 1000};
    expect_text(&progress, &view, 1000, "job 7: queued");
    snprintf(view.state, sizeof view.state, "running");
    view.rows = 10;
    view.bytes_done = 100;
    progress_show(&progress, &view, 2000);
    expect_text(&progress, &view, 2000, "job 7: 10 rows, 10 %");
    view.rows = 30;
    view.bytes_done = 300;
    expect_text(&progress, &view, 4000, "job 7: 30 rows, 30 %, 10 rows/s, 0:07 left");
    view.rows = 100;
    view.bytes_done = 1000;
    expect_text(&progress, &view, 11000, "job 7: 100 rows, 100 %, 10 rows/s");
}

Test(progress, without_a_total_there_is_no_share)
{
    Cli cli = {.json = true};
    Progress progress;
    progress_init(&progress, &cli);
    JobView view = {.job_id = "7", .state = "running", .rows = 5, .bytes_done = 50};
    progress_show(&progress, &view, 1000);
    view.rows = 25;
    expect_text(&progress, &view, 3000, "job 7: 25 rows, 10 rows/s");
}

Test(progress, says_what_an_export_waits_for)
{
    Cli cli = {.json = true};
    Progress progress;
    progress_init(&progress, &cli);
    JobView view = {.job_id = "7", .state = "running", .rows = 5, .waiting = "no_space"};
    progress_show(&progress, &view, 1000);
    expect_text(&progress, &view, 3000, "job 7: 5 rows, waits: no_space");
}
