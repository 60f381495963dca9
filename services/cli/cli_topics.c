/* leadspool topics: the topics as they are declared, and as the broker has them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/args.h"
#include "cli/table.h"
#include "cli/topics_acl.h"
#include "runtime/topics.h"

static const CliOption topics_print_options[] = {
    {"as", "FORMAT",
     "table (default); kafka-topics: commands that make them by hand; kafka-acls: commands that "
     "grant each user of Kafka what it needs; where ADMIN_CONFIG names a file of properties, the "
     "commands log in by it"},
    ARGS_JSON,
    {0},
};
static const CliOption topics_check_options[] = {ARGS_JSON, {0}};

static const TableColumn topics_columns[] = {
    {"topic", TABLE_TEXT},
    {"partitions", TABLE_NUMBER},
    {"retention_ms", TABLE_NUMBER},
    {"cleanup_policy", TABLE_TEXT},
    {0},
};

static const TableColumn topics_state_columns[] = {
    {"topic", TABLE_TEXT},
    {"ok", TABLE_BOOL},
    {"partitions", TABLE_NUMBER},
    {"retention_ms", TABLE_NUMBER},
    {"cleanup_policy", TABLE_TEXT},
    {"replicas", TABLE_NUMBER},
    {"min_insync", TABLE_NUMBER},
    {"wanted", TABLE_TEXT},
    {0},
};

static const char *topics_policy(bool compacted)
{
    return compacted ? "compact" : "delete";
}

static void topics_add_name(const Cli *cli, const char *topic, Table *table)
{
    AUTO_FREE char *full = mem_sprintf("%s.%s", cli->config.ns, topic);
    table_add(table, full);
}

static void topics_print_commands(const Cli *cli, const BusTopicSpec specs[])
{
    for (size_t i = 0; i < topic_count; i++) {
        const BusTopicSpec *spec = &specs[i];
        printf(
            "kafka-topics.sh --bootstrap-server %s " KAFKA_TOOL_LOGIN
            " --create --if-not-exists --topic %s.%s --partitions %d --config retention.ms=%" PRId64
            " --config cleanup.policy=%s\n",
            cli->config.kafka_bootstrap_servers, cli->config.ns, spec->topic, spec->partitions,
            spec->retention_ms, topics_policy(spec->compacted));
    }
}

static Status topics_print(Cli *cli, Error *err)
{
    const char *as = cli_option(cli, "as");
    AUTO_FREE BusTopicSpec *specs = mem_alloc(topic_count * sizeof *specs);
    topics_declared(&cli->config, specs);
    if (as != NULL && strcmp(as, "kafka-topics") == 0 && !cli->json) {
        topics_print_commands(cli, specs);
        return STATUS_OK;
    }
    if (as != NULL && strcmp(as, "kafka-acls") == 0 && !cli->json) {
        topics_acl_print(cli);
        return STATUS_OK;
    }
    if (as != NULL && strcmp(as, "table") != 0) {
        return cli_usage(err,
                         "--as must be table, kafka-topics or kafka-acls, these without --json");
    }
    AUTO_TABLE table;
    table_init(&table, topics_columns);
    for (size_t i = 0; i < topic_count; i++) {
        topics_add_name(cli, specs[i].topic, &table);
        table_add_i64(&table, specs[i].partitions);
        table_add_i64(&table, specs[i].retention_ms);
        table_add(&table, topics_policy(specs[i].compacted));
    }
    table_print(cli, &table);
    return STATUS_OK;
}

/* "" when all is well */
static char *topics_wanted(const TopicState *state)
{
    const BusTopicSpec *spec = state->spec;
    if (topic_state_ok(state)) {
        return mem_strdup("");
    }
    if (state->partitions == 0) {
        return mem_strdup("it is missing: run `leadspool migrate`");
    }
    return mem_sprintf("%d partitions, retention.ms=%" PRId64 ", cleanup.policy=%s",
                       spec->partitions, spec->retention_ms, topics_policy(spec->compacted));
}

static void topics_add_state(const Cli *cli, const TopicState *state, Table *table)
{
    AUTO_FREE char *wanted = topics_wanted(state);
    topics_add_name(cli, state->spec->topic, table);
    table_add_bool(table, topic_state_ok(state));
    table_add_i64(table, state->partitions);
    table_add_i64(table, state->has.retention_ms);
    table_add(table, state->partitions > 0 ? topics_policy(state->has.compacted) : NULL);
    table_add_i64(table, state->replicas);
    table_add_i64(table, state->has.min_insync);
    table_add(table, wanted[0] != '\0' ? wanted : NULL);
}

static Status topics_check(Cli *cli, Error *err)
{
    AUTO_FREE BusTopicSpec *specs = mem_alloc(topic_count * sizeof *specs);
    AUTO_FREE TopicState *states = mem_alloc(topic_count * sizeof *states);
    topics_declared(&cli->config, specs);
    BusAdmin *admin = NULL;
    Status status = bus_admin_open(&cli->config, &admin, err);
    if (status == STATUS_OK) {
        status = topics_look(admin, specs, states, err);
    }
    bus_admin_close(admin);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TABLE table;
    int thin = 0;
    int brokers = 0;
    table_init(&table, topics_state_columns);
    for (size_t i = 0; i < topic_count; i++) {
        topics_add_state(cli, &states[i], &table);
        thin += topic_is_thin(&states[i]);
        brokers = states[i].brokers > brokers ? states[i].brokers : brokers;
        cli->exit_code = topic_state_ok(&states[i]) ? cli->exit_code : CLI_FAILED;
    }
    table_print(cli, &table);
    if (thin > 0) {
        cli_say(
            cli,
            "%d topics may lose what was confirmed with one broker of %d: they want replication "
            "factor 3 and min.insync.replicas 2",
            thin, brokers);
    }
    return STATUS_OK;
}

const Verb cli_topics_verbs[] = {
    {"print", "", 0, 0, "the topics that leadspool uses", topics_print_options,
     "topics print\n"
     "topics print --as kafka-topics | sh\n"
     "topics print --as kafka-acls | ADMIN_CONFIG=admin.properties sh",
     topics_print},
    {"check", "", 0, 0, "compare them with what the broker has; exit 1 when one differs",
     topics_check_options,
     "topics check\n"
     "topics check --json",
     topics_check},
    {0},
};
