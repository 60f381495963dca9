#include "domain/zone_shim.h"

#include <exception>
#include <string>

#include <absl/time/time.h>

extern "C" bool zone_shim_loads(const char *name)
{
    try {
        absl::TimeZone zone;
        return absl::LoadTimeZone(name, &zone);
    } catch (const std::exception &) {
        return false;
    }
}

static int
collect(const absl::TimeZone &zone, int64_t from_s, int64_t until_s, ZoneShimOffset ret[], int max)
{
    absl::Time at = absl::FromUnixSeconds(from_s);
    int count = 0;
    absl::TimeZone::CivilTransition transition;
    ret[count++] = {from_s, zone.At(at).offset};
    while (count < max && zone.NextTransition(at, &transition)) {
        at = zone.At(transition.to).trans;
        if (absl::ToUnixSeconds(at) >= until_s) {
            break;
        }
        ret[count++] = {absl::ToUnixSeconds(at), zone.At(at).offset};
    }
    return count;
}

extern "C" int
zone_shim_offsets(const char *name, int64_t from_s, int64_t until_s, ZoneShimOffset ret[], int max)
{
    try {
        absl::TimeZone zone;
        return absl::LoadTimeZone(name, &zone) ? collect(zone, from_s, until_s, ret, max) : 0;
    } catch (const std::exception &) {
        return 0;
    }
}
