#include "cli/dialer_sim_range.h"

#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"

static const int64_t range_most_us = INT64_C(366) * 86400 * CLOCK_US_PER_SECOND;

static const struct RangeUnit {
    const char *name;
    int64_t us;
} range_units[] = {
    {"ms", 1000},
    {"s", CLOCK_US_PER_SECOND},
    {"m", 60 * CLOCK_US_PER_SECOND},
    {"h", 3600 * CLOCK_US_PER_SECOND},
    {"d", 86400 * CLOCK_US_PER_SECOND},
    {"", CLOCK_US_PER_SECOND},
};

static int64_t range_unit_us(const char **text)
{
    size_t len = strspn(*text, "abcdefghijklmnopqrstuvwxyz");
    for (size_t i = 0; i < sizeof range_units / sizeof range_units[0]; i++) {
        if (strlen(range_units[i].name) == len && strncmp(*text, range_units[i].name, len) == 0) {
            *text += len;
            return range_units[i].us;
        }
    }
    return 0;
}

static bool range_read_one(const char **text, int64_t *ret_us)
{
    int64_t number = 0;
    int digits = 0;
    for (; **text >= '0' && **text <= '9' && digits <= 9; (*text)++, digits++) {
        number = number * 10 + (**text - '0');
    }
    int64_t unit_us = range_unit_us(text);
    *ret_us = number * unit_us;
    return digits > 0 && digits <= 9 && unit_us > 0 && *ret_us <= range_most_us;
}

Status sim_range_parse(const char *option, const char *text, SimRange *ret, Error *err)
{
    SimRange range;
    const char *at = text;
    bool good = range_read_one(&at, &range.least_us);
    range.most_us = range.least_us;
    if (good && *at == '-') {
        at++;
        good = range_read_one(&at, &range.most_us);
    }
    if (!good || *at != '\0' || range.most_us < range.least_us) {
        return cli_usage(err, "--%s must be a length of time or LEAST-MOST, such as 20s or 1m-5m",
                         option);
    }
    *ret = range;
    return STATUS_OK;
}

int64_t sim_range_at(const SimRange *range, uint64_t random)
{
    uint64_t width = (uint64_t)(range->most_us - range->least_us) + 1;
    return range->least_us + (int64_t)(random % width);
}
