#include "domain/custom_key.h"

#include <string.h>

#include "domain/text.h"

/* In valid UTF-8: C0, DEL, and C1, which is C2 80 to C2 9F. */
static bool has_control(const char *key)
{
    for (const unsigned char *c = (const unsigned char *)key; *c != '\0'; c++) {
        if (*c < 0x20 || *c == 0x7f || (*c == 0xC2 && c[1] < 0xA0)) {
            return true;
        }
    }
    return false;
}

bool custom_key_ok(const char *key)
{
    size_t len = strlen(key);
    return len >= 1 && len <= CUSTOM_KEY_MAX && strcmp(key, "*") != 0 &&
           text_utf8_valid(key, len, NULL) && !has_control(key) &&
           text_trim((TextSlice){key, len}).len == len;
}
