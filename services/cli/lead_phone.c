#include "cli/lead_phone.h"

#include <ctype.h>
#include <string.h>

#include "base/strbuf.h"
#include "domain/phone.h"
#include "domain/text.h"

#define LEAD_PHONE_COUNTRY "US"

static Status lead_phone_rules(const char *country, PhoneRules *rules, Error *err)
{
    char upper[3] = LEAD_PHONE_COUNTRY;
    if (country != NULL && strlen(country) == 2) {
        upper[0] = (char)toupper((unsigned char)country[0]);
        upper[1] = (char)toupper((unsigned char)country[1]);
    }
    bool known = (country == NULL || strlen(country) == 2) && phone_rules_init(rules, upper, false);
    return known ? STATUS_OK
                 : error_set_field(err, "default_country", "country_unknown",
                                   "\"%s\" is not the two letters of a country", country);
}

Status lead_phone_parse(const char *text, const char *country, uint64_t *ret_e164, Error *err)
{
    PhoneRules rules;
    Status status = lead_phone_rules(country, &rules, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (!text_utf8_valid(text, strlen(text), NULL)) {
        return error_set_field(err, "phone", "phone_not_a_number", "the number is not valid UTF-8");
    }
    AUTO_STRBUF scratch = STRBUF_INIT;
    TextSlice clean = text_clean(text_of(text), &scratch);
    Phone phone;
    PhoneResult result = phone_parse(clean.data, clean.len, &rules, &phone);
    if (result != PHONE_OK) {
        return error_set_field(err, "phone", phone_result_code(result), "%s: %s", text,
                               phone_result_text(result));
    }
    *ret_e164 = phone.e164;
    return STATUS_OK;
}
