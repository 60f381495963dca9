/* Parameters and arrays for db.h, in the formats that PostgreSQL's frontend protocol takes. */
#include "adapters/db.h"

#include <assert.h>
#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int params_add(DbParams *params, const char *value, int len, int binary)
{
    assert(params->count < DB_PARAMS_MAX);
    int index = params->count++;
    params->values[index] = value;
    params->lengths[index] = len;
    params->binary[index] = binary;
    return index;
}

void db_param_text(DbParams *params, const char *text)
{
    params_add(params, text, 0, 0);
}

void db_param_i64(DbParams *params, int64_t value)
{
    int index = params_add(params, NULL, 0, 0);
    snprintf(params->numbers[index], sizeof params->numbers[index], "%" PRId64, value);
    params->values[index] = params->numbers[index];
}

void db_param_bool(DbParams *params, bool value)
{
    params_add(params, value ? "t" : "f", 0, 0);
}

void db_param_time(DbParams *params, int64_t unix_us)
{
    int index = params_add(params, NULL, (int)sizeof(uint64_t), 1);
    if (unix_us != 0) {
        uint64_t wire = htobe64((uint64_t)(unix_us - DB_EPOCH_US));
        memcpy(params->numbers[index], &wire, sizeof wire);
        params->values[index] = params->numbers[index];
    }
}

void db_param_bytes(DbParams *params, const void *bytes, size_t len)
{
    params_add(params, bytes, (int)len, 1);
}

/* ndim, has nulls, element type; then per dimension its length and lower bound. */
enum { ARRAY_COUNT_AT = 12, ARRAY_HEADER = 20 };

void db_array_begin(DbArray *array, DbArrayType type)
{
    if (array->buf.data == NULL) {
        strbuf_init(&array->buf);
    }
    strbuf_reset(&array->buf);
    array->count = 0;
    array->type = type;
    strbuf_add_u32(&array->buf, 1);
    strbuf_add_u32(&array->buf, 1);
    strbuf_add_u32(&array->buf, (uint32_t)type);
    strbuf_add_u32(&array->buf, 0);
    strbuf_add_u32(&array->buf, 1);
}

void db_array_i64(DbArray *array, int64_t value)
{
    StrBuf *buf = &array->buf;
    array->count++;
    switch (array->type) {
    case DB_ARRAY_BOOL:
        strbuf_add_u32(buf, 1);
        strbuf_addc(buf, value != 0 ? 1 : 0);
        return;
    case DB_ARRAY_INT2:
        strbuf_add_u32(buf, 2);
        strbuf_add_u16(buf, (uint16_t)value);
        return;
    case DB_ARRAY_INT4:
    case DB_ARRAY_XID:
        strbuf_add_u32(buf, 4);
        strbuf_add_u32(buf, (uint32_t)value);
        return;
    case DB_ARRAY_INT8:
    case DB_ARRAY_TIME:
        strbuf_add_u32(buf, 8);
        strbuf_add_u64(buf, (uint64_t)value);
        return;
    case DB_ARRAY_BYTEA:
    case DB_ARRAY_TEXT:
    case DB_ARRAY_TID:
    case DB_ARRAY_JSONB:
        break;
    }
    assert(!"an array of numbers");
}

void db_array_time(DbArray *array, int64_t unix_us)
{
    db_array_i64(array, unix_us - DB_EPOCH_US);
}

int64_t db_bin_time(const DbResult *result, int row, int column)
{
    return db_is_null(result, row, column) ? 0 : db_bin_i64(result, row, column) + DB_EPOCH_US;
}

void db_array_text(DbArray *array, const char *bytes, size_t len)
{
    size_t version = array->type == DB_ARRAY_JSONB ? 1 : 0; /* of the binary form of jsonb */
    array->count++;
    strbuf_add_u32(&array->buf, (uint32_t)(len + version));
    strbuf_add(&array->buf, "\1", version);
    strbuf_add(&array->buf, bytes, len);
}

void db_array_null(DbArray *array)
{
    array->count++;
    strbuf_add_u32(&array->buf, UINT32_MAX);
}

void db_array_i64_or_null(DbArray *array, int64_t value, int64_t none)
{
    if (value == none) {
        db_array_null(array);
    } else {
        db_array_i64(array, value);
    }
}

void db_array_time_or_null(DbArray *array, int64_t unix_us)
{
    if (unix_us == 0) {
        db_array_null(array);
    } else {
        db_array_time(array, unix_us);
    }
}

void db_array_string(DbArray *array, const char *text_or_null)
{
    if (text_or_null == NULL) {
        db_array_null(array);
    } else {
        db_array_text(array, text_or_null, strlen(text_or_null));
    }
}

void db_array_done(DbArray *array)
{
    if (array->buf.data != NULL) {
        strbuf_done(&array->buf);
    }
}

void db_param_array(DbParams *params, DbArray *array)
{
    uint32_t count = htobe32((uint32_t)array->count);
    memcpy(array->buf.data + ARRAY_COUNT_AT, &count, sizeof count);
    params_add(params, array->buf.data, (int)array->buf.len, 1);
}
