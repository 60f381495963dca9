#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

#include "cli/interrupt.h"
#include "cli/job_watch.h"

/* The events' reader and the record: the linker puts these in place of the library's (--wrap). */
static struct {
    const char *event; /* heard next, with Ctrl-C; NULL: none, but Ctrl-C all the same */
} fake;

static bool ended;

Status __wrap_follow_next(Follow *follow, int wait_ms, BusRecord **ret, Error *err);
void __wrap_bus_record_free(BusRecord *record);
Status __wrap_job_view_load(Cli *cli, const char *job_id, JobView *ret, Error *err);

Status __wrap_follow_next(Follow *follow, int wait_ms, BusRecord **ret, Error *err)
{
    static BusRecord record = {.header_count = 2,
                               .headers = {{"ce_subject", "7", 1}, {"ce_type", "job.x", 5}}};
    (void)follow, (void)wait_ms, (void)err;
    raise(SIGINT);
    *ret = NULL;
    if (fake.event != NULL) {
        record.value = fake.event;
        record.value_len = strlen(fake.event);
        *ret = &record;
    }
    return STATUS_OK;
}

void __wrap_bus_record_free(BusRecord *record)
{
    (void)record;
}

Status __wrap_job_view_load(Cli *cli, const char *job_id, JobView *ret, Error *err)
{
    (void)cli, (void)err;
    snprintf(ret->job_id, sizeof ret->job_id, "%s", job_id);
    snprintf(ret->state, sizeof ret->state, "running");
    return STATUS_OK;
}

/* Off a terminal, with Ctrl-C while the first event is waited for. */
static void watch(const char *event)
{
    Cli cli = {.json = true};
    Error err;
    int follow; /* of a type that only its file knows */
    AUTO_VIEW view = {.job_id = "7"};
    fake.event = event;
    interrupt_catch();
    cr_assert_eq(job_watch(&cli, (Follow *)(void *)&follow, &view, &ended, &err), STATUS_OK);
}

Test(job_watch, ctrl_c_turns_away_from_a_job_that_runs, .timeout = 10)
{
    watch(NULL);
    cr_expect_not(ended);
    cr_expect_not(interrupt_pending(), "it was answered");
}

Test(job_watch, ctrl_c_that_comes_with_the_end_stays_pending)
{
    watch("{\"state\": \"completed\", \"rows\": 1}");
    cr_expect(ended);
    cr_expect(interrupt_pending(), "whoever goes on with what the job made is to see it");
}
