/* upsert_reply.h - answers to lead.upsert, and the events of what it changed. Layer:
 * services/importer. */
#pragma once

#include "importer/upsert_plan.h"
#include "runtime/work.h"

/* items: those of the message, in order. is_many: they came as leads[]. */
void upsert_reply(Message *message, const UpsertItem items[], int count, bool is_many);

/* lead.created and lead.updated for the items that did something. */
void upsert_tell(Message *message, const UpsertItem items[], int count, Outbox *outbox);
