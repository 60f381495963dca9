#include "importer/lead_row.h"

#include <endian.h>
#include <string.h>

#include "adapters/db.h"
#include "runtime/ready_queue.h"

#define LEAD_TEXT(name, limit)                                                                     \
    {                                                                                              \
        name, limit, "the value is longer than the " #limit " bytes of its field: shorten it"      \
    }

static const struct LeadTextRule {
    const char *name;
    size_t limit;
    const char *too_long;
} lead_texts[LEAD_TEXTS] = {
    [LEAD_EXTENSION] = LEAD_TEXT("extension", 16),
    [LEAD_EXTERNAL_ID] = LEAD_TEXT("external_id", 256),
    [LEAD_FIRST_NAME] = LEAD_TEXT("first_name", 200),
    [LEAD_LAST_NAME] = LEAD_TEXT("last_name", 200),
    [LEAD_EMAIL] = LEAD_TEXT("email", 320),
    [LEAD_ADDRESS] = LEAD_TEXT("address", 1000),
    [LEAD_CITY] = LEAD_TEXT("city", 200),
    [LEAD_STATE] = LEAD_TEXT("state", 256),
    [LEAD_ZIP] = LEAD_TEXT("zip", 32),
    [LEAD_COUNTRY] = LEAD_TEXT("country", 64),
    [LEAD_TIME_ZONE] = LEAD_TEXT("time_zone", 64),
};

const char *lead_text_name(LeadText text)
{
    return lead_texts[text].name;
}

size_t lead_text_limit(LeadText text)
{
    return lead_texts[text].limit;
}

const char *lead_text_too_long(LeadText text)
{
    return lead_texts[text].too_long;
}

/* The order of lead_copy_add(). What is not here has its default: a new lead. */
const char lead_copy_sql[] = "COPY leads (lead_id, phone, content_hash, revision, list_no, "
                             "lead_version, zone_set_no, stage, priority, dnc, "
                             "verified, extension, external_id, first_name, last_name, email, "
                             "address, city, state, zip, country, time_zone, "
                             "custom, created_at) FROM STDIN (FORMAT binary)";
enum { LEAD_COPY_COLUMNS = 24 };

void lead_copy_begin(StrBuf *buf)
{
    static const char signature[] = "PGCOPY\n\377\r\n";
    strbuf_reset(buf);
    strbuf_add(buf, signature, sizeof signature); /* its zero belongs to it */
    strbuf_add_u32(buf, 0);
    strbuf_add_u32(buf, 0);
}

/* The space was reserved; every field is its length and its bytes, -1 for null. */
static char *put_length(char *at, int32_t len)
{
    uint32_t wire = htobe32((uint32_t)len);
    memcpy(at, &wire, sizeof wire);
    return at + sizeof wire;
}

static char *put_i64(char *at, int64_t value)
{
    uint64_t wire = htobe64((uint64_t)value);
    at = put_length(at, sizeof wire);
    memcpy(at, &wire, sizeof wire);
    return at + sizeof wire;
}

static char *put_i32(char *at, int32_t value)
{
    return put_length(put_length(at, 4), value);
}

static char *put_i16(char *at, int16_t value)
{
    uint16_t wire = htobe16((uint16_t)value);
    at = put_length(at, sizeof wire);
    memcpy(at, &wire, sizeof wire);
    return at + sizeof wire;
}

static char *put_bool(char *at, bool value)
{
    at = put_length(at, 1);
    *at = value ? 1 : 0;
    return at + 1;
}

static char *put_text(char *at, TextSlice text)
{
    if (text.len == 0) {
        return put_length(at, -1);
    }
    at = put_length(at, (int32_t)text.len);
    memcpy(at, text.data, text.len);
    return at + text.len;
}

static char *put_json(char *at, TextSlice json)
{
    if (json.len == 0) {
        return put_length(at, -1);
    }
    at = put_length(at, (int32_t)json.len + 1);
    *at++ = 1; /* version of the binary form of jsonb */
    memcpy(at, json.data, json.len);
    return at + json.len;
}

void lead_copy_add(StrBuf *buf, const LeadRow *row)
{
    size_t room = 2 + LEAD_COPY_COLUMNS * 12 + row->custom.len + 1;
    for (int i = 0; i < LEAD_TEXTS; i++) {
        room += row->texts[i].len;
    }
    strbuf_reserve(buf, room);
    char *begin = buf->data + buf->len;
    uint16_t columns = htobe16(LEAD_COPY_COLUMNS);
    memcpy(begin, &columns, sizeof columns);
    char *at = begin + sizeof columns;
    at = put_i64(at, row->lead_id);
    at = put_i64(at, row->phone);
    at = row->content_hash != 0 ? put_i64(at, row->content_hash) : put_length(at, -1);
    at = row->revision >= 0 ? put_i64(at, row->revision) : put_length(at, -1);
    at = put_i32(at, row->list_no);
    at = put_i32(at, row->lead_version);
    at = row->zone_set_no > 0 ? put_i32(at, row->zone_set_no) : put_length(at, -1);
    at = put_i16(at, (int16_t)row->stage);
    at = put_i16(at, row->priority);
    at = put_bool(at, row->dnc);
    at = put_bool(at, row->verified);
    for (int i = 0; i < LEAD_TEXTS; i++) {
        at = put_text(at, row->texts[i]);
    }
    at = put_json(at, row->custom);
    at = row->created_us != 0 ? put_i64(at, row->created_us - DB_EPOCH_US) : put_length(at, -1);
    buf->len += (size_t)(at - begin);
    buf->data[buf->len] = '\0';
}

const char lead_copy_ready_sql[] = "COPY ready_lead (lead_id, due_at, list_no, gate_no, class, "
                                   "lead_rank) FROM STDIN (FORMAT binary)";

enum { READY_COPY_COLUMNS = 6 };

/* 1970-01-01: due since ever. */
static const int64_t ready_ever = -DB_EPOCH_US;

void lead_copy_add_ready(StrBuf *buf, const LeadRow *row)
{
    if (row->stage != STAGE_READY) {
        return;
    }
    strbuf_reserve(buf, 2 + READY_COPY_COLUMNS * 12);
    char *begin = buf->data + buf->len;
    uint16_t columns = htobe16(READY_COPY_COLUMNS);
    memcpy(begin, &columns, sizeof columns);
    char *at = begin + sizeof columns;
    at = put_i64(at, row->lead_id);
    at = put_i64(at, ready_ever);
    at = put_i32(at, row->list_no);
    at = put_i32(at, row->gate_no);
    at = put_i16(at, READY_FRESH);
    at = put_i16(at, (int16_t)(READY_RANK_MOST - row->priority));
    buf->len += (size_t)(at - begin);
    buf->data[buf->len] = '\0';
}

void lead_copy_end(StrBuf *buf)
{
    strbuf_add_u16(buf, UINT16_MAX);
}
