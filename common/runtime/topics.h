/* topics.h - every Kafka topic of leadspool, declared in one table. Layer: runtime.
 *
 * Names are without the namespace. Topics are made by `leadspool migrate`, never by a broker on its
 * own. Each topic that a service consumes has a dead-letter topic, "<topic>.dlq". */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "adapters/bus.h"

#define TOPIC_IMPORTER_COMMANDS "importer.commands"
#define TOPIC_DNC_COMMANDS      "dnc.commands"
#define TOPIC_RECYCLER_COMMANDS "recycler.commands"
#define TOPIC_EXPORTER_COMMANDS "exporter.commands"
#define TOPIC_STATS_COMMANDS    "stats.commands"
#define TOPIC_DIALER_OUTCOMES   "dialer.outcomes"
#define TOPIC_COMMAND_EVENTS    "command.events"
#define TOPIC_LEADS_DIALABLE    "leads.dialable"
#define TOPIC_LIST_EVENTS       "list.events"
#define TOPIC_LEAD_EVENTS       "lead.events"
#define TOPIC_LIST_STATS        "list.stats"
#define TOPIC_DEAD_LETTERS      ".dlq" /* behind the name of the topic that they come from */

/* The names; how many partitions each is to have, topics_declared() says. */
extern const BusTopicSpec topics[];
extern const size_t topic_count;

/* ret: topic_count entries of the caller's. */
void topics_declared(const Config *cfg, BusTopicSpec ret[]);

/* As in the table; NULL: there is no such topic. */
const BusTopicSpec *topic_spec(const char *topic);

/* The service that reads it; NULL: others do, or it is none of the topics. */
const char *topic_taken_by(const char *topic);

/* Of a dead-letter topic, how long the name is of the topic that its letters come from; else 0. */
size_t topic_source_len(const char *topic);

/* Does it carry what happened, so that nobody is answered about it? Commands and what dialers say
 * are not such. */
bool topic_is_events(const char *topic);

/* Creates these and waits until they are there for clients; never changes one that is there. */
Status
topics_create(BusAdmin *admin, const BusTopicSpec specs[], size_t count, Error *err) MUST_CHECK;

/* How one declared topic stands on the broker. */
typedef struct TopicState {
    const BusTopicSpec *spec;
    int partitions; /* 0: it does not exist */
    BusTopicSettings has;
    int replicas; /* the fewest of a partition */
    int brokers;
} TopicState;
/* specs: as topics_declared() has them. ret: topic_count entries of the caller's; they borrow
 * specs. */
Status
topics_look(BusAdmin *admin, const BusTopicSpec specs[], TopicState ret[], Error *err) MUST_CHECK;
/* Does the broker have what the table asks for? */
bool topic_state_ok(const TopicState *state);
/* May what Kafka confirmed be gone with one of several brokers? */
bool topic_is_thin(const TopicState *state);
