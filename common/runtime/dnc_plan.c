#include "runtime/dnc_plan.h"

#include <stddef.h>

static bool entry_is_expired(const DncEntry *entry, int64_t now_us)
{
    return entry->expires_us != DNC_FOREVER && entry->expires_us <= now_us;
}

/* Does an entry until a hold at least as long as one until b? */
static bool lasts_as_long(int64_t a_us, int64_t b_us)
{
    return a_us == DNC_FOREVER || (b_us != DNC_FOREVER && a_us >= b_us);
}

DncStep dnc_plan_add(const DncEntry *open, int64_t expires_us, int64_t now_us)
{
    if (open->entry_no == 0) {
        return (DncStep){.result = "added", .insert = true};
    }
    if (entry_is_expired(open, now_us)) {
        return (DncStep){.result = "added", .end_as = "expired", .insert = true};
    }
    if (lasts_as_long(open->expires_us, expires_us)) {
        return (DncStep){.result = "exists"};
    }
    return (DncStep){.result = "added", .end_as = "replaced", .insert = true};
}

DncStep dnc_plan_remove(const DncEntry *open, const char *removed_by, int64_t now_us)
{
    if (open->entry_no == 0) {
        return (DncStep){.result = "absent"};
    }
    if (entry_is_expired(open, now_us)) {
        return (DncStep){.result = "absent", .end_as = "expired"};
    }
    return (DncStep){.result = "removed", .end_as = removed_by};
}

static bool holds_for(int64_t phone, int32_t campaign_no, const DncHold holds[], int count)
{
    for (int i = 0; i < count; i++) {
        bool concerns =
            holds[i].campaign_no == DNC_EVERY_CAMPAIGN || holds[i].campaign_no == campaign_no;
        if (holds[i].phone == phone && concerns) {
            return true;
        }
    }
    return false;
}

bool dnc_plan_lead(LeadDial *lead, int32_t campaign_no, const DncHold holds[], int count)
{
    bool dnc = holds_for(lead->phone, campaign_no, holds, count);
    if (dnc == lead->dnc) {
        return false;
    }
    lead->dnc = dnc;
    lead_dial_restage(lead);
    return true;
}
