/* upsert.h - lead.upsert: leads as a CRM sends them, many messages in one transaction. Layer:
 * services/importer.
 *
 *   prepare  read and clean the items; unknown lists reject their messages; make zone sets
 *   apply    find ─▶ lock ─▶ do-not-call ─▶ plan and write ─▶ counters ─▶ events and answers
 *
 * What prepare has read is kept for apply, which the runtime calls next, on the same thread. */
#pragma once

#include "importer/importer_state.h"
#include "runtime/work.h"

enum { UPSERT_MESSAGES_MAX = 500 };

Upsert *upsert_new(void);
void upsert_free(Upsert *upsert);

Status upsert_prepare(Work *work, Error *err);
Status upsert_apply(Work *work, Error *err);
