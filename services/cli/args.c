#include "cli/args.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "domain/text.h"

enum { ARGS_OPTIONS_MAX = 32, ARGS_HELP = 1000 };

Status cli_usage(Error *err, const char *format, ...)
{
    char text[sizeof err->text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return error_set(err, STATUS_BAD_INPUT, "usage", "%s", text);
}

static Status args_refuse(const Cli *cli, const char *typed, Error *err)
{
    size_t len = strcspn(typed, "=");
    AUTO_FREE char *word = mem_strndup(typed, len);
    Suggest suggest = SUGGEST_INIT(word + strspn(word, "-"));
    for (const CliOption *option = cli->verb->options; option->name != NULL; option++) {
        suggest_offer(&suggest, option->name);
    }
    if (suggest.best != NULL) {
        return cli_usage(err, "there is no option %s; did you mean --%s?", word, suggest.best);
    }
    return cli_usage(err, "there is no option %s", word);
}

/* Whatever goes into a message or a query is UTF-8; names of files are what they are. */
static bool args_is_text(const char *name, const char *value)
{
    return strcasecmp(name, "file") == 0 || text_utf8_valid(value, strlen(value), NULL);
}

static Status args_give(Cli *cli, const CliOption *option, const char *value, Error *err)
{
    if (value != NULL && !args_is_text(option->name, value)) {
        return cli_usage(err, "--%s is not valid UTF-8", option->name);
    }
    cli->given = mem_realloc(cli->given, ((size_t)cli->given_count + 1) * sizeof *cli->given);
    cli->given[cli->given_count++] = (CliGiven){option, value};
    return STATUS_OK;
}

static int args_table(const Verb *verb, struct option ret[])
{
    int count = 0;
    for (const CliOption *option = verb->options; option->name != NULL; option++) {
        assert(count < ARGS_OPTIONS_MAX);
        int has = option->value != NULL ? required_argument : no_argument;
        ret[count] = (struct option){option->name, has, NULL, count};
        count++;
    }
    ret[count++] = (struct option){"help", no_argument, NULL, ARGS_HELP};
    ret[count] = (struct option){0};
    return count;
}

static int args_output(const Verb *verb)
{
    for (int i = 0; verb->options[i].name != NULL; i++) {
        if (strcmp(verb->options[i].name, "output") == 0) {
            return i;
        }
    }
    return '?';
}

static Status args_check_words(const Cli *cli, Error *err)
{
    const Verb *verb = cli->verb;
    if (cli->word_count < verb->word_least) {
        return cli_usage(err, "%s is missing", verb->words);
    }
    if (verb->word_most >= 0 && cli->word_count > verb->word_most) {
        return cli_usage(err, "\"%s\" is one word too many", cli->words[verb->word_most]);
    }
    for (int i = 0; i < cli->word_count; i++) {
        if (!args_is_text(verb->words, cli->words[i])) {
            return cli_usage(err, "%s is not valid UTF-8", verb->words);
        }
    }
    return STATUS_OK;
}

Status args_parse(Cli *cli, int argc, char **argv, bool *ret_help, Error *err)
{
    struct option table[ARGS_OPTIONS_MAX + 2];
    args_table(cli->verb, table);
    *ret_help = false;
    for (int i = 1; i < argc; i++) { /* errors, too, are told as they were asked for */
        cli->json = cli->json || strcmp(argv[i], "--json") == 0;
    }
    opterr = 0;
    optind = 1;
    for (;;) {
        int found = getopt_long(argc, argv, ":ho:", table, NULL);
        if (found == 'o') { /* short for --output, where a verb has that */
            found = args_output(cli->verb);
        }
        if (found == -1) {
            break;
        }
        if (found == 'h' || found == ARGS_HELP) {
            *ret_help = true;
            return STATUS_OK;
        }
        if (found == ':') {
            return cli_usage(err, "%s needs a value", argv[optind - 1]);
        }
        if (found == '?') {
            return args_refuse(cli, argv[optind - 1], err);
        }
        Status status = args_give(cli, &cli->verb->options[found], optarg, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    cli->words = argv + optind;
    cli->word_count = argc - optind;
    return args_check_words(cli, err);
}

/* ---- asking for them ---- */

const char *cli_option_next(const Cli *cli, const char *name, int *at)
{
    while (*at < cli->given_count) {
        const CliGiven *given = &cli->given[(*at)++];
        if (strcmp(given->option->name, name) == 0) {
            return given->value != NULL ? given->value : "";
        }
    }
    return NULL;
}

const char *cli_option(const Cli *cli, const char *name)
{
    const char *last = NULL;
    int at = 0;
    for (const char *value; (value = cli_option_next(cli, name, &at)) != NULL;) {
        last = value;
    }
    return last;
}

bool cli_flag(const Cli *cli, const char *name)
{
    return cli_option(cli, name) != NULL;
}

Status cli_need(const Cli *cli, const char *name, Error *err)
{
    return cli_flag(cli, name) ? STATUS_OK : cli_usage(err, "--%s is missing", name);
}

Status cli_option_i64(
    const Cli *cli, const char *name, int64_t least, int64_t most, int64_t *ret, Error *err)
{
    const char *text = cli_option(cli, name);
    if (text == NULL) {
        return STATUS_OK;
    }
    char *end;
    errno = 0;
    int64_t value = strtoll(text, &end, 10);
    bool digits = text[0] == '-' || (text[0] >= '0' && text[0] <= '9');
    if (!digits || *end != '\0' || errno != 0 || value < least || value > most) {
        return cli_usage(err, "--%s must be a whole number from %" PRId64 " to %" PRId64, name,
                         least, most);
    }
    *ret = value;
    return STATUS_OK;
}

Status cli_option_time(const Cli *cli, const char *name, int64_t *ret_us, Error *err)
{
    const char *text = cli_option(cli, name);
    if (text == NULL || clock_parse_rfc3339(text, ret_us, err) == STATUS_OK) {
        return STATUS_OK;
    }
    return cli_usage(err, "--%s must be a time with its zone, such as 2026-11-23T17:00:00Z", name);
}
