/* outcome_read.h - what a dialer says: call.started, call.ended, offer.released. Layer:
 * services/recycler; pure. */
#pragma once

#include "runtime/message.h"

typedef enum OutcomeKind {
    OUTCOME_STARTED,
    OUTCOME_ENDED,
    OUTCOME_RELEASED,
} OutcomeKind;

enum { OUTCOME_CALL_ID_MAX = 128, OUTCOME_AGENT_MAX = 64 };

/* Text is borrowed from the message. */
typedef struct OutcomeSaid {
    OutcomeKind kind;
    int64_t lead_id;
    int64_t offer_id; /* 0: not said */
    const char *call_id;
    const char *disposition; /* as sent */
    int64_t started_us;
    int64_t duration_s;  /* -1: not said */
    int64_t callback_us; /* 0: not said */
    const char *agent;   /* NULL: not said */
    const char *callback_agent;
} OutcomeSaid;

/* STATUS_BAD_INPUT naming the field. Unknown fields are ignored: it is an event of others. */
Status outcome_read(const Message *message, OutcomeSaid *ret, Error *err) MUST_CHECK;
