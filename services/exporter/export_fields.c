#include "exporter/export_fields.h"

#include "exporter/export_reason.h"

#define CAMPAIGN_OF_ROW "(SELECT c.campaign_id FROM campaign c WHERE c.campaign_no = l.campaign_no)"

static const FilterField attempt_fields[] = {
    {"attempt_no", FILTER_TYPE_INT, "l.attempt_no", "number of the record"},
    {"recorded_at", FILTER_TYPE_TIME, "l.recorded_at", "when it was recorded"},
    {"lead_id", FILTER_TYPE_INT, "l.lead_id", "whom the call was to"},
    {"phone", FILTER_TYPE_PHONE, "n.phone", "which number; empty once erased"},
    {"list_id", FILTER_TYPE_TEXT, "(SELECT i.list_id FROM list i WHERE i.list_no = l.list_no)",
     "the lead's list then"},
    {"campaign_id", FILTER_TYPE_TEXT, CAMPAIGN_OF_ROW, "the campaign then"},
    {"call_id", FILTER_TYPE_TEXT, "l.call_id", "the dialer's id of the call"},
    {"source", FILTER_TYPE_TEXT, "l.source", "the dialer"},
    {"offer_id", FILTER_TYPE_INT, "l.offer_id", "the offer that it answers"},
    {"disposition", FILTER_TYPE_TEXT, "l.disposition", "what the dialer said"},
    {"status", FILTER_TYPE_TEXT, "l.status", "what that meant"},
    {"contact", FILTER_TYPE_BOOL, "l.contact", "whether a person was reached"},
    {"started_at", FILTER_TYPE_TIME, "l.started_at", "when it began"},
    {"duration_s", FILTER_TYPE_INT, "l.duration_s", "seconds"},
    {"agent", FILTER_TYPE_TEXT, "l.agent", "who talked"},
    {0},
};

static const FilterField dnc_fields[] = {
    {"phone", FILTER_TYPE_PHONE, "n.phone", "the number; empty once erased"},
    {"campaign_id", FILTER_TYPE_TEXT, CAMPAIGN_OF_ROW,
     "the campaign that it holds for; empty: all"},
    {"source", FILTER_TYPE_TEXT, "l.source", "who said so"},
    {"added_at", FILTER_TYPE_TIME, "l.added_at", "since when"},
    {"expires_at", FILTER_TYPE_TIME, "l.expires_at", "until when; empty: for good"},
    {0},
};

static const struct ExportKind {
    const FilterField *fields;
    const FilterField *last; /* NULL: none */
    const char *standard;
} export_kinds[EXPORT_WHAT_COUNT] = {
    [EXPORT_LEADS] = {filter_fields, &export_reason_field,
                      "phone extension first_name last_name email address city state zip country "
                      "time_zone external_id priority custom.* stage status attempts "
                      "last_called_at"},
    [EXPORT_ATTEMPTS] = {attempt_fields, NULL,
                         "attempt_no recorded_at lead_id phone list_id campaign_id "
                         "call_id source offer_id disposition status contact "
                         "started_at duration_s agent"},
    [EXPORT_DNC] = {dnc_fields, NULL, "phone campaign_id source added_at expires_at"},
};

const FilterField *export_field_at(ExportWhat what, size_t index)
{
    const FilterField *field = export_kinds[what].fields;
    size_t left = index;
    while (field != NULL && field->name != NULL && left > 0) {
        field++;
        left--;
    }
    if (field != NULL && field->name == NULL) {
        return left == 0 ? export_kinds[what].last : NULL;
    }
    return field;
}

const char *export_default_fields(ExportWhat what)
{
    return export_kinds[what].standard;
}
