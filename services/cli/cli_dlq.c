/* leadspool dlq: messages that could not be applied, looked at, sent again, or set aside. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/dlq_letter.h"
#include "cli/dlq_topic.h"
#include "cli/table.h"
#include "domain/text.h"
#include "runtime/topics.h"

enum { DLQ_LS_LAST = 1000, DLQ_LS_MOST = 1000000, DLQ_SEND_MS = 15000 };

#define DLQ_TOPIC                                                                                  \
    {                                                                                              \
        "topic", "TOPIC", "of this topic only: dialer.outcomes"                                    \
    }
#define DLQ_CODE                                                                                   \
    {                                                                                              \
        "code", "CODE", "with this cause only: invalid_json"                                       \
    }

static const CliOption dlq_ls_options[] = {
    DLQ_TOPIC,
    DLQ_CODE,
    {"closed", NULL, "those that were sent again or set aside, too"},
    {"last", "N", "look at the newest N of each topic (default 1000)"},
    ARGS_JSON,
    {0},
};
static const CliOption dlq_show_options[] = {
    {"raw", NULL, "its value as it is, byte for byte, and nothing else"}, ARGS_JSON, {0}};
static const CliOption dlq_act_options[] = {
    {"all", NULL, "all that are open, in place of LETTERs"},
    {"closed", NULL, "LETTERs that were sent again or set aside, too"},
    DLQ_TOPIC,
    DLQ_CODE,
    {"yes", NULL, "do not ask"},
    ARGS_JSON,
    {0},
};

static const TableColumn dlq_columns[] = {
    {"letter", TABLE_TEXT}, {"state", TABLE_TEXT},   {"at", TABLE_TEXT},
    {"code", TABLE_TEXT},   {"ce_type", TABLE_TEXT}, {"ce_id", TABLE_TEXT},
    {"field", TABLE_TEXT},  {"message", TABLE_TEXT}, {0},
};
static const TableColumn dlq_show_columns[] = {
    {"letter", TABLE_TEXT},
    {"state", TABLE_TEXT},
    {"at", TABLE_TEXT},
    {"code", TABLE_TEXT},
    {"field", TABLE_TEXT},
    {"message", TABLE_TEXT},
    {"service", TABLE_TEXT},
    {"version", TABLE_TEXT},
    {"attempts", TABLE_NUMBER},
    {"left", TABLE_TEXT},
    {"partition", TABLE_NUMBER},
    {"offset", TABLE_NUMBER},
    {"key", TABLE_TEXT},
    {"headers", TABLE_JSON},
    {"value", TABLE_TEXT},
    {"value_bytes", TABLE_NUMBER},
    {0},
};
static const TableColumn dlq_act_columns[] = {
    {"letters", TABLE_NUMBER}, {"state", TABLE_TEXT}, {"left", TABLE_NUMBER}, {0}};

/* ---- going through letters ---- */

typedef struct Letter {
    DlqTopic *topic;
    const BusRecord *record;
    const char *state;
} Letter;

typedef Status (*LetterVisit)(void *context, const Letter *letter, Error *err);

typedef struct LetterWalk {
    Cli *cli;
    bool closed;  /* those that are not open, too */
    int64_t last; /* of each topic; 0: all */
    int64_t left_out;
    LetterVisit visit;
    void *context;
} LetterWalk;

static bool letter_wanted(const LetterWalk *walk, const BusRecord *record, const char *state)
{
    const char *code = cli_option(walk->cli, "code");
    size_t len = 0;
    const char *found = bus_record_header(record, "leadspool_error_code", &len);
    bool same =
        code == NULL || (found != NULL && len == strlen(code) && memcmp(found, code, len) == 0);
    return same && (walk->closed || strcmp(state, "open") == 0);
}

static Status walk_topic(LetterWalk *walk, const char *topic, Error *err)
{
    DlqTopic letters;
    Status status = dlq_topic_open(&letters, walk->cli, topic, -walk->last, err);
    walk->left_out += status == STATUS_OK ? letters.next - letters.low : 0;
    BusRecord *record = NULL;
    const char *state = NULL;
    while (status == STATUS_OK &&
           (status = dlq_topic_next(&letters, &record, &state, err)) == STATUS_OK &&
           record != NULL) {
        if (letter_wanted(walk, record, state)) {
            status = walk->visit(walk->context, &(Letter){&letters, record, state}, err);
        }
        bus_record_free(record);
    }
    dlq_topic_close(&letters);
    return status;
}

