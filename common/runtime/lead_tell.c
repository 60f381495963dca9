#include "runtime/lead_tell.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/ids.h"
#include "runtime/lead_event.h"
#include "runtime/topics.h"

/* The event's number, cause and key; data is the caller's. */
static void tell_add(const LeadTell *tell, int row, Event *event, int *told, const StrBuf *data)
{
    const LeadDial *lead = &tell->dials->rows[row];
    char lead_id[IDS_I64_SIZE];
    char cause[MESSAGE_CAUSE_SIZE];
    ids_format_i64(lead->lead_id, lead_id);
    event->key = event->subject = lead_id;
    event->key_len = strlen(lead_id);
    event->n = lead->lead_version;
    event->n_ordinal = (*told)++;
    if (tell->message != NULL) {
        message_cause(tell->message, cause);
        event->correlation = tell->message->id;
        event->trace = tell->message->trace;
        event->ordinal = ++tell->message->ordinal;
    } else {
        snprintf(cause, sizeof cause, "lead/%s/%" PRId64 "/%d", lead_id, tell->outbox->epoch,
                 lead->lead_version);
        event->correlation = tell->correlation;
        event->ordinal = event->n_ordinal;
    }
    event->cause = cause;
    event->data = data->data;
    event->data_len = data->len;
    outbox_add(tell->outbox, event);
    event->key = event->subject = event->cause = NULL; /* they end here */
}

static void
tell_lead(const LeadTell *tell, int row, const char *type, const ListGate *gate, StrBuf *fields)
{
    const LeadDial *lead = &tell->dials->rows[row];
    AUTO_STRBUF data = STRBUF_INIT;
    strbuf_addf(&data,
                "{\"lead_id\":\"%" PRId64 "\",\"list_id\":\"%s\",\"external_id\":", lead->lead_id,
                gate->list_id);
    lead_event_add_text(&data, lead->external_id);
    strbuf_addf(&data, ",\"stage\":\"%s\"", stage_name(lead->stage));
    strbuf_add(&data, fields->data, fields->len);
    strbuf_addc(&data, '}');
    Event event = {.topic = TOPIC_LEAD_EVENTS, .type = type};
    tell_add(tell, row, &event, &tell->dials->told[row].lead_events, &data);
}

void lead_tell_updated(const LeadTell *tell, int row, const ListGate *gate, const char *changed)
{
    AUTO_STRBUF fields = STRBUF_INIT;
    strbuf_addf(&fields, ",\"changed\":%s", changed);
    tell_lead(tell, row, "lead.updated", gate, &fields);
}

void lead_tell_finished(const LeadTell *tell, int row, const ListGate *gate, const char *reason)
{
    Stage stage = tell->dials->rows[row].stage;
    if (stage == STAGE_READY || stage == STAGE_OFFERED || stage == tell->dials->before[row].stage) {
        return;
    }
    AUTO_STRBUF fields = STRBUF_INIT;
    strbuf_adds(&fields, ",\"reason\":");
    strbuf_add_json(&fields, reason, strlen(reason));
    tell_lead(tell, row, "lead.finished", gate, &fields);
}

static void add_time(StrBuf *json, const char *name, int64_t time_us)
{
    char text[CLOCK_RFC3339_SIZE];
    if (time_us == 0) {
        strbuf_addf(json, ",\"%s\":null", name);
        return;
    }
    clock_format_rfc3339(time_us, text);
    strbuf_addf(json, ",\"%s\":\"%s\"", name, text);
}

static void add_text(StrBuf *json, const char *name, const char *text)
{
    strbuf_addf(json, ",\"%s\":", name);
    strbuf_add_json(json, text, strlen(text));
}

static void add_offer(StrBuf *json, int64_t offer_id)
{
    if (offer_id == 0) {
        strbuf_adds(json, ",\"offer_id\":null");
    } else {
        strbuf_addf(json, ",\"offer_id\":\"%" PRId64 "\"", offer_id);
    }
}

void lead_tell_attempted(const LeadTell *tell,
                         int row,
                         const ListGate *gate,
                         const LeadAttempt *attempt)
{
    const LeadDial *lead = &tell->dials->rows[row];
    AUTO_STRBUF fields = STRBUF_INIT;
    add_text(&fields, "campaign_id", gate->campaign_id);
    add_text(&fields, "call_id", attempt->call_id);
    add_offer(&fields, attempt->offer_id);
    add_text(&fields, "disposition", attempt->disposition);
    add_text(&fields, "status", lead->status);
    strbuf_addf(&fields, ",\"contact\":%s,\"attempts\":%d,\"attempts_total\":%d",
                attempt->contact ? "true" : "false", lead->attempts, lead->attempts_total);
    add_time(&fields, "started_at", attempt->started_us);
    add_time(&fields, "due_at", lead->stage == STAGE_READY ? lead->due_us : 0);
    tell_lead(tell, row, "lead.attempted", gate, &fields);
}

void lead_tell_offer(const LeadTell *tell,
                     int row,
                     const ListGate *gate,
                     const char *type,
                     int64_t offer_id,
                     const char *fields)
{
    AUTO_STRBUF data = STRBUF_INIT;
    strbuf_addf(&data,
                "{\"offer_id\":\"%" PRId64 "\",\"lead_id\":\"%" PRId64
                "\",\"list_id\":\"%s\",\"campaign_id\":\"%s\"",
                offer_id, tell->dials->rows[row].lead_id, gate->list_id, gate->campaign_id);
    strbuf_adds(&data, fields);
    strbuf_addc(&data, '}');
    Event event = {.topic = TOPIC_LEADS_DIALABLE, .type = type, .campaign = gate->campaign_id};
    tell_add(tell, row, &event, &tell->dials->told[row].dialable, &data);
}
