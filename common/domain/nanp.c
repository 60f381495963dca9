#include "domain/nanp.h"

#include <string.h>

#include "domain/nanp_tables.h"

static unsigned area_of(uint64_t number)
{
    return (unsigned)(number / 10000000);
}

static unsigned exchange_of(uint64_t number)
{
    return (unsigned)(number / 10000 % 1000);
}

static bool is_n11(unsigned code)
{
    return code % 100 == 11;
}

/* 800, 822, 833 ... 888; nobody has 811 and 899. */
static bool is_toll_free(unsigned area)
{
    return area / 100 == 8 && area % 100 % 11 == 0;
}

NanpShape nanp_shape(uint64_t number)
{
    unsigned area = area_of(number);
    unsigned exchange = exchange_of(number);
    if (area < NANP_FIRST_CODE || is_n11(area)) {
        return NANP_BAD_AREA_CODE;
    }
    if (exchange < NANP_FIRST_CODE || (is_n11(exchange) && !is_toll_free(area))) {
        return NANP_BAD_EXCHANGE;
    }
    return NANP_SHAPED;
}

static bool must_ask(uint32_t area_exchange)
{
    for (size_t i = 0; i < nanp_ask_count; i++) {
        if (nanp_ask[i] == area_exchange) {
            return true;
        }
    }
    return false;
}

NanpKnown nanp_known(uint64_t number)
{
    unsigned area = area_of(number);
    unsigned exchange = exchange_of(number);
    unsigned at = (area - NANP_FIRST_CODE) * NANP_CODES + (exchange - NANP_FIRST_CODE);
    if ((nanp_valid_bits[at / 8] >> (at % 8) & 1) != 0) {
        return NANP_VALID;
    }
    return must_ask(area * 1000 + exchange) ? NANP_ASK : NANP_INVALID;
}

const char *nanp_region(uint64_t number)
{
    unsigned area = area_of(number);
    return area >= NANP_FIRST_CODE ? nanp_regions[area - NANP_FIRST_CODE] : "";
}

bool nanp_country(const char *country)
{
    if (country[0] == '\0') {
        return false;
    }
    for (int i = 0; i < NANP_CODES; i++) {
        if (strcmp(nanp_regions[i], country) == 0) {
            return true;
        }
    }
    return false;
}
