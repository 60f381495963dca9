/* lead_event.h - lead.created and lead.updated. Layer: runtime.
 *
 * They say who the lead is by its ids alone: no name and no number is in them. */
#pragma once

#include "domain/stage.h"
#include "domain/text.h"
#include "runtime/outbox.h"

typedef struct LeadEvent {
    int64_t lead_id;
    const char *list_id;
    TextSlice external_id;
    Stage stage;
    const char *changed;     /* JSON array of names: lead.updated; NULL: lead.created */
    const char *correlation; /* as in Event */
    const Trace *trace;      /* the same */
    const char *cause;
    int ordinal;
    int64_t n; /* the lead_version of this transaction */
    int n_ordinal;
} LeadEvent;

void lead_event_add(Outbox *outbox, const LeadEvent *event);

/* A JSON string, or null when the text is empty. */
void lead_event_add_text(StrBuf *json, TextSlice text);
