/* hopper_lease.h - the campaigns that this recycler leads. Layer: services/recycler.
 *
 * A lease is of PostgreSQL's clock and ends by itself; each recycler takes its fair share. One
 * whose rules cannot be used here is declined (hopper_declined.h). */
#pragma once

#include "recycler/hopper_campaign.h"
#include "recycler/hopper_declined.h"

typedef struct HopperLease {
    const char *worker_id; /* borrowed */
    HopperCampaign *campaigns;
    int count;
    HopperDeclined declined;
} HopperLease;

void hopper_lease_done(HopperLease *lease);
/* The campaign of this number, a new one where there is none; until the next that is new. */
HopperCampaign *hopper_lease_find(HopperLease *lease, int32_t campaign_no);

/* In a transaction: renews leases, takes free ones, drops what is another's. clock_off: gives all
 * away instead, and counts as none of those that share. */
Status hopper_lease_claim(HopperLease *lease, Db *db, bool clock_off, Error *err) MUST_CHECK;
/* One transaction, at the end: others need not wait for the leases to end. */
void hopper_lease_release(HopperLease *lease, Db *db);
