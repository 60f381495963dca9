#include "cli/topics_acl.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "runtime/topics.h"

enum { ACL_NAMES_MAX = 8 };

typedef enum AclKind {
    ACL_NAMED,        /* these topics */
    ACL_TAKEN,        /* those that the service reads */
    ACL_DEAD_LETTERS, /* those of every topic */
    ACL_COMMANDS,     /* what others than services write and services take */
    ACL_TOPICS,       /* all of the namespace */
    ACL_GROUP,        /* the service's */
    ACL_GROUPS,       /* all of the namespace */
} AclKind;

/* The relay of any worker publishes what any other has put into the outbox: events and dead letters
 * are everybody's to write, the services' own topics are theirs alone to read. */
static const struct AclRule {
    const char *user; /* "worker": each of the services */
    const char *operation;
    AclKind kind;
    const char *names[ACL_NAMES_MAX];
} acl_rules[] = {
    {"worker",
     "Write",
     ACL_NAMED,
     {TOPIC_COMMAND_EVENTS, TOPIC_LEADS_DIALABLE, TOPIC_LIST_EVENTS, TOPIC_LEAD_EVENTS,
      TOPIC_LIST_STATS}},
    {"worker", "Write", ACL_DEAD_LETTERS, {NULL}},
    {"worker", "Read", ACL_TAKEN, {NULL}},
    {"worker", "Read", ACL_GROUP, {NULL}},
    {"cli", "Write", ACL_COMMANDS, {NULL}},
    {"cli", "Read", ACL_TOPICS, {NULL}},
    {"cli", "DescribeConfigs", ACL_TOPICS, {NULL}},
    {"cli", "Read", ACL_GROUPS, {NULL}},
    {"owner", "Create", ACL_TOPICS, {NULL}},
    {"owner", "Describe", ACL_TOPICS, {NULL}},
};

static const char *const acl_workers[] = {"importer", "recycler", "stats", "exporter"};

static void acl_line(const Cli *cli, const char *user, const char *operation, const char *resource)
{
    printf("kafka-acls.sh --bootstrap-server %s " KAFKA_TOOL_LOGIN
           " --add --allow-principal User:%s_%s --operation %s %s\n",
           cli->config.kafka_bootstrap_servers, cli->config.ns, user, operation, resource);
}

static void acl_one(const Cli *cli,
                    const char *user,
                    const struct AclRule *rule,
                    const char *type,
                    const char *name)
{
    char resource[256];
    snprintf(resource, sizeof resource, "--%s %s.%s", type, cli->config.ns, name);
    acl_line(cli, user, rule->operation, resource);
}

static void
acl_whole(const Cli *cli, const char *user, const struct AclRule *rule, const char *type)
{
    char resource[256];
    snprintf(resource, sizeof resource, "--resource-pattern-type prefixed --%s %s.", type,
             cli->config.ns);
    acl_line(cli, user, rule->operation, resource);
}

/* By the declared dead-letter topics: themselves, or those that they are of. */
static void acl_of_letters(const Cli *cli, const char *user, const struct AclRule *rule)
{
    for (size_t i = 0; i < topic_count; i++) {
        const char *topic = topics[i].topic;
        size_t source = topic_source_len(topic);
        bool commands = rule->kind == ACL_COMMANDS;
        AUTO_FREE char *name = mem_strndup(topic, commands ? source : strlen(topic));
        if (source > 0 && !(commands && topic_is_events(name))) {
            acl_one(cli, user, rule, "topic", name);
        }
    }
}

static void acl_of_taken(const Cli *cli, const char *user, const struct AclRule *rule)
{
    for (size_t i = 0; i < topic_count; i++) {
        if (topics[i].taken_by != NULL && strcmp(topics[i].taken_by, user) == 0) {
            acl_one(cli, user, rule, "topic", topics[i].topic);
        }
    }
}

static void acl_of_named(const Cli *cli, const char *user, const struct AclRule *rule)
{
    for (int i = 0; i < ACL_NAMES_MAX && rule->names[i] != NULL; i++) {
        acl_one(cli, user, rule, "topic", rule->names[i]);
    }
}

static void acl_rule(const Cli *cli, const char *user, const struct AclRule *rule)
{
    switch (rule->kind) {
    case ACL_NAMED:
        acl_of_named(cli, user, rule);
        break;
    case ACL_TAKEN:
        acl_of_taken(cli, user, rule);
        break;
    case ACL_GROUP:
        acl_one(cli, user, rule, "group", user);
        break;
    case ACL_DEAD_LETTERS:
    case ACL_COMMANDS:
        acl_of_letters(cli, user, rule);
        break;
    case ACL_TOPICS:
        acl_whole(cli, user, rule, "topic");
        break;
    case ACL_GROUPS:
        acl_whole(cli, user, rule, "group");
        break;
    }
}

void topics_acl_print(const Cli *cli)
{
    for (size_t i = 0; i < sizeof acl_rules / sizeof acl_rules[0]; i++) {
        const struct AclRule *rule = &acl_rules[i];
        if (strcmp(rule->user, "worker") != 0) {
            acl_rule(cli, rule->user, rule);
            continue;
        }
        for (size_t w = 0; w < sizeof acl_workers / sizeof acl_workers[0]; w++) {
            acl_rule(cli, acl_workers[w], rule);
        }
    }
}
