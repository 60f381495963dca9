#include "cli/topics_acl.h"

#include <stdio.h>
#include <string.h>

#include "runtime/topics.h"

enum { ACL_NAMES_MAX = 8 };

typedef enum AclKind {
    ACL_TOPIC,
    ACL_DEAD_LETTERS, /* those of every topic */
    ACL_COMMANDS,     /* what services take: every topic that has dead letters */
    ACL_TOPICS,       /* all of the namespace */
    ACL_GROUP,
    ACL_GROUPS, /* all of the namespace */
} AclKind;

#define DLQ ".dlq"

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
     ACL_TOPIC,
     {TOPIC_COMMAND_EVENTS, TOPIC_LEADS_DIALABLE, TOPIC_LIST_EVENTS, TOPIC_LEAD_EVENTS,
      TOPIC_LIST_STATS}},
    {"worker", "Write", ACL_DEAD_LETTERS, {NULL}},
    {"importer", "Read", ACL_TOPIC, {TOPIC_IMPORTER_COMMANDS, TOPIC_DNC_COMMANDS}},
    {"importer", "Read", ACL_GROUP, {"importer"}},
    {"recycler", "Read", ACL_TOPIC, {TOPIC_RECYCLER_COMMANDS, TOPIC_DIALER_OUTCOMES}},
    {"recycler", "Read", ACL_GROUP, {"recycler"}},
    {"stats", "Read", ACL_TOPIC, {TOPIC_STATS_COMMANDS, TOPIC_LIST_STATS, TOPIC_LIST_EVENTS}},
    {"stats", "Read", ACL_GROUP, {"stats"}},
    {"exporter", "Read", ACL_TOPIC, {TOPIC_EXPORTER_COMMANDS}},
    {"exporter", "Read", ACL_GROUP, {"exporter"}},
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
    printf("kafka-acls.sh --bootstrap-server %s --add --allow-principal User:%s_%s "
           "--operation %s %s\n",
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
        size_t len = strlen(topic);
        if (len <= strlen(DLQ) || strcmp(topic + len - strlen(DLQ), DLQ) != 0) {
            continue;
        }
        char name[128];
        len -= rule->kind == ACL_COMMANDS ? strlen(DLQ) : 0;
        snprintf(name, sizeof name, "%.*s", (int)len, topic);
        acl_one(cli, user, rule, "topic", name);
    }
}

static void
acl_names(const Cli *cli, const char *user, const struct AclRule *rule, const char *type)
{
    for (int i = 0; i < ACL_NAMES_MAX && rule->names[i] != NULL; i++) {
        acl_one(cli, user, rule, type, rule->names[i]);
    }
}

static void acl_rule(const Cli *cli, const char *user, const struct AclRule *rule)
{
    switch (rule->kind) {
    case ACL_TOPIC:
        acl_names(cli, user, rule, "topic");
        break;
    case ACL_GROUP:
        acl_names(cli, user, rule, "group");
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
