#include "cli/help.h"

#include <string.h>

#include "base/mem.h"

enum { HELP_COLUMN = 30 };

static void help_row(FILE *out, const char *left, const char *right)
{
    int pad = HELP_COLUMN - (int)strlen(left);
    fprintf(out, "  %s%*s%s\n", left, pad > 0 ? pad : 1, "", right);
}

static bool help_is_plain(const Noun *noun)
{
    return noun->verbs[0].name[0] == '\0';
}

/* "list create", "import" */
static char *help_name(const Noun *noun, const Verb *verb)
{
    return mem_sprintf("%s%s%s", noun->name, verb->name[0] != '\0' ? " " : "", verb->name);
}

static void help_examples(FILE *out, const char *examples)
{
    fprintf(out, "\nExamples:\n");
    for (const char *line = examples; *line != '\0';) {
        size_t len = strcspn(line, "\n");
        fprintf(out, "  leadspool %.*s\n", (int)len, line);
        line += len + (line[len] == '\n');
    }
}

void help_verb(FILE *out, const Noun *noun, const Verb *verb)
{
    AUTO_FREE char *name = help_name(noun, verb);
    fprintf(out, "%s\n\nusage: leadspool %s%s%s [OPTIONS]\n\nOptions:\n", verb->summary, name,
            verb->words[0] != '\0' ? " " : "", verb->words);
    for (const CliOption *option = verb->options; option->name != NULL; option++) {
        AUTO_FREE char *left =
            mem_sprintf("--%s%s%s", option->name, option->value != NULL ? " " : "",
                        option->value != NULL ? option->value : "");
        help_row(out, left, option->doc);
    }
    help_row(out, "--help", "this text");
    help_examples(out, verb->examples);
}

void help_noun(FILE *out, const Noun *noun)
{
    if (help_is_plain(noun)) {
        help_verb(out, noun, &noun->verbs[0]);
        for (const Verb *verb = &noun->verbs[1]; verb->run != NULL; verb++) {
            fprintf(out, "\nAlso: leadspool %s %s %s\n  %s\n", noun->name, verb->name, verb->words,
                    verb->summary);
        }
        return;
    }
    fprintf(out, "%s\n\nusage: leadspool %s VERB [OPTIONS]\n\nVerbs:\n", noun->summary, noun->name);
    for (const Verb *verb = noun->verbs; verb->run != NULL; verb++) {
        AUTO_FREE char *left =
            mem_sprintf("%s%s%s", verb->name, verb->words[0] != '\0' ? " " : "", verb->words);
        help_row(out, left, verb->summary);
    }
    help_examples(out, noun->verbs[0].examples);
    fprintf(out, "\n`leadspool %s VERB --help` says more.\n", noun->name);
}

void help_all(FILE *out, const Noun nouns[])
{
    fprintf(out, "leadspool: lists of leads for outbound calling, from the command line.\n\n"
                 "usage: leadspool NOUN [VERB] [WORDS] [OPTIONS]\n\n");
    for (const Noun *noun = nouns; noun->name != NULL; noun++) {
        help_row(out, noun->name, noun->summary);
        for (const Verb *verb = &noun->verbs[help_is_plain(noun)]; verb->run != NULL; verb++) {
            AUTO_FREE char *left = mem_sprintf("  %s %s", verb->name, verb->words);
            help_row(out, left, verb->summary);
        }
    }
    help_examples(out, "migrate\n"
                       "list create --list-id spring --name \"Spring 2026\" --campaign solar\n"
                       "import leads.csv --list spring --map phone=Telephone --wait\n"
                       "stats --list spring --json");
    fprintf(out,
            "\nEvery verb has --help and --json. Settings come from the environment: "
            "`leadspool --check-config`\nshows those in force. Exit codes: 0 done, 1 failed or "
            "rejected, 2 usage.\n");
}
