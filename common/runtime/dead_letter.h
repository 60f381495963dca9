/* dead_letter.h - a message that could not be applied, kept with its cause on "<topic>.dlq". Layer:
 * runtime.
 *
 * Key, value and headers stay as they were; the cause is in added headers, under the names that
 * Kafka Connect uses and that viewers know, and leadspool_error_* beside them.
 *
 * Beyond DEAD_LETTER_MAX_BYTES, what would make the letter too large to be sent stays on the topic
 * that it was read from (value first, then headers that are not small, then the key), and
 * leadspool_error_left names it. */
#pragma once

#include "runtime/message.h"
#include "runtime/outbox.h"

/* Below Kafka's usual limit of a million bytes, with our own headers. */
enum { DEAD_LETTER_MAX_BYTES = 900 * 1000 };

/* attempts: how often it was tried. */
void dead_letter_add(const Message *message, const char *service, int attempts, Outbox *outbox);
