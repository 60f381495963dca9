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
/* Each list by a statement with its number, and with at_us when that is not 0: rows of what, a
 * figure, and the other that should be the same. */
Status
doctor_each_list(Cli *cli, const char *sql, int64_t at_us, Check *check, Error *err) MUST_CHECK;

/* I2: no lead and no number is with two dialers; every lead's stage, offer and place in the queue
 * are what its facts, its number's entries and its campaign's rules say. */
Status doctor_dialing(Cli *cli, Check *check, Error *err) MUST_CHECK;
/* I3: each list's counters are a recount of its leads, in one snapshot; what Redis has of it is the
 * same at the same version, and never ahead. A Redis without a leadspool-stats is a note. */
Status doctor_counters(Cli *cli, Check *check, Error *err) MUST_CHECK;
/* I4: rows of the outbox can be read, and none waits for long. */
Status doctor_outbox(Cli *cli, Check *check, Error *err) MUST_CHECK;
/* I5: every row of every import is accounted for. */
Status doctor_imports(Cli *cli, Check *check, Error *err) MUST_CHECK;
/* I6: dead letters are told, and every command topic that is read has its dead-letter topic. */
Status doctor_dead_letters(Cli *cli, Check *check, Error *err) MUST_CHECK;
/* I7: leads count the calls that the ledger has. */
Status doctor_calls(Cli *cli, Check *check, Error *err) MUST_CHECK;
