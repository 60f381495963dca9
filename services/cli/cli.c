/* Finds the verb, gives it what it needs, tells its failure. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/logtext.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "cli/args.h"
#include "cli/help.h"

const Noun cli_nouns[] = {
    {"list", "lists of leads", cli_list_verbs},
    {"import", "load a CSV file into a list", cli_import_verbs},
    {"export", "write a list to a CSV file", cli_export_verbs},
    {"move", "leads go to another list", cli_move_verbs},
    {"reset", "begin a new pass for leads of a list", cli_reset_verbs},
    {"lead", "single leads", cli_lead_verbs},
    {"dnc", "numbers that nobody may call", cli_dnc_verbs},
    {"campaign", "when and how often leads are called", cli_campaign_verbs},
    {"disposition", "what a call can come to", cli_disposition_verbs},
    {"rules", "when leads are called again", cli_rules_verbs},
    {"job", "imports and other long work", cli_job_verbs},
    {"stats", "the counters of lists and campaigns", cli_stats_verbs},
    {"top", "what goes on, live", cli_top_verbs},
    {"runway", "when lists run dry", cli_runway_verbs},
    {"migrate", "make or update tables and topics", cli_migrate_verbs},
    {"topics", "the Kafka topics", cli_topics_verbs},
    {"doctor", "check what may never break", cli_doctor_verbs},
    {"position", "where workers stand in Kafka", cli_position_verbs},
    {"epoch", "the age of the record", cli_epoch_verbs},
    {"offer", "leads that are with dialers", cli_offer_verbs},
    {"explain", "why a lead is called or not", cli_explain_verbs},
    {"outcome", "what a call came to, by hand", cli_outcome_verbs},
    {"dialer-sim", "a dialer cluster for demos, tests and benchmarks", cli_dialer_sim_verbs},
    {"dlq", "messages that could not be applied", cli_dlq_verbs},
    {"reference", "what leadspool is made of: its own tables", cli_reference_verbs},
    {0},
};

/* ---- talk ---- */

void cli_add_safe(StrBuf *buf, const char *text)
{
    while (*text != '\0') {
        char safe[LOGTEXT_SAFE_SIZE];
        bool plain = *text == '"' || *text == '\\';
        size_t len = logtext_escape(text, safe);
        strbuf_adds(buf, plain ? safe + 1 : safe);
        text += len;
    }
}

static void cli_tell(const char *text)
{
    AUTO_STRBUF safe = STRBUF_INIT;
    cli_add_safe(&safe, text);
    fprintf(stderr, "%s\n", safe.data);
}

void cli_say(const Cli *cli, const char *format, ...)
{
    if (cli->json) {
        return;
    }
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    cli_tell(text);
}

void cli_put_json(Cli *cli, const char *json)
{
    printf("%s\n", json);
    cli->said = true;
}

void cli_add_error_json(StrBuf *buf, const Error *err)
{
    const char *const parts[][2] = {
        {"{\"code\":", err->code}, {",\"field\":", err->field}, {",\"message\":", err->text}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        AUTO_STRBUF safe = STRBUF_INIT;
        cli_add_safe(&safe, parts[i][1]); /* JSON takes valid UTF-8 only */
        strbuf_adds(buf, parts[i][0]);
        strbuf_add_json(buf, safe.data, safe.len);
    }
    strbuf_addc(buf, '}');
}

static void cli_tell_error(Cli *cli, const Error *err)
{
    AUTO_FREE char *text = mem_sprintf("leadspool: %s", err->text);
    cli_tell(text);
    if (cli->json && !cli->said) {
        AUTO_STRBUF json = STRBUF_INIT;
        strbuf_adds(&json, "{\"error\":");
        cli_add_error_json(&json, err);
        strbuf_addc(&json, '}');
        cli_put_json(cli, json.data);
    }
}

Status cli_confirm(Cli *cli, const char *question, bool *ret_yes, Error *err)
{
    *ret_yes = cli_flag(cli, "yes");
    if (*ret_yes) {
        return STATUS_OK;
    }
    if (!cli->talks || cli->json) {
        return cli_usage(err, "%s Say so with --yes.", question);
    }
    fprintf(stderr, "%s [y/N] ", question);
    char answer[16] = "";
    if (fgets(answer, sizeof answer, stdin) != NULL) {
        *ret_yes = answer[0] == 'y' || answer[0] == 'Y';
    }
    return STATUS_OK;
}

/* ---- the database ---- */

Db *cli_db(Cli *cli)
{
    if (cli->db == NULL) {
        cli->db = db_new(cli->config.database_url, cli->config.ns, "leadspool-cli");
    }
    return cli->db;
}

