/* dead_letter.h - a message that could not be applied, kept with its cause on "<topic>.dlq". Layer:
 * runtime.
 *
 * Key, value and headers stay as they were; the cause is in added headers, under the names that
 * Kafka Connect uses and that viewers know, and leadspool_error_* beside them. */
#pragma once

#include "runtime/message.h"
#include "runtime/outbox.h"

/* attempts: how often it was tried. */
void dead_letter_add(const Message *message, const char *service, int attempts, Outbox *outbox);
