/* lead_phone.h - a number typed by a person. Layer: services/cli. */
#pragma once

#include <stdint.h>

#include "base/error.h"

/* Its E.164 digits. country: of numbers without a country code; NULL: US. STATUS_BAD_INPUT with
 * the code of the problem. */
Status
lead_phone_parse(const char *text, const char *country, uint64_t *ret_e164, Error *err) MUST_CHECK;
