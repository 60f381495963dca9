#include "cli/dialer_sim_seen.h"

#include <uthash.h>

#include "base/mem.h"

typedef struct SeenLead {
    int64_t lead_id;
    SimSequence sequence;
    UT_hash_handle hh;
} SeenLead;

struct SimSeen {
    SeenLead *leads;
};

SimSeen *sim_seen_new(void)
{
    return mem_alloc(sizeof(SimSeen));
}

void sim_seen_free(SimSeen *seen)
{
    SeenLead *lead;
    SeenLead *next;
    if (seen == NULL) {
        return;
    }
    HASH_ITER(hh, seen->leads, lead, next)
    {
        HASH_DEL(seen->leads, lead);
        free(lead);
    }
    free(seen);
}

bool sim_seen_newer(SimSeen *seen, int64_t lead_id, const SimSequence *sequence)
{
    SeenLead *lead = NULL;
    HASH_FIND(hh, seen->leads, &lead_id, sizeof lead_id, lead);
    if (lead == NULL) {
        lead = mem_alloc(sizeof *lead);
        lead->lead_id = lead_id;
        HASH_ADD(hh, seen->leads, lead_id, sizeof lead->lead_id, lead);
    } else if (sim_sequence_compare(sequence, &lead->sequence) <= 0) {
        return false;
    }
    lead->sequence = *sequence;
    return true;
}
