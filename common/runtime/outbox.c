#include "runtime/outbox.h"

#include <assert.h>
#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/ids.h"
#include "base/mem.h"
#include "runtime/contract.h"
#include "runtime/topics.h"
#include "sql_queries.h"

void outbox_init(Outbox *outbox, const char *ns)
{
    *outbox = (Outbox){.source = mem_sprintf("/leadspool/%s", ns)};
    for (int lane = 0; lane < OUTBOX_LANES; lane++) {
        strbuf_init(&outbox->lanes[lane]);
    }
    outbox_reset(outbox, 0, 0);
}

void outbox_done(Outbox *outbox)
{
    for (int lane = 0; lane < OUTBOX_LANES; lane++) {
        strbuf_done(&outbox->lanes[lane]);
    }
    db_array_done(&outbox->row_lanes);
    db_array_done(&outbox->row_counts);
    db_array_done(&outbox->row_payloads);
    free(outbox->source);
}

void outbox_reset(Outbox *outbox, int64_t epoch, int64_t now_us)
{
    outbox->epoch = epoch;
    outbox->now_us = now_us;
    clock_format_rfc3339(now_us, outbox->time);
    for (int lane = 0; lane < OUTBOX_LANES; lane++) {
        strbuf_reset(&outbox->lanes[lane]);
        outbox->counts[lane] = 0;
    }
    db_array_begin(&outbox->row_lanes, DB_ARRAY_INT2);
    db_array_begin(&outbox->row_counts, DB_ARRAY_INT4);
    db_array_begin(&outbox->row_payloads, DB_ARRAY_BYTEA);
}

/* ---- framing: topic, key, value, number of headers, then name and value of each ---- */

static void frame_add(StrBuf *buf, const char *bytes, size_t len)
{
    if (bytes == NULL) {
        strbuf_add_u32(buf, UINT32_MAX);
        return;
    }
    strbuf_add_u32(buf, (uint32_t)len);
    strbuf_add(buf, bytes, len);
}

static void frame_add_text(StrBuf *buf, const char *text)
{
    frame_add(buf, text, strlen(text));
}

static bool frame_number(const char *payload, size_t len, size_t *at, uint32_t *ret)
{
    uint32_t wire;
    if (len - *at < sizeof wire) {
        return false;
    }
    memcpy(&wire, payload + *at, sizeof wire);
    *at += sizeof wire;
    *ret = be32toh(wire);
    return true;
}

static bool
frame_take(const char *payload, size_t len, size_t *at, const char **ret, size_t *ret_len)
{
    uint32_t size;
    if (!frame_number(payload, len, at, &size)) {
        return false;
    }
    if (size == UINT32_MAX) {
        *ret = NULL;
        *ret_len = 0;
        return true;
    }
    if (len - *at < size) {
        return false;
    }
    *ret = payload + *at;
    *ret_len = size;
    *at += size;
    return true;
}

bool outbox_next(const char *payload, size_t len, size_t *at, BusMessage *ret, BusHeader headers[])
{
    size_t begin = *at;
    size_t ignored;
    uint32_t count = 0;
    bool whole = begin < len && frame_take(payload, len, at, &ret->topic, &ignored) &&
                 frame_take(payload, len, at, &ret->key, &ret->key_len) &&
                 frame_take(payload, len, at, &ret->value, &ret->value_len) &&
                 frame_number(payload, len, at, &count) && count <= BUS_HEADERS_MAX;
    for (uint32_t i = 0; whole && i < count; i++) {
        whole = frame_take(payload, len, at, &headers[i].name, &ignored) &&
                frame_take(payload, len, at, &headers[i].value, &headers[i].len);
    }
    ret->header_count = (int)count;
    ret->headers = headers;
    if (!whole) {
        *at = begin;
    }
    return whole;
}

/* ---- adding ---- */

/* Names end in their own zero inside the frame, so that they can be used where they lie. */
static void frame_add_name(StrBuf *buf, const char *name)
{
    frame_add(buf, name, strlen(name) + 1);
}

static void outbox_cut(Outbox *outbox, int lane)
{
    StrBuf *buf = &outbox->lanes[lane];
    if (outbox->counts[lane] > 0) {
        db_array_i64(&outbox->row_lanes, lane);
        db_array_i64(&outbox->row_counts, outbox->counts[lane]);
        db_array_text(&outbox->row_payloads, buf->data, buf->len);
        strbuf_reset(buf);
        outbox->counts[lane] = 0;
    }
}

