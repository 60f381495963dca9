/* hopper_declined.h - campaigns that this host cannot lead, as without their law pack. Layer:
 * services/recycler.
 *
 * Another host may be able to: its lease is let go, and not taken again for a minute, or before its
 * rules are others. */
#pragma once

#include "adapters/db.h"

enum { HOPPER_DECLINED_MOST = 1000 };

typedef struct HopperDeclined {
    int count;
    int told; /* of these: their leases are let go */
    struct {
        int32_t campaign_no;
        int64_t rules_version;
        int64_t until_ms;
    } rows[HOPPER_DECLINED_MOST];
} HopperDeclined;

void hopper_declined_add(HopperDeclined *declined, int32_t campaign_no, int64_t rules_version);
/* Those whose minute is over; and one that is led again. */
void hopper_declined_forget(HopperDeclined *declined);
void hopper_declined_remove(HopperDeclined *declined, int32_t campaign_no);

/* Two arrays as parameters: campaign_no int4, rules_version int8. */
void hopper_declined_arrays(const HopperDeclined *declined,
                            DbArray *ret_nos,
                            DbArray *ret_versions);

/* One transaction: lets go of leases of campaigns that were added since the last call. */
Status hopper_declined_release(HopperDeclined *declined, Db *db, const char *worker_id, Error *err)
    MUST_CHECK;
