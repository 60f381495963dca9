/* lead_tell.h - events of leads that dialing changed: lead.updated, lead.attempted, lead.finished,
 * and what goes to dialers. Layer: runtime.
 *
 * To be called after lead_dials_write(), so that their number is the lead's new version; several of
 * one lead in one transaction are numbered in the order of the calls. No name and no number is in
 * them, but in offer.made. */
#pragma once

#include "runtime/lead_dial.h"
#include "runtime/message.h"
#include "runtime/outbox.h"

typedef struct LeadTell {
    Outbox *outbox;
    const LeadDials *dials;
    Message *message;        /* their cause; NULL: time is, or the job */
    const char *correlation; /* without message: ce_id of the job's command, or NULL */
} LeadTell;

/* row: index in dials. changed: JSON array of names. */
void lead_tell_updated(const LeadTell *tell, int row, const ListGate *gate, const char *changed);
/* When the stage became dnc, invalid, finished or exhausted by this transaction; else nothing. */
void lead_tell_finished(const LeadTell *tell, int row, const ListGate *gate, const char *reason);

typedef struct LeadAttempt {
    const char *call_id;
    const char *disposition;
    int64_t offer_id; /* 0: nobody offered it */
    int64_t started_us;
    bool contact;
} LeadAttempt;
void lead_tell_attempted(const LeadTell *tell,
                         int row,
                         const ListGate *gate,
                         const LeadAttempt *attempt);

/* On leads.dialable. fields: further JSON members with a comma in front, or "". */
void lead_tell_offer(const LeadTell *tell,
                     int row,
                     const ListGate *gate,
                     const char *type,
                     int64_t offer_id,
                     const char *fields);
