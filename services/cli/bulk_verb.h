/* bulk_verb.h - what verbs that leave a job with many leads behind have in common: counts
 * beforehand, a question, the command, and staying until it is done. Layer: services/cli. */
#pragma once

#include "cli/cli.h"
#include "cli/send.h"
#include "cli/table.h"

#define BULK_OPTIONS                                                                               \
    {"dry-run", NULL, "show the counts, and change nothing"}, {"yes", NULL, "ask nothing"},        \
        {"wait", NULL, "stay until it is done (default on a terminal)"},                           \
        {"no-wait", NULL, "do not stay"}, SEND_OPTIONS,                                            \
    {                                                                                              \
        "json", NULL, "one line of JSON on standard output"                                        \
    }

/* Of verbs that change leads; bulk_ask_events(). */
#define BULK_EVENTS_OPTION                                                                         \
    {                                                                                              \
        "lead-events", NULL, "publish lead.updated of each lead"                                   \
    }

/* Shows the counts, one row, and with --dry-run that is all: *ret_go is false. Else asks the
 * question, unless --yes. */
Status bulk_confirm(Cli *cli, const Table *counts, const char *question, bool *ret_go, Error *err)
    MUST_CHECK;

void bulk_ask_events(const Cli *cli, Command *command);

/* Of a job that is not stayed with. */
void bulk_tell_accepted(Cli *cli, const char *job_id);

/* Sends the command and, when asked to, stays with its job and reports. */
Status bulk_send(Cli *cli, Command *command, Error *err) MUST_CHECK;
