#include "cli/dialer_sim_seen.h"

#include <criterion/criterion.h>

Test(dialer_sim_seen, newer_is_by_lead)
{
    SimSeen *seen = sim_seen_new();
    SimSequence five = {1, 5, 0};
    SimSequence four = {1, 4, 9};
    SimSequence restored = {2, 1, 0};
    cr_expect(sim_seen_newer(seen, 1, &five));
    cr_expect_not(sim_seen_newer(seen, 1, &five));
    cr_expect_not(sim_seen_newer(seen, 1, &four));
    cr_expect(sim_seen_newer(seen, 2, &four));
    cr_expect(sim_seen_newer(seen, 1, &restored));
    cr_expect_not(sim_seen_newer(seen, 1, &five));
    sim_seen_free(seen);
    sim_seen_free(NULL);
}
