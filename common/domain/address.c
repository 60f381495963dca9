#include "domain/address.h"

#include <string.h>

#include "domain/country.h"
#include "domain/state.h"

static TextSlice first_chars(TextSlice text, size_t max_chars)
{
    size_t chars = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool starts_char = ((unsigned char)text.data[i] & 0xC0) != 0x80;
        if (starts_char && ++chars > max_chars) {
            return (TextSlice){text.data, i};
        }
    }
    return text;
}

TextSlice address_state(TextSlice state, const char *country)
{
    const State *known = country_has_states(country) ? state_find(state) : NULL;
    return known != NULL ? text_of(known->code) : first_chars(state, ADDRESS_STATE_MAX_CHARS);
}

bool address_country(TextSlice country, char ret_code[3])
{
    const char *code = country_find(country);
    if (code == NULL) {
        return false;
    }
    memcpy(ret_code, code, 3);
    return true;
}

bool address_email_ok(TextSlice email)
{
    const char *at = memchr(email.data, '@', email.len);
    if (at == NULL || at == email.data) {
        return false;
    }
    const char *domain = at + 1;
    size_t domain_len = email.len - (size_t)(domain - email.data);
    const char *dot = memrchr(domain, '.', domain_len);
    return memchr(email.data, ' ', email.len) == NULL && memchr(domain, '@', domain_len) == NULL &&
           dot != NULL && dot > domain && dot + 1 < domain + domain_len;
}
