/* phone_scan.h - reads the ordinary spellings of a North American number. Layer: domain; for
 * phone.c alone; pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "domain/text.h"

typedef struct PhoneScan {
    uint64_t number;     /* ten digits: area code, exchange, line */
    bool international;  /* it said +1 */
    TextSlice extension; /* digits; may be empty */
} PhoneScan;

/* False for anything but ten digits from 2 on, or eleven from 1 on, between the usual punctuation
 * and perhaps with an extension behind: that is not an error but a case for the library. */
bool phone_scan(TextSlice text, PhoneScan *ret);
