/* lead_upsert.h - lead.upsert sent and answered: one lead, or a file of them in parts. Layer:
 * services/cli. The list is the verb's option. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "cli/cli.h"

/* Prints the result; a rejected lead is an error. */
Status lead_upsert_one(Cli *cli, json_t *lead, Error *err) MUST_CHECK;

/* Prints how many were created, updated and so on, and what was rejected, which makes the exit code
 * 1. Sends before all is read: at a broken line the parts before it may have been done. */
Status lead_upsert_file(Cli *cli, FILE *file, Error *err) MUST_CHECK;
