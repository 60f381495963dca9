/* offer_made.h - offer.made: all that a dialer needs to call a lead. Layer: services/recycler. */
#pragma once

#include "runtime/lead_tell.h"

typedef struct OfferMade {
    LeadTell tell; /* of leads that topup_lock.sql has locked */
    const ListGates *gates;
} OfferMade;

/* row: in the tell's dials, with the offer's id; after lead_dials_write(). */
void offer_made_tell(const OfferMade *made, int row, int64_t not_after_us);
