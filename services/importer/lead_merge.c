#include "importer/lead_merge.h"

#include <string.h>

#include "importer/custom_json.h"

static const struct {
    uint32_t bit;
    const char *name;
} other_names[] = {
    {LEAD_HAS_PHONE, "phone"},
    {LEAD_HAS_PRIORITY, "priority"},
    {LEAD_HAS_CUSTOM, "custom"},
};

static bool text_same(TextSlice a, TextSlice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static uint32_t merge_text(LeadRow *lead, const LeadChange *change, LeadText text)
{
    TextSlice value = change->row->texts[text];
    if (value.len == 0 && (!change->empty_erases || text == LEAD_EXTERNAL_ID)) {
        return 0;
    }
    if (text_same(lead->texts[text], value)) {
        return 0;
    }
    lead->texts[text] = value;
    return LEAD_HAS(text);
}

static uint32_t merge_phone(LeadRow *lead, const LeadChange *change)
{
    if (change->row->phone == 0 || change->row->phone == lead->phone) {
        return 0;
    }
    lead->phone = change->row->phone;
    lead->verified = change->row->verified;
    return LEAD_HAS_PHONE;
}

static uint32_t merge_priority(LeadRow *lead, const LeadChange *change)
{
    if (change->row->priority == lead->priority) {
        return 0;
    }
    lead->priority = change->row->priority;
    return LEAD_HAS_PRIORITY;
}

/* An empty value erases all of it; else key by key. */
static uint32_t merge_custom(LeadRow *lead, const LeadChange *change, StrBuf *scratch)
{
    TextSlice value = change->row->custom;
    if (value.len == 0) {
        bool erases = change->empty_erases && lead->custom.len > 0;
        lead->custom = erases ? (TextSlice){0} : lead->custom;
        return erases ? LEAD_HAS_CUSTOM : 0;
    }
    if (!custom_json_merge(lead->custom, value, change->custom_nulls, scratch)) {
        return 0;
    }
    lead->custom = (TextSlice){scratch->data, scratch->len};
    return LEAD_HAS_CUSTOM;
}

uint32_t lead_merge(LeadRow *lead, const LeadChange *change, StrBuf *custom_scratch)
{
    uint32_t changed = 0;
    for (LeadText text = 0; text < LEAD_TEXTS; text++) {
        if (change->has & LEAD_HAS(text)) {
            changed |= merge_text(lead, change, text);
        }
    }
    if (change->has & LEAD_HAS_PHONE) {
        changed |= merge_phone(lead, change);
    }
    if (change->has & LEAD_HAS_PRIORITY) {
        changed |= merge_priority(lead, change);
    }
    if (change->has & LEAD_HAS_CUSTOM) {
        changed |= merge_custom(lead, change, custom_scratch);
    }
    return changed;
}

bool lead_merge_moves_zone(uint32_t changed)
{
    return (changed & LEAD_HAS_ZONE) != 0;
}

static void add_name(StrBuf *json, size_t begin, const char *name)
{
    strbuf_addf(json, "%s\"%s\"", json->len > begin ? "," : "", name);
}

void lead_merge_names(uint32_t changed, StrBuf *json)
{
    strbuf_addc(json, '[');
    size_t begin = json->len;
    for (LeadText text = 0; text < LEAD_TEXTS; text++) {
        if (changed & LEAD_HAS(text)) {
            add_name(json, begin, lead_text_name(text));
        }
    }
    for (size_t i = 0; i < sizeof other_names / sizeof other_names[0]; i++) {
        if (changed & other_names[i].bit) {
            add_name(json, begin, other_names[i].name);
        }
    }
    strbuf_addc(json, ']');
}
