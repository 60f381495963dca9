#include <criterion/criterion.h>

#include "runtime/job_waits.h"

Test(job_waits, it_is_tried_ever_more_rarely)
{
    static const int64_t expected[] = {500, 1000, 2000, 2000, 2000};
    JobWaits waits = {0};
    int64_t now_ms = 1000;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        bool tell;
        cr_expect_eq(job_waits_note(&waits, 7, "file_unreadable", now_ms, &tell), expected[i]);
        now_ms += expected[i];
    }
}

Test(job_waits, it_is_told_at_first_and_now_and_again)
{
    JobWaits waits = {0};
    bool tell;
    int told = 0;
    int64_t until_ms = INT64_C(3600) * 1000;
    for (int64_t now_ms = 0; now_ms < until_ms;
         now_ms += job_waits_note(&waits, 7, "file_unreadable", now_ms, &tell), told += tell) {
    }
    cr_expect(told > 50 && told <= 120, "%d lines in an hour", told);
}

Test(job_waits, another_cause_is_another_wait)
{
    JobWaits waits = {0};
    bool tell;
    job_waits_note(&waits, 7, "file_unreadable", 0, &tell);
    cr_expect(tell);
    job_waits_note(&waits, 7, "file_unreadable", 500, &tell);
    cr_expect_not(tell);
    cr_expect_eq(job_waits_note(&waits, 7, "disk_full", 1500, &tell), 500);
    cr_expect(tell);
}

Test(job_waits, what_worked_meanwhile_begins_anew)
{
    JobWaits waits = {0};
    bool tell;
    job_waits_note(&waits, 7, "db_lock", 0, &tell);
    job_waits_note(&waits, 7, "db_lock", 500, &tell);
    cr_expect_eq(job_waits_note(&waits, 7, "db_lock", 60000, &tell), 500);
}

Test(job_waits, jobs_wait_each_for_itself)
{
    JobWaits waits = {0};
    for (int64_t job_no = 1; job_no <= 1000; job_no++) {
        bool tell;
        cr_expect_eq(job_waits_note(&waits, job_no, "disk_full", job_no, &tell), 500);
        cr_expect(tell);
    }
}
