#include "recycler/offer_made.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "domain/phone.h"

/* Columns of topup_lock.sql from LEAD_DIAL_COLUMNS on, as they are called in the event. */
static const char *const offer_texts[] = {
    "extension", "external_id", "first_name", "last_name", "email",
    "address",   "city",        "state",      "zip",       "country",
};
enum {
    OFFER_TEXTS = sizeof offer_texts / sizeof offer_texts[0],
    OFFER_CUSTOM = LEAD_DIAL_COLUMNS + OFFER_TEXTS,
};

static void add_texts(StrBuf *json, const DbResult *leads, int row)
{
    for (int i = 0; i < OFFER_TEXTS; i++) {
        strbuf_addf(json, ",\"%s\":", offer_texts[i]);
        if (db_is_null(leads, row, LEAD_DIAL_COLUMNS + i)) {
            strbuf_adds(json, "null");
        } else {
            size_t len = 0;
            const char *text = db_bytes(leads, row, LEAD_DIAL_COLUMNS + i, &len);
            strbuf_add_json(json, text, len);
        }
    }
    size_t len = 0;
    const char *custom =
        db_is_null(leads, row, OFFER_CUSTOM) ? "{}" : db_bytes(leads, row, OFFER_CUSTOM, &len);
    strbuf_adds(json, ",\"custom\":");
    strbuf_add(json, custom, len > 0 ? len : strlen(custom));
}

/* Of the lead as it was found. */
static const char *offer_why(const LeadDial *before)
{
    if (before->priority == READY_RANK_MOST) {
        return "express";
    }
    switch (ready_class(before->attempts, before->callback_us)) {
    case READY_CALLBACK:
        return "callback";
    case READY_FRESH:
        return "fresh";
    case READY_RECYCLED:
        break;
    }
    return "recycle";
}

static void add_agent(StrBuf *json, const LeadDial *lead)
{
    bool personal = lead->callback_us != 0 && lead->callback_agent[0] != '\0';
    strbuf_adds(json, ",\"agent\":");
    if (personal) {
        strbuf_add_json(json, lead->callback_agent, strlen(lead->callback_agent));
    } else {
        strbuf_adds(json, "null");
    }
}

void offer_made_tell(const OfferMade *made, int row, int64_t not_after_us)
{
    const LeadDial *lead = &made->tell.dials->rows[row];
    char not_after[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(not_after_us, not_after);
    AUTO_STRBUF fields = STRBUF_INIT;
    strbuf_addf(&fields, ",\"phone\":\"+%" PRId64 "\"", lead->phone);
    add_texts(&fields, made->tell.dials->result, row);
    strbuf_addf(&fields, ",\"priority\":%d,\"attempt\":%d,\"attempts_total\":%d", lead->priority,
                lead->attempts + 1, lead->attempts_total);
    strbuf_addf(&fields, ",\"not_after\":\"%s\"", not_after);
    add_agent(&fields, lead);
    strbuf_addf(&fields, ",\"why\":\"%s\",\"lead_version\":%d",
                offer_why(&made->tell.dials->before[row]), lead->lead_version);
    lead_tell_offer(&made->tell, row, list_gate_of(made->gates, lead->list_no), "offer.made",
                    lead->offer_id, fields.data);
}
