/* offer_store.h - offers as rows, read and written many at a time. Layer: services/recycler.
 *
 *   made ──started──▶ started ──ended──▶ ended
 *    │  └─revoked──▶ revoked ─┘ │          ▲
 *    └── released, expired ─────┴──────────┘
 *
 * An offer that is not ended holds its lead and its number (unique indexes). Made: live until
 * not_after, then reserved until held_until. All run in the caller's transaction, which has the
 * leads locked (or the numbers, where a lead is gone). */
#pragma once

#include "adapters/db.h"

typedef enum OfferState {
    OFFER_MADE = 1,
    OFFER_STARTED = 2,
    OFFER_REVOKED = 3,
    OFFER_ENDED = 9,
} OfferState;

typedef struct Offer {
    int64_t offer_id;
    int64_t lead_id;
    int64_t number_id;
    int32_t list_no;
    int32_t campaign_no;
    char campaign_id[65];
    OfferState state;
    int64_t made_us;
    int64_t not_after_us;
    int64_t held_until_us;
    int64_t started_us;   /* 0: not yet */
    int64_t ended_us;     /* 0: open */
    bool given_up;        /* ended, as read, without a call that we know of */
    const char *ended_by; /* "ended", "released", "expired", "lapsed"; static */
    bool changed;
} Offer;

typedef struct Offers {
    Offer *rows; /* by offer_id */
    int count;
} Offers;
void offers_done(Offers *offers);
#define AUTO_OFFERS __attribute__((cleanup(offers_done))) Offers

/* offer_ids: int8 array; those that are not there are not in *ret. */
Status offers_read(Db *db, DbArray *offer_ids, Offers *ret, Error *err) MUST_CHECK;
Offer *offers_find(const Offers *offers, int64_t offer_id);
/* Writes those that changed. */
Status offers_write(const Offers *offers, Db *db, Error *err) MUST_CHECK;

void offer_end(Offer *offer, const char *ended_by, int64_t now_us);
