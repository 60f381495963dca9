/* dialer_sim_offer.h - what a dialer reads on leads.dialable. Layer: services/cli. */
#pragma once

#include <stdint.h>

#include "adapters/bus.h"
#include "base/error.h"

typedef enum SimOfferKind { SIM_OFFER_MADE, SIM_OFFER_REVOKED, SIM_OFFER_EXPIRED } SimOfferKind;

/* ce_sequence: epoch.n.ordinal. */
typedef struct SimSequence {
    int64_t epoch;
    int64_t n;
    int64_t ordinal;
} SimSequence;

typedef struct SimOffer {
    SimOfferKind kind;
    int64_t offer_id;
    int64_t lead_id;
    SimSequence sequence;
    int64_t told_us; /* ce_time: when it was made, revoked or expired */
    char list_id[65];
    char campaign_id[65];
    char phone[24];
    char state[65]; /* of the address; "" when there is none, as below */
    char agent[65];
    char why[16];
    char reason[32]; /* SIM_OFFER_REVOKED */
    int64_t not_after_us;
    int64_t attempt;
    int64_t attempts_total;
    int64_t lead_version;
} SimOffer;

/* STATUS_BAD_INPUT when it is nothing of ours: another type, no sequence, a field missing. */
Status sim_offer_read(const BusRecord *record, SimOffer *ret, Error *err) MUST_CHECK;

/* "00000000000000000001.00000000000000000007.000001" */
Status sim_sequence_parse(const char *text, size_t len, SimSequence *ret, Error *err) MUST_CHECK;
/* Below 0, 0, above 0. */
int sim_sequence_compare(const SimSequence *a, const SimSequence *b);
