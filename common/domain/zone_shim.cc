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
