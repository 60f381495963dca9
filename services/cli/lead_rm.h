/* lead_rm.h - the verbs of `leadspool lead` that take leads away. Layer: services/cli. */
#pragma once

#include "cli/cli.h"

extern const CliOption lead_rm_options[];
extern const CliOption lead_erase_options[];

Status lead_rm(Cli *cli, Error *err);
Status lead_erase(Cli *cli, Error *err);
