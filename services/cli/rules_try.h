/* rules_try.h - `leadspool rules try`: when a lead would be called again. Layer: services/cli. */
#pragma once

#include "cli/cli.h"

extern const CliOption rules_try_options[];

Status rules_try(Cli *cli, Error *err) MUST_CHECK;
