#include <criterion/criterion.h>
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "importer/lead_row.h"

/* ---- reading a COPY stream back, as the manual of COPY's binary format has it ---- */

enum { HEADER_BYTES = 11 + 4 + 4, COLUMNS = 24 };

typedef struct Field {
    const char *data;
    int32_t len; /* -1: null */
} Field;

static int16_t take_i16(const char **at)
{
    uint16_t wire;
    memcpy(&wire, *at, sizeof wire);
    *at += sizeof wire;
    return (int16_t)be16toh(wire);
}

static Field take_field(const char **at)
{
    uint32_t wire;
    memcpy(&wire, *at, sizeof wire);
    *at += sizeof wire;
    Field field = {*at, (int32_t)be32toh(wire)};
    *at += field.len > 0 ? field.len : 0;
    return field;
}

static int64_t number_of(Field field)
{
    uint64_t value = 0;
    for (int32_t i = 0; i < field.len; i++) {
        value = value << 8 | (unsigned char)field.data[i];
    }
    return (int64_t)value;
}

static void rows_of(const StrBuf *buf, Field fields[][COLUMNS], int rows)
{
    const char *at = buf->data + HEADER_BYTES;
    for (int row = 0; row < rows; row++) {
        cr_assert_eq(take_i16(&at), COLUMNS);
        for (int column = 0; column < COLUMNS; column++) {
            fields[row][column] = take_field(&at);
        }
    }
    cr_assert_eq(take_i16(&at), -1);
    cr_assert_eq(at, buf->data + buf->len);
}

static bool is_text(Field field, const char *text)
{
    return field.len == (int32_t)strlen(text) && memcmp(field.data, text, strlen(text)) == 0;
}

static const LeadRow full = {
    .lead_id = INT64_C(3) << 32 | 7,
    .phone = 15046218927,
    .content_hash = -5,
    .revision = 12,
    .created_us = INT64_C(946684800000003), /* 3 us behind the start of 2000 */
    .list_no = 9,
    .lead_version = 1,
    .zone_set_no = 4,
    .priority = 50,
    .stage = STAGE_READY,
    .verified = true,
    .texts =
        {[LEAD_EXTENSION] = {"12", 2}, [LEAD_CITY] = {"Biloxi", 6}, [LEAD_TIME_ZONE] = {"EST", 3}},
    .custom = {"{\"a\":1}", 7},
};

Test(lead_row, copies_every_column_in_the_order_of_the_statement)
{
    StrBuf buf = STRBUF_INIT;
    Field fields[1][COLUMNS];
    lead_copy_begin(&buf);
    lead_copy_add(&buf, &full);
    lead_copy_end(&buf);
    cr_assert_eq(memcmp(buf.data, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", HEADER_BYTES), 0);
    rows_of(&buf, fields, 1);
    static const int64_t numbers[] = {
        INT64_C(3) << 32 | 7, 15046218927, -5, 12, 9, 1, 4, 6, 50, 0, 1};
    static const int32_t lengths[] = {8, 8, 8, 8, 4, 4, 4, 2, 2, 1, 1};
    for (int i = 0; i < 11; i++) {
        cr_assert_eq(fields[0][i].len, lengths[i], "column %d", i);
        cr_assert_eq(number_of(fields[0][i]), numbers[i], "column %d", i);
    }
    cr_assert(is_text(fields[0][11], "12"));
    cr_assert(is_text(fields[0][17], "Biloxi"));
    cr_assert(is_text(fields[0][21], "EST"));
    cr_assert(is_text(fields[0][22], "\1{\"a\":1}"), "jsonb begins with its version");
    cr_assert_eq(fields[0][23].len, 8);
    cr_assert_eq(number_of(fields[0][23]), 3, "a timestamptz counts from 2000");
    strbuf_done(&buf);
}

Test(lead_row, what_is_not_there_is_null)
{
    static const LeadRow bare = {.lead_id = 1, .phone = 2, .revision = -1, .stage = STAGE_DNC};
    StrBuf buf = STRBUF_INIT;
    Field fields[2][COLUMNS];
    lead_copy_begin(&buf);
    lead_copy_add(&buf, &bare);
    lead_copy_add(&buf, &full);
    lead_copy_end(&buf);
    rows_of(&buf, fields, 2);
    for (int column = 0; column < COLUMNS; column++) {
        bool optional = column == 2 || column == 3 || column == 6 || column > 10;
        cr_assert_eq(fields[0][column].len == -1, optional, "column %d", column);
    }
    cr_assert_eq(number_of(fields[1][0]), INT64_C(3) << 32 | 7, "the next row is whole");
    strbuf_done(&buf);
}

Test(lead_row, a_buffer_can_be_used_again)
{
    StrBuf buf = STRBUF_INIT;
    Field fields[1][COLUMNS];
    for (int i = 0; i < 2; i++) {
        lead_copy_begin(&buf);
        lead_copy_add(&buf, &full);
        lead_copy_end(&buf);
        rows_of(&buf, fields, 1);
    }
    strbuf_done(&buf);
}

Test(lead_row, a_text_that_is_too_long_is_told_its_limit)
{
    for (LeadText text = 0; text < LEAD_TEXTS; text++) {
        char limit[32];
        snprintf(limit, sizeof limit, " %zu bytes", lead_text_limit(text));
        cr_expect_not_null(strstr(lead_text_too_long(text), limit), "%s", lead_text_name(text));
    }
}

/* The statement names the columns; the rows have no names. */
Test(lead_row, the_statement_has_the_texts_in_order)
{
    const char *at = lead_copy_sql;
    for (LeadText text = 0; text < LEAD_TEXTS; text++) {
        at = strstr(at, lead_text_name(text));
        cr_assert_not_null(at, "%s", lead_text_name(text));
        cr_assert_gt(lead_text_limit(text), 0);
    }
}