/* A namespace that was never migrated has no such tables. */
static Status cli_explain(Status status, const char *sqlstate, Error *err)
{
    bool missing = strcmp(sqlstate, "42P01") == 0 || strcmp(sqlstate, "3F000") == 0;
    return !missing ? status
                    : error_set(err, STATUS_FATAL, "schema_missing",
                                "the namespace has no tables: run `leadspool migrate`");
}

Status cli_query(Cli *cli, const char *sql, const DbParams *params, DbResult **ret, Error *err)
{
    AUTO_TX Db *db = cli_db(cli);
    Status status = db_begin_unchecked(db, err);
    if (status == STATUS_OK) {
        status = db_query(db, sql, params, ret, err);
    }
    return status == STATUS_OK ? status : cli_explain(status, db_sqlstate(db), err);
}

Status cli_query_long(Cli *cli, const char *sql, const DbParams *params, DbResult **ret, Error *err)
{
    AUTO_TX Db *db = cli_db(cli);
    Status status = db_begin_long(db, err);
    if (status == STATUS_OK) {
        status = db_query(db, sql, params, ret, err);
    }
    return status == STATUS_OK ? status : cli_explain(status, db_sqlstate(db), err);
}

/* ---- finding the verb ---- */

static int cli_no_such(const char *typed, const char *what, const Suggest *suggest)
{
    AUTO_STRBUF text = STRBUF_INIT;
    strbuf_addf(&text, "leadspool: there is no %s \"%s\"", what, typed);
    if (suggest->best != NULL) {
        strbuf_addf(&text, "; did you mean %s?", suggest->best);
    } else {
        strbuf_adds(&text, "; --help lists all");
    }
    cli_tell(text.data);
    return CLI_USAGE;
}

static const Noun *cli_find_noun(const char *name)
{
    for (const Noun *noun = cli_nouns; noun->name != NULL; noun++) {
        if (strcmp(noun->name, name) == 0) {
            return noun;
        }
    }
    return NULL;
}

static const Verb *cli_find_verb(const Noun *noun, const char *name)
{
    for (const Verb *verb = noun->verbs; verb->run != NULL; verb++) {
        if (strcmp(verb->name, name) == 0) {
            return verb;
        }
    }
    return NULL;
}

static int cli_unknown_noun(const char *typed)
{
    Suggest suggest = SUGGEST_INIT(typed);
    for (const Noun *noun = cli_nouns; noun->name != NULL; noun++) {
        suggest_offer(&suggest, noun->name);
    }
    return cli_no_such(typed, "command", &suggest);
}

static int cli_unknown_verb(const Noun *noun, const char *typed)
{
    Suggest suggest = SUGGEST_INIT(typed);
    for (const Verb *verb = noun->verbs; verb->run != NULL; verb++) {
        suggest_offer(&suggest, verb->name);
    }
    AUTO_FREE char *what = mem_sprintf("%s command", noun->name);
    return cli_no_such(typed, what, &suggest);
}

/* "stats rebuid": a word where the noun itself takes none. */
static bool cli_verb_mistyped(const Noun *noun, const char *name)
{
    bool others = noun->verbs[1].run != NULL && noun->verbs[0].word_most == 0;
    return others && name != NULL && name[0] != '-' && name[0] != '\0' &&
           cli_find_verb(noun, name) == NULL;
}

/* ---- running it ---- */

static Status cli_configure(Cli *cli, Error *err)
{
    AUTO_STRBUF problems = STRBUF_INIT;
    Status status = config_load(environ, &cli->config, &problems, err);
    if (status != STATUS_OK) {
        return cli_usage(err, "wrong settings: %.*s", (int)problems.len - 1, problems.data);
    }
    if (cli->config.clock_file[0] != '\0') {
        status = clock_use_file(cli->config.clock_file, err);
    }
    /* The libraries' own chatter is of use only to those who ask for it. */
    bool asked = getenv("LEADSPOOL_LOG_LEVEL") != NULL;
    log_setup("cli", cli->config.ns, asked ? cli->config.log_level : LOG_LEVEL_ERROR);
    return status;
}

static int cli_finish(Cli *cli, Status status, const Error *err)
{
    int code = cli->exit_code;
    if (status != STATUS_OK) {
        bool usage = strcmp(err->code, "usage") == 0;
        code = usage ? CLI_USAGE : CLI_FAILED;
        cli_tell_error(cli, err);
        if (usage) {
            fprintf(stderr, "See `leadspool %s%s%s --help`.\n", cli->noun->name,
                    cli->verb->name[0] != '\0' ? " " : "", cli->verb->name);
        }
    }
    if (fflush(stdout) == 0 && !ferror(stdout)) {
        return code;
    }
    if (errno != EPIPE) { /* who closed it knows */
        fprintf(stderr, "leadspool: standard output: %s\n", strerror(errno));
    }
    return CLI_FAILED;
}

