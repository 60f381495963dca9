#include "importer/import_events.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "importer/import_counts.h"
#include "runtime/topics.h"

void import_event_fields(const ImportSpec *spec,
                         const ImportCounts *counts,
                         int64_t bytes_done,
                         const char *rejects,
                         StrBuf *ret)
{
    int64_t total = spec->identity.size_bytes;
    strbuf_adds(ret, "\"file\":");
    strbuf_add_json(ret, spec->file, strlen(spec->file));
    strbuf_addf(ret,
                ",\"rows\":%" PRId64 ",\"inserted\":%" PRId64 ",\"updated\":%" PRId64
                ",\"duplicate\":%" PRId64 ",\"duplicate_in_file\":%" PRId64
                ",\"duplicate_in_list\":%" PRId64 ",\"duplicate_in_campaign\":%" PRId64
                ",\"rejected\":%" PRId64 ",\"unverified\":%" PRId64 ",\"dnc\":%" PRId64
                ",\"bytes_done\":%" PRId64 ",\"bytes_total\":%" PRId64 ",\"rejects\":",
                counts->rows, counts->inserted, counts->updated, import_counts_duplicate(counts),
                counts->duplicate_in_file, counts->duplicate_in_list, counts->duplicate_in_campaign,
                counts->rejected, counts->unverified, counts->dnc,
                bytes_done < total ? bytes_done : total, total);
    if (rejects != NULL) {
        strbuf_add_json(ret, rejects, strlen(rejects));
    } else {
        strbuf_adds(ret, "null");
    }
}

typedef struct LeadEvents {
    ImportLane *lane;
    char cause[96];
    int ordinal;
} LeadEvents;

static void events_add(LeadEvents *events, const char *type, const LeadRow *lead, uint32_t changed)
{
    const JobRun *run = events->lane->shared->run;
    char lead_id[24];
    int id_len = snprintf(lead_id, sizeof lead_id, "%" PRId64, lead->lead_id);
    AUTO_STRBUF data = STRBUF_INIT;
    TextSlice external_id = lead->texts[LEAD_EXTERNAL_ID];
    strbuf_addf(&data, "{\"lead_id\":\"%s\",\"list_id\":\"%s\",\"external_id\":", lead_id,
                run->list_id);
    if (external_id.len > 0) {
        strbuf_add_json(&data, external_id.data, external_id.len);
    } else {
        strbuf_adds(&data, "null");
    }
    strbuf_addf(&data, ",\"stage\":\"%s\"", stage_name(lead->stage));
    if (changed != 0) {
        strbuf_adds(&data, ",\"changed\":");
        lead_merge_names(changed, &data);
    }
    strbuf_addc(&data, '}');
    Event event = {.topic = TOPIC_LEAD_EVENTS,
                   .key = lead_id,
                   .key_len = (size_t)id_len,
                   .type = type,
                   .subject = lead_id,
                   .correlation = run->command_id,
                   .cause = events->cause,
                   .ordinal = events->ordinal++,
                   .n = lead->lead_version,
                   .data = data.data,
                   .data_len = data.len};
    outbox_add(&events->lane->outbox, &event);
}

void import_add_lead_events(ImportLane *lane, int64_t chunk, const ImportUpdate *update)
{
    LeadEvents events = {.lane = lane};
    snprintf(events.cause, sizeof events.cause, "job/%" PRId64 "/%d/%" PRId64,
             lane->shared->run->job_no, lane->lane, chunk);
    for (int i = 0; i < lane->plan.insert_count; i++) {
        events_add(&events, "lead.created", lane->plan.inserts[i], 0);
    }
    for (int i = 0; i < update->count; i++) {
        events_add(&events, "lead.updated", update->leads[i], update->changed[i]);
    }
}
