/* dnc_leads.h - the leads of some numbers follow the numbers' do-not-call entries. Layer:
 * runtime. */
#pragma once

#include "adapters/db.h"
#include "runtime/message.h"
#include "runtime/outbox.h"

/* Numbers to be locked, and their phones then. Begin, add ids (one may come twice), lock. */
typedef struct DncNumbers {
    DbArray ids; /* int8 */
    int64_t *phones;
    int phone_count; /* an erased number has none */
} DncNumbers;
void dnc_numbers_begin(DncNumbers *numbers);
void dnc_numbers_done(DncNumbers *numbers);
#define AUTO_DNC_NUMBERS __attribute__((cleanup(dnc_numbers_done))) DncNumbers

/* Locks the numbers, in their order: to run before their entries or leads are touched. */
Status dnc_numbers_lock(DncNumbers *numbers, Db *db, Error *err) MUST_CHECK;

/* Recomputes dnc and stage of all leads with these phones, in the open transaction: leads, counters
 * and events. message: the command that is their cause, or NULL. *ret_moved: how many
 * changed. STATUS_RETRY with code list_moved when a list changed its campaign meanwhile. */
typedef struct DncFollow {
    Db *db;
    Outbox *outbox;
    DncNumbers *numbers;
    Message *message;
    const char *correlation; /* without message: ce_id of the job's command, or NULL */
    int64_t now_us;
} DncFollow;
Status dnc_leads_follow(const DncFollow *follow, int64_t *ret_moved, Error *err) MUST_CHECK;
