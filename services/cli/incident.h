/* incident.h - records that retention removed before they were read: told, and acknowledged. Two
 * verbs of cli_position.c. Layer: services/cli. */
#pragma once

#include "cli/cli.h"

extern const CliOption incident_ls_options[];
extern const CliOption incident_ack_options[];

Status incident_ls(Cli *cli, Error *err) MUST_CHECK;
/* One by its number, or --all that are open. What is lost stays lost; doctor tells of it no more.
 */
Status incident_ack(Cli *cli, Error *err) MUST_CHECK;