/* Each that an option names, or all. */
static Status walk_topics(LetterWalk *walk, Error *err)
{
    const char *only = cli_option(walk->cli, "topic");
    if (only != NULL) {
        return walk_topic(walk, only, err);
    }
    Status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < topic_count; i++) {
        size_t len = topic_source_len(topics[i].topic);
        if (len > 0) {
            AUTO_FREE char *topic = mem_strndup(topics[i].topic, len);
            status = walk_topic(walk, topic, err);
        }
    }
    return status;
}

static Status letter_visit_one(LetterWalk *walk, const char *word, Error *err)
{
    DlqId id;
    DlqTopic letters = {0};
    BusRecord *record = NULL;
    const char *state = NULL;
    Status status = dlq_id_parse(word, &id, err);
    if (status == STATUS_OK) {
        status = dlq_topic_open(&letters, walk->cli, id.topic, id.offset, err);
    }
    if (status == STATUS_OK) {
        status = dlq_topic_next(&letters, &record, &state, err);
    }
    if (status == STATUS_OK && (record == NULL || record->offset != id.offset)) {
        status = error_set_field(err, "letter", "unknown_letter",
                                 "there is no dead letter %s (any more)", word);
    }
    if (status == STATUS_OK) {
        status = walk->visit(walk->context, &(Letter){&letters, record, state}, err);
    }
    bus_record_free(record);
    dlq_topic_close(&letters);
    return status;
}

static Status walk_words(LetterWalk *walk, Error *err)
{
    Status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < walk->cli->word_count; i++) {
        status = letter_visit_one(walk, walk->cli->words[i], err);
    }
    return status;
}

/* ---- cells ---- */

static void add_header(Table *table, const BusRecord *record, const char *name)
{
    size_t len = 0;
    const char *value = bus_record_header(record, name, &len);
    AUTO_FREE char *text = value != NULL && len > 0 ? mem_strndup(value, len) : NULL;
    table_add(table, text);
}

static void add_headers(Table *table, const BusRecord *record, const char *const names[], int count)
{
    for (int i = 0; i < count; i++) {
        add_header(table, record, names[i]);
    }
}

static void add_id(Table *table, const Letter *letter)
{
    AUTO_FREE char *id = mem_sprintf("%s/%" PRId64, letter->topic->topic, letter->record->offset);
    table_add(table, id);
    table_add(table, letter->state);
}

/* Bytes that are no text are none. */
static void add_text(Table *table, const char *bytes, size_t len)
{
    size_t bad_at = 0;
    bool is_text = bytes != NULL && text_utf8_valid(bytes, len, &bad_at) && !memchr(bytes, 0, len);
    AUTO_FREE char *text = is_text ? mem_strndup(bytes, len) : NULL;
    table_add(table, text);
}

/* What the sender gave. */
static void add_sent_headers(Table *table, const BusRecord *record)
{
    AUTO_JSON json_t *all = json_object();
    for (int i = 0; i < record->header_count; i++) {
        const BusHeader *header = &record->headers[i];
        if (!dlq_header_added(header)) {
            json_object_set_new(all, header->name,
                                header->value != NULL ? json_stringn(header->value, header->len)
                                                      : json_null());
        }
    }
    AUTO_FREE char *text = json_dumps(all, JSON_COMPACT | JSON_ENSURE_ASCII);
    table_add(table, text);
}

/* ---- ls ---- */

static Status ls_visit(void *context, const Letter *letter, Error *err)
{
    static const char *const names[] = {"leadspool_error_at",
                                        "leadspool_error_code",
                                        "ce_type",
                                        "ce_id",
                                        "leadspool_error_field",
                                        "__connect.errors.exception.message"};
    (void)err;
    add_id(context, letter);
    add_headers(context, letter->record, names, sizeof names / sizeof names[0]);
    return STATUS_OK;
}

