#include "runtime/lead_event.h"

#include <string.h>

#include "base/ids.h"
#include "runtime/topics.h"

void lead_event_add_text(StrBuf *json, TextSlice text)
{
    if (text.len == 0) {
        strbuf_adds(json, "null");
    } else {
        strbuf_add_json(json, text.data, text.len);
    }
}

void lead_event_add(Outbox *outbox, const LeadEvent *lead)
{
    char lead_id[IDS_I64_SIZE];
    ids_format_i64(lead->lead_id, lead_id);
    AUTO_STRBUF data = STRBUF_INIT;
    strbuf_addf(&data, "{\"lead_id\":\"%s\",\"list_id\":\"%s\",\"external_id\":", lead_id,
                lead->list_id);
    lead_event_add_text(&data, lead->external_id);
    strbuf_addf(&data, ",\"stage\":\"%s\"", stage_name(lead->stage));
    if (lead->changed != NULL) {
        strbuf_addf(&data, ",\"changed\":%s", lead->changed);
    }
    strbuf_addc(&data, '}');
    Event event = {.topic = TOPIC_LEAD_EVENTS,
                   .key = lead_id,
                   .key_len = strlen(lead_id),
                   .type = lead->changed != NULL ? "lead.updated" : "lead.created",
                   .subject = lead_id,
                   .correlation = lead->correlation,
                   .trace = lead->trace,
                   .cause = lead->cause,
                   .ordinal = lead->ordinal,
                   .n = lead->n,
                   .n_ordinal = lead->n_ordinal,
                   .data = data.data,
                   .data_len = data.len};
    outbox_add(outbox, &event);
}
