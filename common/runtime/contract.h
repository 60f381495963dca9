/* contract.h - every message that others see, in one table. Layer: runtime.
 *
 * schemas/asyncapi.yaml and docs/reference/messages.md are made of it; schemas/messages/TYPE.json
 * says what a message holds. A service does not start when what it takes differs from the table,
 * and what is told and is not in the table fails an assertion (outbox.c). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "runtime/work.h"

typedef struct ContractMessage {
    const char *type;
    const char *topic; /* NULL: each command topic */
    const char *kind;  /* command, outcome, reply, event */
} ContractMessage;

extern const ContractMessage contract[];
extern const size_t contract_count;

bool contract_has(const char *topic, const char *type);

/* What a service of this name, these topics and these handlers takes besides the tables, or fails
 * to take: NULL, or a text such as "list.create of importer.commands"; the caller's to free. Of
 * topics of events a service takes what it wants. */
char *contract_breach(const char *service,
                      const char *const service_topics[],
                      int count,
                      const Handler handlers[]);