static Status dlq_ls(Cli *cli, Error *err)
{
    AUTO_TABLE table;
    table_init(&table, dlq_columns);
    LetterWalk walk = {.cli = cli,
                       .closed = cli_flag(cli, "closed"),
                       .last = DLQ_LS_LAST,
                       .visit = ls_visit,
                       .context = &table};
    Status status = cli_option_i64(cli, "last", 1, DLQ_LS_MOST, &walk.last, err);
    if (status == STATUS_OK) {
        status = walk_topics(&walk, err);
    }
    if (status == STATUS_OK) {
        table_print(cli, &table);
    }
    if (status == STATUS_OK && walk.left_out > 0) {
        cli_say(cli, "%" PRId64 " older letters were not looked at: --last", walk.left_out);
    }
    return status;
}

/* ---- show ---- */

static Status show_visit(void *context, const Letter *letter, Error *err)
{
    static const char *const names[] = {
        "leadspool_error_at",         "leadspool_error_code",
        "leadspool_error_field",      "__connect.errors.exception.message",
        "leadspool_error_service",    "leadspool_error_version",
        "leadspool_error_attempts",   "leadspool_error_left",
        "__connect.errors.partition", "__connect.errors.offset"};
    const BusRecord *record = letter->record;
    (void)err;
    add_id(context, letter);
    add_headers(context, record, names, sizeof names / sizeof names[0]);
    add_text(context, record->key, record->key_len);
    add_sent_headers(context, record);
    add_text(context, record->value, record->value_len);
    table_add_i64(context, (int64_t)record->value_len);
    return STATUS_OK;
}

static Status raw_visit(void *context, const Letter *letter, Error *err)
{
    (void)context;
    (void)err;
    fwrite(letter->record->value, 1, letter->record->value_len, stdout);
    return STATUS_OK;
}

static Status dlq_show(Cli *cli, Error *err)
{
    bool raw = cli_flag(cli, "raw");
    if (raw && cli->json) {
        return cli_usage(err, "--raw and --json exclude each other");
    }
    AUTO_TABLE table;
    table_init(&table, dlq_show_columns);
    LetterWalk walk = {.cli = cli, .visit = raw ? raw_visit : show_visit, .context = &table};
    Status status = walk_words(&walk, err);
    if (status == STATUS_OK && !raw) {
        table_print_one(cli, &table);
    }
    return status;
}

/* ---- replay, drop ---- */

typedef struct LetterAct {
    Producer *producer; /* NULL: they are only marked */
    const char *state;
    bool closed;    /* those that are not open, too */
    bool only_asks; /* how many it would be */
    int64_t count;
    int64_t left;
    Error first_left;
} LetterAct;

/* STATUS_BAD_INPUT: it is to be left as it is. */
static Status act_check_letter(const LetterAct *act,
                               const Letter *letter,
                               BusHeader headers[],
                               BusMessage *ret_message,
                               Error *err)
{
    if (!act->closed && strcmp(letter->state, "open") != 0) {
        return error_set(err, STATUS_BAD_INPUT, "closed_letter",
                         "%s/%" PRId64 " was %s already: --closed does it again",
                         letter->topic->topic, letter->record->offset, letter->state);
    }
    return act->producer == NULL ? STATUS_OK
                                 : dlq_letter_original(letter->record, letter->topic->topic,
                                                       headers, ret_message, err);
}

/* Sent before it is marked: a crash between sends it twice under one ce_id, which is known. */
static Status
act_do(const LetterAct *act, const Letter *letter, const BusMessage *message, Error *err)
{
    Status status = act->producer != NULL
                        ? producer_send_wait(act->producer, message, DLQ_SEND_MS, err)
                        : STATUS_OK;
    return status == STATUS_OK ? dlq_topic_mark(letter->topic, letter->record, act->state, err)
                               : status;
}

static Status act_visit(void *context, const Letter *letter, Error *err)
{
    LetterAct *act = context;
    BusHeader headers[BUS_HEADERS_MAX];
    BusMessage message;
    Error why;
    if (act_check_letter(act, letter, headers, &message, &why) != STATUS_OK) {
        if (act->left++ == 0) {
            act->first_left = why;
        }
        return STATUS_OK;
    }
    Status status = act->only_asks ? STATUS_OK : act_do(act, letter, &message, err);
    act->count += status == STATUS_OK;
    return status;
}

