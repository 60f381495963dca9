/* stage.h - where a lead stands in dialing. Layer: domain; pure.
 *
 * The stage is never edited: it is a function of stored facts, never of the clock. Its numbers are
 * stored in leads.stage, in the order of precedence. */
#pragma once

#include <stdbool.h>

typedef enum Stage {
    STAGE_DNC = 1,   /* its number is on a do-not-call list */
    STAGE_INVALID,   /* the number turned out not to be dialable */
    STAGE_FINISHED,  /* a final disposition */
    STAGE_OFFERED,   /* an offer is live or reserved */
    STAGE_EXHAUSTED, /* every allowed attempt is used, or no rule for its disposition */
    STAGE_READY,     /* attempts left */
    STAGE_END,
} Stage;

typedef struct StageFacts {
    bool dnc;
    bool invalid;   /* the last disposition says so */
    bool finished;  /* the last disposition is final */
    bool offered;   /* an offer row is open */
    bool exhausted; /* by the present campaign's rules */
} StageFacts;

/* What the last call, or the rules that hold now, say of a lead: bits of leads.hold. */
typedef enum LeadHold {
    LEAD_HOLD_FINAL = 1,
    LEAD_HOLD_INVALID = 2,
    LEAD_HOLD_EXHAUSTED = 4,
    LEAD_HOLD_RENUMBERED = 8, /* no hold: its last call went to another number than it has now */
} LeadHold;

StageFacts stage_facts(bool dnc, unsigned hold, bool offered);
Stage stage_of(const StageFacts *facts);

/* "dnc", "invalid", ... as in messages and table columns. */
const char *stage_name(Stage stage);
