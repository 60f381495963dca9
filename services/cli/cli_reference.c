/* leadspool reference: the tables that the product works by, for people, and for what is made of
 * them (docs/reference, man, completion, schemas/asyncapi.yaml). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/mem.h"
#include "base/metric_table.h"
#include "base/suggest.h"
#include "cli/args.h"
#include "cli/table.h"
#include "runtime/contract.h"
#include "runtime/live_key.h"
#include "runtime/topics.h"

static void reference_settings(const Config *cfg, Table *table)
{
    (void)cfg;
    ConfigDoc doc;
    for (size_t at = 0; config_doc(at, &doc); at++) {
        table_add(table, doc.name);
        table_add(table, doc.default_value);
        table_add(table, doc.allowed);
        table_add_bool(table, doc.secret);
        table_add(table, doc.doc);
    }
}

static void reference_topics(const Config *cfg, Table *table)
{
    AUTO_FREE BusTopicSpec *specs = mem_alloc(topic_count * sizeof *specs);
    topics_declared(cfg, specs);
    for (size_t i = 0; i < topic_count; i++) {
        table_add(table, specs[i].topic);
        table_add(table, specs[i].key);
        table_add_i64(table, specs[i].partitions);
        table_add_i64(table, specs[i].retention_ms);
        table_add_bool(table, specs[i].compacted);
        table_add(table, specs[i].taken_by);
        table_add(table, specs[i].about);
    }
}

static void reference_messages(const Config *cfg, Table *table)
{
    (void)cfg;
    for (size_t i = 0; i < contract_count; i++) {
        table_add(table, contract[i].type);
        table_add(table, contract[i].topic);
        table_add(table, contract[i].kind);
    }
}

static void reference_redis(const Config *cfg, Table *table)
{
    (void)cfg;
    for (LiveKind kind = 0; kind < LIVE_KIND_END; kind++) {
        const LiveKeySpec *spec = live_key_spec(kind);
        char key[LIVE_KEY_SIZE];
        live_key(key, "NS", kind, "ID");
        table_add(table, key);
        table_add(table, spec->type);
        table_add(table, spec->about);
        table_add(table, spec->expires);
    }
}

static void reference_metrics(const Config *cfg, Table *table)
{
    (void)cfg;
    static const char *const types[] = {"counter", "gauge", "histogram"};
    for (size_t i = 0; i < metric_table_count; i++) {
        const Metric *metric = metric_table[i];
        bool two = metric->labels[0] != NULL && metric->labels[1] != NULL;
        AUTO_FREE char *labels =
            mem_sprintf("%s%s%s", metric->labels[0] != NULL ? metric->labels[0] : "",
                        two ? ", " : "", two ? metric->labels[1] : "");
        table_add(table, metric->name);
        table_add(table, types[metric->type]);
        table_add(table, metric->unit);
        table_add(table, labels);
        table_add(table, metric->services[0] != '\0' ? metric->services : "all");
        table_add(table, metric->help);
    }
}

static void reference_exit_codes(const Config *cfg, Table *table)
{
    (void)cfg;
    for (size_t i = 0; i < exit_code_count; i++) {
        table_add_i64(table, exit_codes[i].code);
        table_add(table, exit_codes[i].command);
        table_add(table, exit_codes[i].worker);
    }
}

typedef void ReferenceVerb(Table *table, const char *name, const Verb *verb);

static void reference_each_verb(Table *table, ReferenceVerb *add)
{
    for (const Noun *noun = cli_nouns; noun->name != NULL; noun++) {
        for (const Verb *verb = noun->verbs; verb->run != NULL; verb++) {
            AUTO_FREE char *name =
                mem_sprintf("%s%s%s", noun->name, verb->name[0] != '\0' ? " " : "", verb->name);
            add(table, name, verb);
        }
    }
}

static void reference_add_verb(Table *table, const char *name, const Verb *verb)
{
    table_add(table, name);
    table_add(table, verb->words);
    table_add(table, verb->summary);
    table_add(table, verb->examples);
}

static void reference_verbs(const Config *cfg, Table *table)
{
    (void)cfg;
    reference_each_verb(table, reference_add_verb);
}

static void reference_add_options(Table *table, const char *name, const Verb *verb)
{
    for (const CliOption *option = verb->options; option->name != NULL; option++) {
        table_add(table, name);
        table_add(table, option->name);
        table_add(table, option->value);
        table_add(table, option->doc);
    }
}

static void reference_options(const Config *cfg, Table *table)
{
    (void)cfg;
    reference_each_verb(table, reference_add_options);
}

static void reference_nouns(const Config *cfg, Table *table)
{
    (void)cfg;
    for (const Noun *noun = cli_nouns; noun->name != NULL; noun++) {
        table_add(table, noun->name);
        table_add(table, noun->summary);
    }
}

enum { REFERENCE_COLUMNS_MAX = 8 };

static const struct Reference {
    const char *name;
    void (*fill)(const Config *cfg, Table *table);
    TableColumn columns[REFERENCE_COLUMNS_MAX];
} references[] = {
    {"settings",
     reference_settings,
     {{"setting", TABLE_TEXT},
      {"default", TABLE_TEXT},
      {"allowed", TABLE_TEXT},
      {"secret", TABLE_BOOL},
      {"about", TABLE_TEXT}}},
    {"topics",
     reference_topics,
     {{"topic", TABLE_TEXT},
      {"key", TABLE_TEXT},
      {"partitions", TABLE_NUMBER},
      {"retention_ms", TABLE_NUMBER},
      {"compacted", TABLE_BOOL},
      {"taken_by", TABLE_TEXT},
      {"about", TABLE_TEXT}}},
    {"messages",
     reference_messages,
     {{"message", TABLE_TEXT}, {"topic", TABLE_TEXT}, {"kind", TABLE_TEXT}}},
    {"redis",
     reference_redis,
     {{"key", TABLE_TEXT}, {"type", TABLE_TEXT}, {"about", TABLE_TEXT}, {"expires", TABLE_TEXT}}},
    {"metrics",
     reference_metrics,
     {{"metric", TABLE_TEXT},
      {"type", TABLE_TEXT},
      {"unit", TABLE_TEXT},
      {"labels", TABLE_TEXT},
      {"worker", TABLE_TEXT},
      {"about", TABLE_TEXT}}},
    {"exit-codes",
     reference_exit_codes,
     {{"code", TABLE_NUMBER}, {"command", TABLE_TEXT}, {"worker", TABLE_TEXT}}},
    {"nouns", reference_nouns, {{"noun", TABLE_TEXT}, {"about", TABLE_TEXT}}},
    {"verbs",
     reference_verbs,
     {{"verb", TABLE_TEXT},
      {"words", TABLE_TEXT},
      {"about", TABLE_TEXT},
      {"examples", TABLE_TEXT}}},
    {"options",
     reference_options,
     {{"verb", TABLE_TEXT}, {"option", TABLE_TEXT}, {"value", TABLE_TEXT}, {"about", TABLE_TEXT}}},
};
enum { REFERENCE_COUNT = sizeof references / sizeof references[0] };

static Status reference_unknown(const char *typed, Error *err)
{
    Suggest suggest = SUGGEST_INIT(typed);
    for (int i = 0; i < REFERENCE_COUNT; i++) {
        suggest_offer(&suggest, references[i].name);
    }
    return suggest.best != NULL
               ? cli_usage(err, "there is no table \"%s\"; did you mean %s?", typed, suggest.best)
               : cli_usage(err, "there is no table \"%s\"; `leadspool reference` lists them",
                           typed);
}

static const TableColumn reference_names[] = {{"table", TABLE_TEXT}, {0}};

static Status reference_run(Cli *cli, Error *err)
{
    const char *name = cli->word_count > 0 ? cli->words[0] : NULL;
    AUTO_TABLE table;
    table_init(&table, reference_names);
    for (int i = 0; i < REFERENCE_COUNT; i++) {
        if (name == NULL) {
            table_add(&table, references[i].name);
        } else if (strcmp(name, references[i].name) == 0) {
            table_init(&table, references[i].columns);
            references[i].fill(&cli->config, &table);
            table_print(cli, &table);
            return STATUS_OK;
        }
    }
    if (name != NULL) {
        return reference_unknown(name, err);
    }
    table_print(cli, &table);
    return STATUS_OK;
}

static const CliOption reference_options_own[] = {ARGS_JSON, {0}};

const Verb cli_reference_verbs[] = {
    {"", "[TABLE]", 0, 1, "settings, topics, messages, Redis keys, metrics, exit codes and verbs",
     reference_options_own,
     "reference\n"
     "reference settings\n"
     "reference options --json",
     reference_run},
    {0},
};