static int cli_run(Cli *cli, int argc, char **argv)
{
    Error err = {0};
    bool help = false;
    Status status = args_parse(cli, argc, argv, &help, &err);
    if (status == STATUS_OK && help) {
        help_verb(stdout, cli->noun, cli->verb);
        return cli_finish(cli, STATUS_OK, &err);
    }
    if (status == STATUS_OK) {
        status = cli_configure(cli, &err);
    }
    if (status == STATUS_OK) {
        status = cli->verb->run(cli, &err);
    }
    int code = cli_finish(cli, status, &err);
    db_close(cli->db);
    config_done(&cli->config);
    free(cli->given);
    return code;
}

static int cli_noun_main(const Noun *noun, int argc, char **argv)
{
    Cli cli = {
        .noun = noun,
        .verb = &noun->verbs[0],
        .out_terminal = isatty(STDOUT_FILENO),
        .talks = isatty(STDIN_FILENO) && isatty(STDERR_FILENO),
    };
    const char *name = argc > 2 ? argv[2] : NULL;
    bool plain = noun->verbs[0].name[0] == '\0';
    if (plain && cli_verb_mistyped(noun, name)) {
        return cli_unknown_verb(noun, name);
    }
    if (plain && (name == NULL || name[0] == '\0' || cli_find_verb(noun, name) == NULL)) {
        return cli_run(&cli, argc - 1, argv + 1);
    }
    if (name == NULL) {
        help_noun(stderr, noun);
        return CLI_USAGE;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        help_noun(stdout, noun);
        return CLI_DONE;
    }
    cli.verb = cli_find_verb(noun, name);
    return cli.verb != NULL ? cli_run(&cli, argc - 2, argv + 2) : cli_unknown_verb(noun, name);
}

/* ---- what needs no verb ---- */

static int cli_help(int argc, char **argv)
{
    (void)argv;
    help_all(argc > 1 ? stdout : stderr, cli_nouns);
    return argc > 1 ? CLI_DONE : CLI_USAGE;
}

static int cli_help_about(int argc, char **argv)
{
    const Noun *noun = argc > 2 ? cli_find_noun(argv[2]) : NULL;
    const Verb *verb = noun != NULL && argc > 3 ? cli_find_verb(noun, argv[3]) : NULL;
    if (verb != NULL) {
        help_verb(stdout, noun, verb);
    } else if (noun != NULL && argc > 3) {
        return cli_unknown_verb(noun, argv[3]);
    } else if (noun != NULL) {
        help_noun(stdout, noun);
    } else {
        return argc > 2 ? cli_unknown_noun(argv[2]) : cli_help(argc, argv);
    }
    return CLI_DONE;
}

static int cli_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("leadspool %s\n", LEADSPOOL_VERSION);
    return CLI_DONE;
}

static int cli_check_config(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    Config config;
    Error err;
    AUTO_STRBUF problems = STRBUF_INIT;
    if (config_load(environ, &config, &problems, &err) != STATUS_OK) {
        fprintf(stderr, "%s", problems.data);
        return CLI_USAGE;
    }
    config_print(stdout, &config);
    config_done(&config);
    return CLI_DONE;
}

static const struct CliGlobal {
    const char *word;
    int (*run)(int argc, char **argv);
} cli_globals[] = {
    {"--help", cli_help},       {"-h", cli_help},         {"help", cli_help_about},
    {"--version", cli_version}, {"version", cli_version}, {"--check-config", cli_check_config},
};

/* Else the first file or connection that is opened gets the number of one that was closed, and what
 * is printed goes there. For reading only, so that writing to it fails. */
static void cli_fill_closed(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd) {
            _exit(CLI_FAILED);
        }
    }
}

int cli_main(int argc, char **argv)
{
    cli_fill_closed();
    setlocale(LC_CTYPE, "C.UTF-8"); /* for the width of what tables show */
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        return cli_help(argc, argv);
    }
    for (size_t i = 0; i < sizeof cli_globals / sizeof cli_globals[0]; i++) {
        if (strcmp(argv[1], cli_globals[i].word) == 0) {
            return cli_globals[i].run(argc, argv);
        }
    }
    const Noun *noun = cli_find_noun(argv[1]);
    return noun != NULL ? cli_noun_main(noun, argc, argv) : cli_unknown_noun(argv[1]);
}