static int outbox_lane(const char *topic, const char *key, size_t len)
{
    return strcmp(topic, TOPIC_LIST_STATS) == 0 ? OUTBOX_LIVE_LANE
                                                : (int)(hash_u64(key, len, 0) % OUTBOX_LIVE_LANE);
}

static StrBuf *outbox_open(Outbox *outbox, const char *topic, const char *key, size_t key_len)
{
    int lane = outbox_lane(topic, key, key_len);
    if (outbox->lanes[lane].len >= OUTBOX_ROW_BYTES) {
        outbox_cut(outbox, lane);
    }
    outbox->counts[lane]++;
    return &outbox->lanes[lane];
}

static void frame_add_header(StrBuf *buf, const char *name, const char *text)
{
    frame_add_name(buf, name);
    frame_add_text(buf, text);
}

/* How many headers it takes. */
static uint32_t trace_headers(const Trace *trace)
{
    return trace == NULL ? 0 : 1 + (trace->state[0] != '\0');
}

static void frame_add_trace(StrBuf *buf, const Trace *trace)
{
    if (trace != NULL) {
        frame_add_header(buf, "traceparent", trace->parent);
    }
    if (trace != NULL && trace->state[0] != '\0') {
        frame_add_header(buf, "tracestate", trace->state);
    }
}

void outbox_add(Outbox *outbox, const Event *event)
{
    assert(contract_has(event->topic, event->type));
    const Trace *trace = event->trace != NULL ? event->trace : outbox->trace;
    char id[IDS_UUID_SIZE];
    char sequence[64];
    ids_uuid5(id, "%s/%s/%d", event->cause, event->topic, event->ordinal);
    snprintf(sequence, sizeof sequence, "%020" PRId64 ".%020" PRId64 ".%06d", outbox->epoch,
             event->n, event->n_ordinal);

    StrBuf *buf = outbox_open(outbox, event->topic, event->key, event->key_len);
    frame_add_name(buf, event->topic);
    frame_add(buf, event->key, event->key_len);
    frame_add(buf, event->data, event->data_len);
    strbuf_add_u32(buf, 8 + (event->correlation != NULL) + (event->campaign != NULL) +
                            trace_headers(trace));
    frame_add_header(buf, "ce_specversion", "1.0");
    frame_add_header(buf, "ce_id", id);
    frame_add_header(buf, "ce_source", outbox->source);
    frame_add_header(buf, "ce_type", event->type);
    frame_add_header(buf, "ce_time", outbox->time);
    frame_add_header(buf, "ce_subject", event->subject);
    frame_add_header(buf, "ce_sequence", sequence);
    frame_add_header(buf, "content-type", "application/json");
    if (event->correlation != NULL) {
        frame_add_header(buf, "ce_correlationid", event->correlation);
    }
    if (event->campaign != NULL) {
        frame_add_header(buf, "campaign", event->campaign);
    }
    frame_add_trace(buf, trace);
}

void outbox_add_raw(Outbox *outbox, const BusMessage *message)
{
    const char *key = message->key != NULL ? message->key : "";
    StrBuf *buf = outbox_open(outbox, message->topic, key, message->key_len);
    frame_add_name(buf, message->topic);
    frame_add(buf, message->key, message->key_len);
    frame_add(buf, message->value, message->value_len);
    strbuf_add_u32(buf, (uint32_t)message->header_count);
    for (int i = 0; i < message->header_count; i++) {
        frame_add_name(buf, message->headers[i].name);
        frame_add(buf, message->headers[i].value, message->headers[i].len);
    }
}

Status outbox_store(Outbox *outbox, Db *db, Error *err)
{
    for (int lane = 0; lane < OUTBOX_LANES; lane++) {
        outbox_cut(outbox, lane);
    }
    if (outbox->row_lanes.count == 0) {
        return STATUS_OK;
    }
    DbParams params = {0};
    db_param_array(&params, &outbox->row_lanes);
    db_param_array(&params, &outbox->row_counts);
    db_param_array(&params, &outbox->row_payloads);
    db_param_time(&params, outbox->now_us);
    return db_exec(db, sql_outbox_insert, &params, outbox->row_lanes.count, err);
}
