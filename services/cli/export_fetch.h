/* export_fetch.h - brings an exported file out of the outbox. Layer: services/cli. */
#pragma once

#include "cli/job_view.h"

/* To path, as export_target.h has it. STATUS_BAD_INPUT with code file_damaged when it is not what
 * the job wrote, no_file, no_space, output_unwritable, or what inbox.h says; STATUS_RETRY with code
 * interrupted after SIGINT, where it is caught. Texts name the job's file. */
Status export_fetch(Cli *cli, const JobView *view, const char *path, Error *err) MUST_CHECK;
/* The same of a job that has ended, with its report: on standard output, unless the file goes
 * there; with --json only the report does. */
Status export_bring(Cli *cli, const JobView *view, const char *path, Error *err) MUST_CHECK;
