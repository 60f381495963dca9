/* export_fetch.h - brings an exported file out of the outbox. Layer: services/cli. */
#pragma once

#include "cli/job_view.h"

/* To path, which gets its name when all of it is there; NULL or "-": to standard output.
 * STATUS_BAD_INPUT with code file_damaged when it is not what the job wrote;
 * STATUS_RETRY with code interrupted after SIGINT, where it is caught. */
Status export_fetch(Cli *cli, const JobView *view, const char *path, Error *err) MUST_CHECK;
