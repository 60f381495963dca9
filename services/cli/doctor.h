/* doctor.h - the checks of `leadspool doctor`: one function each, reading only. Layer:
 * services/cli. */
#pragma once

#include "cli/cli.h"

/* What a check found. The first DOCTOR_SHOWN problems are kept, all are counted. */
enum { DOCTOR_SHOWN = 100 };

typedef struct Check {
    int64_t checked; /* lists, rows, partitions: whatever the check looks at */
    int64_t problem_count;
    StrBuf problems; /* JSON strings, comma-separated */
    StrBuf notes;    /* the same; facts that are no fault */
} Check;

void check_problem(Check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));
void check_note(Check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* I1: no partition is halted, none stands outside of what the broker has, none lost records
 * that nobody has acknowledged. */
Status doctor_positions(Cli *cli, Check *check, Error *err) MUST_CHECK;
/* I3: each list's counters are a recount of its leads, in one snapshot. */
Status doctor_counters(Cli *cli, Check *check, Error *err) MUST_CHECK;
/* I4: rows of the outbox can be read, and none waits for long. */
Status doctor_outbox(Cli *cli, Check *check, Error *err) MUST_CHECK;
/* I5: every row of every import is accounted for. */
Status doctor_imports(Cli *cli, Check *check, Error *err) MUST_CHECK;
/* I6: dead letters are told, and every command topic that is read has its dead-letter topic. */
Status doctor_dead_letters(Cli *cli, Check *check, Error *err) MUST_CHECK;
