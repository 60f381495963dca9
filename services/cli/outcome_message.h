/* outcome_message.h - what a dialer says on dialer.outcomes, as messages. Layer: services/cli.
 *
 * Used by dialer-sim and by `leadspool outcome`. */
#pragma once

#include <stdint.h>

#include "adapters/bus.h"
#include "base/strbuf.h"

typedef enum OutcomeType { OUTCOME_STARTED, OUTCOME_ENDED, OUTCOME_RELEASED } OutcomeType;

/* Texts that are NULL and times that are 0 are left out. */
typedef struct Outcome {
    OutcomeType type;
    const char *source; /* ce_source */
    const char *id;     /* ce_id */
    int64_t sent_us;    /* ce_time */
    int64_t lead_id;
    int64_t offer_id;    /* 0: none */
    const char *call_id; /* OUTCOME_STARTED, OUTCOME_ENDED */
    int64_t started_us;
    int64_t ended_us; /* OUTCOME_ENDED: gives duration_s */
    const char *disposition;
    const char *agent;
    int64_t callback_us;
    const char *callback_agent;
    const char *reason; /* OUTCOME_RELEASED */
} Outcome;

/* "call.started" ... */
const char *outcome_type_name(OutcomeType type);

/* The message's value. */
void outcome_write(const Outcome *outcome, StrBuf *out);

/* Sends one and waits until it lies in Kafka; as producer_send_wait(). */
Status
outcome_send_wait(Producer *producer, const Outcome *outcome, int wait_ms, Error *err) MUST_CHECK;

/* To dialer.outcomes under the lead's key, CloudEvents in binary mode. Does not wait; as
 * producer_send(). */
Status outcome_send(Producer *producer, const Outcome *outcome, Error *err) MUST_CHECK;
