/* cli.h - the command line's verbs, and what each of them gets. Layer: services/cli.
 *
 * A noun is a file, cli_<noun>.c, with a table of verbs; one table drives parsing, help and the
 * suggestions for typos, `leadspool reference`, the manual page and the completion. Data goes to
 * standard output, talk to standard error. Exit codes: 0 done, 1 failed or rejected, 2 usage or
 * configuration. With --json standard output gets exactly one line, also when the verb fails:
 * {"error":{"code","field","message"}}. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/db.h"
#include "base/config.h"
#include "base/error.h"
#include "base/exitcode.h"
#include "base/strbuf.h"

enum { CLI_DONE = EXITCODE_DONE, CLI_FAILED = EXITCODE_FAILED, CLI_USAGE = EXITCODE_USAGE };

typedef struct Cli Cli;

/* An option of a verb; tables end with one without a name. May be given more than once when the
 * verb asks for all of its values. */
typedef struct CliOption {
    const char *name;  /* without -- */
    const char *value; /* what help calls its value; NULL: a flag */
    const char *doc;
} CliOption;

/* A verb; tables end with one that has no run. */
typedef struct Verb {
    const char *name;  /* "create"; "" when the noun itself is the verb ("import") */
    const char *words; /* what help shows after it: "FILE" */
    int word_least;
    int word_most; /* -1: any number */
    const char *summary;
    const CliOption *options;
    const char *examples; /* lines without the leading "  leadspool" */
    /* Anything but STATUS_OK is told to the user by the caller and exits with 1, or with 2 when it
     * comes from cli_usage(). A verb that has told its failure itself sets cli->exit_code. */
    Status (*run)(Cli *cli, Error *err);
} Verb;

typedef struct Noun {
    const char *name;
    const char *summary;
    const Verb *verbs;
} Noun;

extern const Verb cli_import_verbs[];
extern const Verb cli_export_verbs[];
extern const Verb cli_list_verbs[];
extern const Verb cli_move_verbs[];
extern const Verb cli_reset_verbs[];
extern const Verb cli_job_verbs[];
extern const Verb cli_lead_verbs[];
extern const Verb cli_dnc_verbs[];
extern const Verb cli_campaign_verbs[];
extern const Verb cli_disposition_verbs[];
extern const Verb cli_rules_verbs[];
extern const Verb cli_stats_verbs[];
extern const Verb cli_top_verbs[];
extern const Verb cli_runway_verbs[];
extern const Verb cli_topics_verbs[];
extern const Verb cli_migrate_verbs[];
extern const Verb cli_doctor_verbs[];
extern const Verb cli_position_verbs[];
extern const Verb cli_epoch_verbs[];
extern const Verb cli_offer_verbs[];
extern const Verb cli_outcome_verbs[];
extern const Verb cli_explain_verbs[];
extern const Verb cli_dialer_sim_verbs[];
extern const Verb cli_dlq_verbs[];
extern const Verb cli_reference_verbs[];

/* All of them; ends with one without a name. */
extern const Noun cli_nouns[];

typedef struct CliGiven {
    const CliOption *option;
    const char *value; /* NULL for a flag */
} CliGiven;

struct Cli {
    const Noun *noun;
    const Verb *verb;
    CliGiven *given; /* options, in their order */
    int given_count;
    char **words; /* what is not an option */
    int word_count;
    Config config;
    Db *db; /* by cli_db() */
    bool json;
    bool out_terminal; /* standard output is one */
    bool talks;        /* standard input and error are terminals: questions may be asked */
    bool said;         /* standard output has its line */
    int exit_code;
};

/* The whole program; returns the exit code. */
int cli_main(int argc, char **argv);

/* ---- arguments; name must be in the verb's table ---- */

/* The last value given, or NULL. */
const char *cli_option(const Cli *cli, const char *name);
bool cli_flag(const Cli *cli, const char *name);
/* The next value after *at (start with 0), or NULL. */
const char *cli_option_next(const Cli *cli, const char *name, int *at);
/* A whole number within the limits; absent leaves *ret as it is. */
Status cli_option_i64(const Cli *cli,
                      const char *name,
                      int64_t least,
                      int64_t most,
                      int64_t *ret,
                      Error *err) MUST_CHECK;
/* A time with its zone (RFC 3339); absent leaves *ret_us as it is. */
Status cli_option_time(const Cli *cli, const char *name, int64_t *ret_us, Error *err) MUST_CHECK;
/* STATUS_BAD_INPUT with code usage: exit 2. */
Status cli_usage(Error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A usage error when the option was not given. */
Status cli_need(const Cli *cli, const char *name, Error *err) MUST_CHECK;

/* ---- what verbs use ---- */

/* The connection to the namespace's tables; opened at the first transaction. */
Db *cli_db(Cli *cli);

/* One query in a transaction of its own. */
Status
cli_query(Cli *cli, const char *sql, const DbParams *params, DbResult **ret, Error *err) MUST_CHECK;

/* The same for a look at all of a large table: read only, as long as it takes. When the process
 * ends (Ctrl-C), the server ends the query, too. */
Status cli_query_long(Cli *cli, const char *sql, const DbParams *params, DbResult **ret, Error *err)
    MUST_CHECK;

/* A line for people, on standard error; nothing with --json. */
void cli_say(const Cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The one line of --json; takes the JSON text as it is. */
void cli_put_json(Cli *cli, const char *json);

/* Untrusted text as it may be shown on a terminal. */
void cli_add_safe(StrBuf *buf, const char *text);

/* {"code":…,"field":…,"message":…} */
void cli_add_error_json(StrBuf *buf, const Error *err);

/* Asks on the terminal; with --yes the answer is yes. Off a terminal without --yes: usage error.
 * The verb has the option yes. */
Status cli_confirm(Cli *cli, const char *question, bool *ret_yes, Error *err) MUST_CHECK;
