#include "cli/job_view.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>

#include "base/json.h"

static void read_text(JobView *view, const char *text)
{
    AUTO_JSON json_t *data = json_loads(text, 0, NULL);
    cr_assert_not_null(data);
    job_view_read(view, data);
}

Test(job_view, takes_what_an_event_has_and_keeps_the_rest)
{
    AUTO_VIEW view = {0};
    read_text(&view, "{\"job_id\":\"7\",\"state\":\"running\",\"rows\":10,\"bytes_total\":99,"
                     "\"rejects\":null,\"error\":null,\"list_id\":\"a\"}");
    read_text(&view, "{\"state\":\"completed\",\"rows\":12,\"rejects\":\"rejects/job-7.csv\"}");
    cr_expect_str_eq(view.job_id, "7");
    cr_expect_str_eq(view.state, "completed");
    cr_expect_str_eq(view.rejects, "rejects/job-7.csv");
    cr_expect_eq(view.rows, 12);
    cr_expect_eq(view.bytes_total, 99);
    cr_expect_null(view.error);
    cr_expect(job_view_ended(&view));
}

Test(job_view, wrong_types_change_nothing)
{
    AUTO_VIEW view = {.state = "running", .rows = 3};
    read_text(&view, "{\"state\":5,\"rows\":\"many\",\"file\":{},\"error\":\"bad\"}");
    cr_expect_str_eq(view.state, "running");
    cr_expect_eq(view.rows, 3);
    cr_expect_null(view.file);
    cr_expect_null(view.error);
    cr_expect_not(job_view_ended(&view));
}

Test(job_view, reports_a_failure_and_exits_with_1)
{
    Cli cli = {.json = true, .config = {.outbox = "/nowhere"}};
    AUTO_VIEW view = {0};
    read_text(&view, "{\"job_id\":\"7\",\"state\":\"failed\",\"rows\":2,\"rejected\":2,"
                     "\"rejects\":\"rejects/job-7.csv\","
                     "\"error\":{\"code\":\"source_changed\",\"field\":\"\",\"message\":\"x\"}}");
    cr_redirect_stdout();
    job_view_report(&cli, &view);
    fflush(stdout);
    cr_assert_stdout_eq_str(
        "{\"job_id\":\"7\",\"outcome\":\"failed\",\"rows\":2,\"inserted\":0,\"updated\":0,"
        "\"duplicate\":0,\"duplicate_in_file\":0,\"duplicate_in_list\":0,"
        "\"duplicate_in_campaign\":0,\"rejected\":2,\"rejects\":\"/nowhere/rejects/job-7.csv\","
        "\"unverified\":0,\"dnc\":0,\"seconds\":0.000,"
        "\"error\":{\"code\":\"source_changed\",\"field\":\"\",\"message\":\"x\"}}\n");
    cr_expect_eq(cli.exit_code, CLI_FAILED);
}
