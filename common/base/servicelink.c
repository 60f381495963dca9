#include "base/servicelink.h"

#include <assert.h>
#include <regex.h>
#include <stddef.h>

#define LINK_URL     "^(tcp|udp|sctp)://"
#define LINK_NUMBER  "^[0-9]+$"
#define LINK_ADDRESS "^[0-9a-fA-F:.]+$"
#define LINK_PORT    "_PORT_[0-9]+_(TCP|UDP|SCTP)"

static const struct {
    const char *name;
    const char *value;
} servicelink_shapes[] = {
    {"_SERVICE_HOST$", LINK_ADDRESS},
    {"_SERVICE_PORT(_[A-Z0-9_]+)?$", LINK_NUMBER},
    {"_PORT$", LINK_URL},
    {LINK_PORT "$", LINK_URL},
    {LINK_PORT "_PROTO$", "^(tcp|udp|sctp)$"},
    {LINK_PORT "_PORT$", LINK_NUMBER},
    {LINK_PORT "_ADDR$", LINK_ADDRESS},
};

static bool servicelink_matches(const char *pattern, const char *text)
{
    regex_t regex;
    int failed = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
    assert(failed == 0);
    (void)failed;
    bool matches = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return matches;
}

bool servicelink_is(const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof servicelink_shapes / sizeof servicelink_shapes[0]; i++) {
        if (servicelink_matches(servicelink_shapes[i].name, name) &&
            servicelink_matches(servicelink_shapes[i].value, value)) {
            return true;
        }
    }
    return false;
}
