#include "importer/upsert_reply.h"

#include <inttypes.h>
#include <string.h>

#include "runtime/lead_event.h"
#include "runtime/topics.h"

static const char *const result_names[UPSERT_RESULTS] = {
    [UPSERT_CREATED] = "created", [UPSERT_UPDATED] = "updated",   [UPSERT_UNCHANGED] = "unchanged",
    [UPSERT_STALE] = "stale",     [UPSERT_REJECTED] = "rejected",
};

static void add_string(StrBuf *json, const char *name, const char *text)
{
    strbuf_addf(json, ",\"%s\":", name);
    strbuf_add_json(json, text, strlen(text));
}

static void add_problem(StrBuf *json, const UpsertProblem *problem, int index, bool is_many)
{
    AUTO_STRBUF field = STRBUF_INIT;
    if (is_many) {
        strbuf_addf(&field, "leads[%d]%s", index, problem->field[0] != '\0' ? "." : "");
    }
    strbuf_adds(&field, problem->field);
    add_string(json, "code", problem->code);
    add_string(json, "field", field.data);
    add_string(json, "message", problem->text);
}

static void add_result(StrBuf *json, const UpsertItem *item, int index, bool is_many)
{
    strbuf_addf(json, "{\"index\":%d,\"result\":\"%s\"", index, result_names[item->result]);
    if (item->lead != NULL) {
        strbuf_addf(json, ",\"lead_id\":\"%" PRId64 "\"", item->lead->row.lead_id);
    }
    strbuf_adds(json, ",\"external_id\":");
    lead_event_add_text(json, item->external_id);
    if (item->result == UPSERT_REJECTED) {
        add_problem(json, item->problem, index, is_many);
    }
    strbuf_addc(json, '}');
}

void upsert_reply(Message *message, const UpsertItem items[], int count, bool is_many)
{
    AUTO_STRBUF fields = STRBUF_INIT;
    strbuf_adds(&fields, "\"results\":[");
    for (int i = 0; i < count; i++) {
        if (i > 0) {
            strbuf_addc(&fields, ',');
        }
        add_result(&fields, &items[i], i, is_many);
    }
    strbuf_addc(&fields, ']');
    message_complete(message, strbuf_detach(&fields));
    message->reply_n = message->record->offset + 1;
}

void upsert_tell(Message *message, const UpsertItem items[], int count, Outbox *outbox)
{
    char cause[MESSAGE_CAUSE_SIZE];
    message_cause(message, cause);
    for (int i = 0; i < count; i++) {
        const UpsertItem *item = &items[i];
        if (item->result != UPSERT_CREATED && item->result != UPSERT_UPDATED) {
            continue;
        }
        AUTO_STRBUF changed = STRBUF_INIT;
        if (item->result == UPSERT_UPDATED) {
            lead_merge_names(item->changed, &changed);
        }
        LeadEvent event = {.lead_id = item->lead->row.lead_id,
                           .list_id = item->list->list_id,
                           .external_id = item->external_id,
                           .stage = item->stage,
                           .changed = changed.len > 0 ? changed.data : NULL,
                           .correlation = message->id,
                           .trace = message->trace,
                           .cause = cause,
                           .ordinal = ++message->ordinal,
                           .n = item->lead->row.lead_version,
                           .n_ordinal = item->n_ordinal};
        lead_event_add(outbox, &event);
    }
}
