#include "cli/dialer_sim_log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"

static const char *const log_names[SIM_ACT_COUNT] = {
    [SIM_MADE] = "made",         [SIM_REVOKED] = "revoked", [SIM_EXPIRED] = "expired",
    [SIM_STALE] = "stale",       [SIM_LOST] = "lost",       [SIM_TOO_LATE] = "too_late",
    [SIM_DIALED] = "dialed",     [SIM_STARTED] = "started", [SIM_ENDED] = "ended",
    [SIM_RELEASED] = "released", [SIM_AGAIN] = "again",
};

void sim_call_id(const char *dialer, int64_t offer_id, char ret[96])
{
    snprintf(ret, 96, "%s-%" PRId64, dialer, offer_id);
}

static void log_text(StrBuf *out, const char *name, const char *text)
{
    strbuf_addf(out, ",\"%s\":", name);
    strbuf_add_json(out, text, strlen(text));
}

static void log_optional(StrBuf *out, const char *name, const char *text)
{
    if (text[0] != '\0') {
        log_text(out, name, text);
    } else {
        strbuf_addf(out, ",\"%s\":null", name);
    }
}

static void log_time(StrBuf *out, const char *name, int64_t time_us)
{
    char text[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(time_us, text);
    strbuf_addf(out, ",\"%s\":\"%s\"", name, text);
}

static void log_offer(StrBuf *out, const SimOffer *offer)
{
    log_time(out, "told_at", offer->told_us);
    log_text(out, "phone", offer->phone);
    log_optional(out, "state", offer->state);
    log_optional(out, "agent", offer->agent);
    log_time(out, "not_after", offer->not_after_us);
    log_text(out, "why", offer->why);
    strbuf_addf(out,
                ",\"attempt\":%" PRId64 ",\"attempts_total\":%" PRId64 ",\"lead_version\":%" PRId64,
                offer->attempt, offer->attempts_total, offer->lead_version);
}

static void log_call(StrBuf *out, const char *dialer, SimAct act, const SimCall *call)
{
    char call_id[96];
    sim_call_id(dialer, call->offer.offer_id, call_id);
    log_text(out, "call_id", call_id);
    log_time(out, "started_at", call->started_us);
    if (act == SIM_ENDED || act == SIM_AGAIN) {
        log_text(out, "disposition", call->fate.code);
        strbuf_addf(out, ",\"duration_s\":%" PRId64,
                    (call->ended_us - call->started_us) / CLOCK_US_PER_SECOND);
    }
    if ((act == SIM_ENDED || act == SIM_AGAIN) && call->fate.callback_us > 0) {
        log_time(out, "callback_at", call->ended_us + call->fate.callback_us);
    }
}

void sim_log_line(const char *dialer, SimAct act, const SimCall *call, int64_t now_us, StrBuf *out)
{
    const SimOffer *offer = &call->offer;
    char at[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(now_us, at);
    strbuf_addf(out, "{\"at\":\"%s\",\"event\":\"%s\",\"dialer\":", at, log_names[act]);
    strbuf_add_json(out, dialer, strlen(dialer));
    strbuf_addf(out,
                ",\"offer_id\":\"%" PRId64 "\",\"lead_id\":\"%" PRId64
                "\",\"list_id\":\"%s\",\"campaign_id\":\"%s\"",
                offer->offer_id, offer->lead_id, offer->list_id, offer->campaign_id);
    if (act == SIM_MADE) {
        log_offer(out, offer);
    } else if (act == SIM_DIALED || act == SIM_STARTED || act == SIM_ENDED || act == SIM_AGAIN) {
        log_call(out, dialer, act, call);
    } else if (act == SIM_REVOKED || act == SIM_EXPIRED) {
        log_time(out, "told_at", offer->told_us);
        log_optional(out, "reason", offer->reason);
    } else if (act == SIM_RELEASED) {
        log_text(out, "reason", call->reason);
    }
    strbuf_adds(out, "}\n");
}

Status sim_log_open(SimLog *log, const char *path, const char *dialer, Error *err)
{
    *log = (SimLog){.dialer = dialer, .text = STRBUF_INIT};
    if (path == NULL) {
        return STATUS_OK;
    }
    log->file = fopen(path, "ae");
    return log->file != NULL
               ? STATUS_OK
               : error_set_field(err, "log", "file_unwritable", "%s: %s", path, strerror(errno));
}

void sim_log_add(SimLog *log, SimAct act, const SimCall *call, int64_t now_us)
{
    if (log->file != NULL) {
        sim_log_line(log->dialer, act, call, now_us, &log->text);
    }
}

Status sim_log_flush(SimLog *log, Error *err)
{
    if (log->text.len == 0) {
        return STATUS_OK;
    }
    bool written = fwrite(log->text.data, 1, log->text.len, log->file) == log->text.len &&
                   fflush(log->file) == 0;
    strbuf_reset(&log->text);
    return written ? STATUS_OK
                   : error_set(err, STATUS_FATAL, "file_unwritable", "--log: %s", strerror(errno));
}

void sim_log_close(SimLog *log)
{
    if (log->file != NULL) {
        fclose(log->file);
    }
    strbuf_done(&log->text);
}
