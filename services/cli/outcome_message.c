#include "cli/outcome_message.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/ids.h"
#include "runtime/topics.h"

enum { OUTCOME_HEADERS = 7 };

const char *outcome_type_name(OutcomeType type)
{
    static const char *const names[] = {"call.started", "call.ended", "offer.released"};
    return names[type];
}

static void outcome_text(StrBuf *out, const char *name, const char *text)
{
    if (text != NULL) {
        strbuf_addf(out, ",\"%s\":", name);
        strbuf_add_json(out, text, strlen(text));
    }
}

static void outcome_time(StrBuf *out, const char *name, int64_t time_us)
{
    char text[CLOCK_RFC3339_SIZE];
    if (time_us != 0) {
        clock_format_rfc3339(time_us, text);
        strbuf_addf(out, ",\"%s\":\"%s\"", name, text);
    }
}

void outcome_write(const Outcome *outcome, StrBuf *out)
{
    strbuf_addf(out, "{\"lead_id\":\"%" PRId64 "\"", outcome->lead_id);
    if (outcome->offer_id != 0) {
        strbuf_addf(out, ",\"offer_id\":\"%" PRId64 "\"", outcome->offer_id);
    }
    outcome_text(out, "call_id", outcome->call_id);
    outcome_text(out, "disposition", outcome->disposition);
    outcome_time(out, "started_at", outcome->started_us);
    if (outcome->ended_us != 0) {
        strbuf_addf(out, ",\"duration_s\":%" PRId64,
                    (outcome->ended_us - outcome->started_us) / CLOCK_US_PER_SECOND);
    }
    outcome_text(out, "agent", outcome->agent);
    outcome_time(out, "callback_at", outcome->callback_us);
    outcome_text(out, "callback_agent", outcome->callback_agent);
    outcome_text(out, "reason", outcome->reason);
    strbuf_addc(out, '}');
}

/* wait_ms 0: not waited for. */
static Status outcome_produce(Producer *producer, const Outcome *outcome, int wait_ms, Error *err)
{
    char key[IDS_I64_SIZE];
    char now[CLOCK_RFC3339_SIZE];
    ids_format_i64(outcome->lead_id, key);
    clock_format_rfc3339(outcome->sent_us, now);
    const char *const texts[OUTCOME_HEADERS][2] = {
        {"ce_specversion", "1.0"},
        {"ce_id", outcome->id},
        {"ce_source", outcome->source},
        {"ce_type", outcome_type_name(outcome->type)},
        {"ce_subject", key},
        {"ce_time", now},
        {"content-type", "application/json"},
    };
    BusHeader headers[OUTCOME_HEADERS];
    for (int i = 0; i < OUTCOME_HEADERS; i++) {
        headers[i] = (BusHeader){texts[i][0], texts[i][1], strlen(texts[i][1])};
    }
    AUTO_STRBUF value = STRBUF_INIT;
    outcome_write(outcome, &value);
    BusMessage message = {.topic = TOPIC_DIALER_OUTCOMES,
                          .key = key,
                          .key_len = strlen(key),
                          .value = value.data,
                          .value_len = value.len,
                          .header_count = OUTCOME_HEADERS,
                          .headers = headers};
    return wait_ms > 0 ? producer_send_wait(producer, &message, wait_ms, err)
                       : producer_send(producer, &message, NULL, err);
}

Status outcome_send(Producer *producer, const Outcome *outcome, Error *err)
{
    return outcome_produce(producer, outcome, 0, err);
}

Status outcome_send_wait(Producer *producer, const Outcome *outcome, int wait_ms, Error *err)
{
    return outcome_produce(producer, outcome, wait_ms, err);
}
