/* help.h - what --help prints, out of the verbs' tables. Layer: services/cli; for cli.c. */
#pragma once

#include <stdio.h>

#include "cli/cli.h"

void help_all(FILE *out, const Noun nouns[]);
void help_noun(FILE *out, const Noun *noun);
void help_verb(FILE *out, const Noun *noun, const Verb *verb);
