#include "base/ids.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <uuid/uuid.h>

#include "base/mem.h"

/* 7c1f36a2-5d0e-4b6a-9a55-0c2f6f1d8e43, drawn once; changing it would change every event id. */
static const uuid_t ids_name_space = {0x7c, 0x1f, 0x36, 0xa2, 0x5d, 0x0e, 0x4b, 0x6a,
                                      0x9a, 0x55, 0x0c, 0x2f, 0x6f, 0x1d, 0x8e, 0x43};

void ids_uuid5(char ret_uuid[IDS_UUID_SIZE], const char *format, ...)
{
    char name[1024];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(name, sizeof name, format, args);
    va_end(args);
    AUTO_FREE char *long_name = NULL;
    if (len >= (int)sizeof name) { /* a cut name would give two events one id */
        va_start(args, format);
        len = vasprintf(&long_name, format, args);
        va_end(args);
    }
    if (len < 0) {
        abort();
    }
    uuid_t uuid;
    uuid_generate_sha1(uuid, ids_name_space, long_name != NULL ? long_name : name, (size_t)len);
    uuid_unparse_lower(uuid, ret_uuid);
}

void ids_uuid4(char ret_uuid[IDS_UUID_SIZE])
{
    uuid_t uuid;
    uuid_generate_random(uuid);
    uuid_unparse_lower(uuid, ret_uuid);
}

bool ids_is_uuid(const char *text)
{
    uuid_t uuid;
    return text != NULL && uuid_parse(text, uuid) == 0;
}

Status ids_parse_i64(const char *text, int64_t *ret_id, Error *err)
{
    size_t digits = text != NULL ? strspn(text, "0123456789") : 0;
    bool leading_zero = digits > 1 && text[0] == '0';
    int64_t id = 0;
    bool fits = true;
    for (size_t i = 0; i < digits && fits; i++) {
        fits =
            !__builtin_mul_overflow(id, 10, &id) && !__builtin_add_overflow(id, text[i] - '0', &id);
    }
    if (digits == 0 || text[digits] != '\0' || leading_zero || !fits) {
        return error_set(err, STATUS_BAD_INPUT, "invalid_id",
                         "not an id: a decimal number from 0 to 9223372036854775807");
    }
    *ret_id = id;
    return STATUS_OK;
}

void ids_format_i64(int64_t id, char ret_text[IDS_I64_SIZE])
{
    snprintf(ret_text, IDS_I64_SIZE, "%" PRId64, id);
}

bool ids_is_public(const char *text)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t len = text != NULL ? strspn(text, allowed) : 0;
    return len >= 1 && len <= IDS_PUBLIC_MAX && text[len] == '\0';
}

bool ids_is_ce_id(const char *text, size_t len)
{
    if (text == NULL || len < 1 || len > IDS_CE_ID_MAX) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e) {
            return false;
        }
    }
    return true;
}
