/* command.h - answers to commands: one reply each, the same one when a command comes again. Layer:
 * runtime.
 *
 * A recorded command is known by (ce_source, ce_id): the same content gets the same answer and has
 * no second effect, other content is rejected as id_conflict. What is idempotent by its own keys
 * (lead.upsert) is not recorded. */
#pragma once

#include "adapters/db.h"
#include "runtime/message.h"
#include "runtime/outbox.h"

enum { COMMAND_KEY_BYTES = 1024 };

/* In the transaction, before the command is applied: ends the message when it is known already, and
 * numbers its reply: the first by the time when it is handled, in microseconds, later ones by as
 * many more as there were. So the number rises also where the id comes again after its time, and
 * nobody knows of the first. now_us: as for command_record(). */
Status command_recall(Db *db, Message *message, int64_t now_us, Error *err) MUST_CHECK;
/* After it was applied or rejected, before outbox_store(). A race with its twin is STATUS_RETRY. */
Status command_record(Db *db, const Message *message, int64_t now_us, Error *err) MUST_CHECK;
/* Puts the reply into the outbox, under the command's key, or its id when that has none or one
 * beyond COMMAND_KEY_BYTES. */
void command_reply(const Message *message, Outbox *outbox);
