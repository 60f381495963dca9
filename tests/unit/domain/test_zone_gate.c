#include <criterion/criterion.h>

#include "domain/zone_gate.h"

Test(zone_gate, of_a_key)
{
    static const struct {
        const char *key;
        const char *zones;
        const char *regions;
    } cases[] = {
        {"", "", ""},
        {"area=America/Chicago;regions=LA", "America/Chicago", "LA"},
        {"area=America/New_York;state=America/Chicago,America/New_York;regions=FL,NY",
         "America/Chicago,America/New_York", "FL,NY"},
        {"area=America/New_York;state=America/Chicago,America/Denver;regions=NY,TX",
         "America/Chicago,America/Denver,America/New_York", "NY,TX"},
        {"own=America/Denver,America/Phoenix;regions=AZ", "America/Denver,America/Phoenix", "AZ"},
        {"area=America/New_York;regions=MD,WA", "America/New_York", "MD,WA"},
        /* a shorter name that begins a longer one, and one after the other in the alphabet */
        {"area=America/Indiana/Knox;state=America/Indiana/Knox,America/Indiana/Knox_IN;regions=IN",
         "America/Indiana/Knox,America/Indiana/Knox_IN", "IN"},
        /* no fact tells the region: any that keeps the zone */
        {"own=America/New_York", "America/New_York", "FL,MD"},
        {"own=America/Chicago", "America/Chicago", "AL,FL,LA,MS,OK"},
        {"area=America/Los_Angeles", "America/Los_Angeles", "WA"},
        {"area=America/Toronto", "America/Toronto", ""},
        {"area=Europe/London", "Europe/London", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ZoneGate gate;
        zone_gate(cases[i].key, &gate);
        cr_expect_str_eq(gate.zones, cases[i].zones, "%s: %s", cases[i].key, gate.zones);
        cr_expect_str_eq(gate.regions, cases[i].regions, "%s: %s", cases[i].key, gate.regions);
    }
}

Test(zone_gate, the_facts_behind_a_zone)
{
    const char *key = "area=America/New_York;state=America/Chicago,America/New_York;regions=FL";
    cr_expect_str_eq(zone_gate_fact(key, "America/New_York"), "area code and state");
    cr_expect_str_eq(zone_gate_fact(key, "America/Chicago"), "state");
    cr_expect_str_eq(zone_gate_fact(key, "America/Denver"), "");
    cr_expect_str_eq(zone_gate_fact("area=America/Denver", "America/Denver"), "area code");
    cr_expect_str_eq(zone_gate_fact("own=America/Denver", "America/Denver"), "time_zone");
    cr_expect_str_eq(zone_gate_fact("", "America/Denver"), "");
}
