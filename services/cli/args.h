/* args.h - the words of a command line, held to a verb's table. Layer: services/cli; for cli.c. */
#pragma once

#include "cli/cli.h"

#define ARGS_JSON                                                                                  \
    {                                                                                              \
        "json", NULL, "one line of JSON on standard output"                                        \
    }

/* Fills cli->given and cli->words from argv, which begins with the verb's own first word.
 * *ret_help: --help was among them, then nothing else is checked. */
Status args_parse(Cli *cli, int argc, char **argv, bool *ret_help, Error *err) MUST_CHECK;
