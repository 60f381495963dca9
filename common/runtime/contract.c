#include "runtime/contract.h"

#include <string.h>

#include "base/mem.h"
#include "runtime/topics.h"

const ContractMessage contract[] = {
    {"list.create", TOPIC_IMPORTER_COMMANDS, "command"},
    {"list.update", TOPIC_IMPORTER_COMMANDS, "command"},
    {"list.delete", TOPIC_IMPORTER_COMMANDS, "command"},
    {"list.import", TOPIC_IMPORTER_COMMANDS, "command"},
    {"import.undo", TOPIC_IMPORTER_COMMANDS, "command"},
    {"leads.move", TOPIC_IMPORTER_COMMANDS, "command"},
    {"lead.upsert", TOPIC_IMPORTER_COMMANDS, "command"},
    {"lead.delete", TOPIC_IMPORTER_COMMANDS, "command"},
    {"lead.erase", TOPIC_IMPORTER_COMMANDS, "command"},
    {"dnc.add", TOPIC_DNC_COMMANDS, "command"},
    {"dnc.remove", TOPIC_DNC_COMMANDS, "command"},
    {"dnc.import", TOPIC_DNC_COMMANDS, "command"},
    {"campaign.put", TOPIC_RECYCLER_COMMANDS, "command"},
    {"campaign.refill", TOPIC_RECYCLER_COMMANDS, "command"},
    {"disposition.put", TOPIC_RECYCLER_COMMANDS, "command"},
    {"recycle_rule.put", TOPIC_RECYCLER_COMMANDS, "command"},
    {"recycle_rule.delete", TOPIC_RECYCLER_COMMANDS, "command"},
    {"list.reset", TOPIC_RECYCLER_COMMANDS, "command"},
    {"list.export", TOPIC_EXPORTER_COMMANDS, "command"},
    {"stats.rebuild", TOPIC_STATS_COMMANDS, "command"},
    {"stats.reconcile", TOPIC_STATS_COMMANDS, "command"},
    {"job.cancel", NULL, "command"},
    {"call.started", TOPIC_DIALER_OUTCOMES, "outcome"},
    {"call.ended", TOPIC_DIALER_OUTCOMES, "outcome"},
    {"offer.released", TOPIC_DIALER_OUTCOMES, "outcome"},
    {"command.completed", TOPIC_COMMAND_EVENTS, "reply"},
    {"command.rejected", TOPIC_COMMAND_EVENTS, "reply"},
    {"command.accepted", TOPIC_COMMAND_EVENTS, "reply"},
    {"offer.made", TOPIC_LEADS_DIALABLE, "event"},
    {"offer.revoked", TOPIC_LEADS_DIALABLE, "event"},
    {"offer.expired", TOPIC_LEADS_DIALABLE, "event"},
    {"list.created", TOPIC_LIST_EVENTS, "event"},
    {"list.updated", TOPIC_LIST_EVENTS, "event"},
    {"list.deleted", TOPIC_LIST_EVENTS, "event"},
    {"list.repaired", TOPIC_LIST_EVENTS, "event"},
    {"job.accepted", TOPIC_LIST_EVENTS, "event"},
    {"job.started", TOPIC_LIST_EVENTS, "event"},
    {"job.progress", TOPIC_LIST_EVENTS, "event"},
    {"job.completed", TOPIC_LIST_EVENTS, "event"},
    {"job.failed", TOPIC_LIST_EVENTS, "event"},
    {"job.cancelled", TOPIC_LIST_EVENTS, "event"},
    {"lead.created", TOPIC_LEAD_EVENTS, "event"},
    {"lead.updated", TOPIC_LEAD_EVENTS, "event"},
    {"lead.attempted", TOPIC_LEAD_EVENTS, "event"},
    {"lead.finished", TOPIC_LEAD_EVENTS, "event"},
    {"list.stats", TOPIC_LIST_STATS, "event"},
};
const size_t contract_count = sizeof contract / sizeof contract[0];

/* topic NULL: all command topics, as for job.cancel. */
static bool contract_is(const ContractMessage *message, const char *topic, const char *type)
{
    bool same = topic == NULL || message->topic == NULL ? topic == message->topic
                                                        : strcmp(message->topic, topic) == 0;
    return same && strcmp(message->type, type) == 0;
}

bool contract_has(const char *topic, const char *type)
{
    for (size_t i = 0; i < contract_count; i++) {
        if (contract_is(&contract[i], topic, type)) {
            return true;
        }
    }
    return false;
}

static bool contract_kept(const ContractMessage *message, const Handler handlers[])
{
    for (const Handler *handler = handlers; handler->type != NULL; handler++) {
        if (contract_is(message, handler->topic, handler->type)) {
            return true;
        }
    }
    return false;
}

static const ContractMessage *contract_unkept(const char *topic, const Handler handlers[])
{
    for (size_t i = 0; i < contract_count; i++) {
        bool ours = contract[i].topic != NULL && strcmp(contract[i].topic, topic) == 0;
        if (ours && !contract_kept(&contract[i], handlers)) {
            return &contract[i];
        }
    }
    return NULL;
}

static bool contract_reads(const char *service, const char *topic)
{
    const char *taken_by = topic_taken_by(topic);
    return taken_by != NULL && strcmp(taken_by, service) == 0;
}

char *contract_breach(const char *service,
                      const char *const service_topics[],
                      int count,
                      const Handler handlers[])
{
    for (const Handler *handler = handlers; handler->type != NULL; handler++) {
        if (!contract_has(handler->topic, handler->type)) {
            return mem_sprintf("%s of %s", handler->type, handler->topic);
        }
    }
    for (int i = 0; i < count; i++) {
        if (!contract_reads(service, service_topics[i])) {
            return mem_sprintf("%s reads %s", service, service_topics[i]);
        }
        const ContractMessage *unkept = topic_is_events(service_topics[i])
                                            ? NULL
                                            : contract_unkept(service_topics[i], handlers);
        if (unkept != NULL) {
            return mem_sprintf("%s of %s", unkept->type, unkept->topic);
        }
    }
    return NULL;
}
