/* stats_job.h - leadspool stats rebuild and reconcile. Layer: services/cli. */
#pragma once

#include "cli/cli.h"

extern const CliOption stats_rebuild_options[];
extern const CliOption stats_reconcile_options[];

/* Sends the command, and waits for its job's end unless told not to. Exit 1 when the job failed, or
 * when reconcile found something that it was not told to mend. */
Status stats_rebuild(Cli *cli, Error *err);
Status stats_reconcile(Cli *cli, Error *err);