static Status act_walk(Cli *cli, LetterAct *act, Error *err)
{
    LetterWalk walk = {.cli = cli, .visit = act_visit, .context = act};
    return cli->word_count > 0 ? walk_words(&walk, err) : walk_topics(&walk, err);
}

static Status act_check_words(const Cli *cli, Error *err)
{
    if (cli_flag(cli, "all") == (cli->word_count > 0)) {
        return cli_usage(err, "LETTERs, or --all: `leadspool dlq ls` shows them");
    }
    if (cli->word_count > 0 && (cli_option(cli, "topic") || cli_option(cli, "code"))) {
        return cli_usage(err, "--topic and --code go with --all");
    }
    if (cli->word_count == 0 && cli_flag(cli, "closed")) {
        return cli_usage(err, "--closed goes with LETTERs");
    }
    return STATUS_OK;
}

/* What stands on the question: how many, and what happens to them. */
static Status act_ask(Cli *cli, const LetterAct *act, const char *what, bool *ret_yes, Error *err)
{
    LetterAct asked = *act;
    asked.only_asks = true;
    Status status = act_walk(cli, &asked, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_FREE char *question = mem_sprintf("%" PRId64 " %s %s.", asked.count,
                                           asked.count == 1 ? "letter is" : "letters are", what);
    return cli_confirm(cli, question, ret_yes, err);
}

static Status act_tell(Cli *cli, const LetterAct *act)
{
    if (act->left > 0) {
        cli->exit_code = CLI_FAILED;
        cli_say(cli, "%" PRId64 " left as they are; the first: %s", act->left,
                act->first_left.text);
    }
    AUTO_TABLE table;
    table_init(&table, dlq_act_columns);
    table_add_i64(&table, act->count);
    table_add(&table, act->state);
    table_add_i64(&table, act->left);
    table_print_one(cli, &table);
    return STATUS_OK;
}

static Status act_run(Cli *cli, LetterAct *act, const char *what, Error *err)
{
    bool yes = false;
    Status status = act_check_words(cli, err);
    if (status == STATUS_OK) {
        act->closed = cli_flag(cli, "closed");
        status = act_ask(cli, act, what, &yes, err);
    }
    if (status != STATUS_OK || !yes) {
        cli->exit_code = CLI_FAILED;
        return status;
    }
    status = act_walk(cli, act, err);
    if (status != STATUS_OK && act->count > 0) {
        cli_say(cli, "%" PRId64 " before this one were %s", act->count, act->state);
    }
    return status == STATUS_OK ? act_tell(cli, act) : status;
}

static void replay_delivered(void *context, void *tag, const Error *err)
{
    (void)context;
    (void)tag;
    (void)err;
}

static Status dlq_replay(Cli *cli, Error *err)
{
    LetterAct act = {.state = "replayed"};
    Status status = producer_open(&cli->config, replay_delivered, NULL, &act.producer, err);
    if (status == STATUS_OK) {
        status = act_run(cli, &act, "sent again, behind all that was sent since", err);
    }
    producer_close(act.producer);
    return status;
}

static Status dlq_drop(Cli *cli, Error *err)
{
    LetterAct act = {.state = "dropped"};
    return act_run(cli, &act, "set aside, and not shown as open any more", err);
}

const Verb cli_dlq_verbs[] = {
    {"ls", "", 0, 0, "messages that could not be applied, and why", dlq_ls_options,
     "dlq ls\n"
     "dlq ls --topic dialer.outcomes --code invalid_json\n"
     "dlq ls --closed --json",
     dlq_ls},
    {"show", "LETTER", 1, 1, "one of them, whole", dlq_show_options,
     "dlq show dialer.outcomes/12\n"
     "dlq show importer.commands/0 --raw > message.json",
     dlq_show},
    {"replay", "[LETTER...]", 0, -1, "send them again, once their cause is mended", dlq_act_options,
     "dlq replay dialer.outcomes/12\n"
     "dlq replay --all --topic importer.commands --yes",
     dlq_replay},
    {"drop", "[LETTER...]", 0, -1, "set them aside", dlq_act_options,
     "dlq drop dialer.outcomes/12\n"
     "dlq drop --all --code invalid_json --yes",
     dlq_drop},
    {0},
};
