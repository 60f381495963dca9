/* file_job.h - a file is brought into the inbox, a job is ordered for it, and one stays until that
 * is done. Layer: services/cli. */
#pragma once

#include "cli/args.h"
#include "cli/send.h"

#define FILE_JOB_OPTIONS                                                                           \
    {"wait", NULL, "stay until it is done (default on a terminal)"},                               \
    {                                                                                              \
        "no-wait", NULL, "do not stay"                                                             \
    }

/* Puts the --map options into the command. */
Status file_job_mapping(const Cli *cli, Command *command, Error *err) MUST_CHECK;

/* Orders the job for the file that the first word names. built: of making the command; when it, or
 * the order, failed that is reported. */
Status file_job_order(Cli *cli, Command *command, Status built, Error *err) MUST_CHECK;
