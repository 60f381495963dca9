/* What an answer of calling.c stands on, for people. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "domain/calling_parts.h"
#include "domain/day.h"
#include "domain/zone.h"
#include "domain/zone_gate.h"

typedef struct Evidence {
    const Calling *calling;
    const char *zone_key;
    int64_t at_s;
    CallingEvidence *pieces;
    int count;
} Evidence;

static __attribute__((format(printf, 4, 5))) void
add(Evidence *evidence, const char *rule, const char *source, const char *format, ...)
{
    if (evidence->count == CALLING_EVIDENCE_MAX) {
        return;
    }
    CallingEvidence *piece = &evidence->pieces[evidence->count++];
    va_list args;
    va_start(args, format);
    snprintf(piece->rule, sizeof piece->rule, "%s", rule);
    snprintf(piece->source, sizeof piece->source, "%s", source);
    vsnprintf(piece->value, sizeof piece->value, format, args);
    va_end(args);
}

static const char *law_source(const LawRule *law, char buf[sizeof((CallingEvidence *)0)->source])
{
    snprintf(buf, sizeof((CallingEvidence *)0)->source, "%s %s", law->source, law->url);
    return buf;
}

static const char *law_region(const LawRule *law)
{
    return law->region[0] != '\0' ? law->region : "everywhere";
}

/* ---- zones ---- */

static void clock_text(const CallingMoment *moment, char buf[48])
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    int32_t day = (int32_t)day_floor_div(moment->local_s, 86400);
    int minute = (int)((moment->local_s - (int64_t)day * 86400) / 60);
    int ahead = (moment->offset_s < 0 ? -moment->offset_s : moment->offset_s) / 60;
    Civil civil = day_civil(day);
    snprintf(buf, 48, "%s %04d-%02d-%02d %02d:%02d (UTC%c%02d:%02d)", days[day_weekday(day)],
             civil.year, civil.month, civil.day, minute / 60, minute % 60,
             moment->offset_s < 0 ? '-' : '+', ahead / 60, ahead % 60);
}

static void add_zone(Evidence *evidence, const ZoneClock *zone)
{
    char text[48];
    CallingMoment moment = calling_moment(zone, evidence->at_s);
    const char *fact = evidence->calling->assumed
                           ? "campaign: assume_zones"
                           : zone_gate_fact(evidence->zone_key, zone_clock_name(zone));
    clock_text(&moment, text);
    add(evidence, "zone", fact, "%s: %s", zone_clock_name(zone), text);
}

static void add_zones(Evidence *evidence, const CallingPlace *place)
{
    for (int i = 0; i < evidence->calling->zone_count; i++) {
        add_zone(evidence, evidence->calling->zones[i]);
    }
    if (evidence->calling->zone_count == 0) {
        add(evidence, "zone", "number, state and time_zone", "%s",
            place->zones[0] != '\0' ? place->zones : "unknown");
    }
    if (place->regions[0] != '\0') {
        add(evidence, "region", "area code and state", "%s", place->regions);
    }
}

/* ---- hours and laws ---- */

/* Open in all zones? */
static const char *part_state(const Evidence *evidence, int index)
{
    const Calling *calling = evidence->calling;
    for (int i = 0; i < calling->zone_count; i++) {
        CallingMoment moment = calling_moment(calling->zones[i], evidence->at_s);
        if (!calling_part(calling, index, &moment).open) {
            return "closed";
        }
    }
    return calling->zone_count > 0 ? "open" : "not known";
}

static void add_hours(Evidence *evidence)
{
    const CallingRules *rules = evidence->calling->rules;
    for (int i = 0; i < rules->hours_count; i++) {
        AUTO_STRBUF text = STRBUF_INIT;
        const char *name = rules->names[i] != NULL ? rules->names[i] : "windows";
        hours_describe(rules->hours[i], &text);
        add(evidence, "windows", name, "%s: %s", text.data, part_state(evidence, i));
    }
}

static void add_laws(Evidence *evidence)
{
    const Calling *calling = evidence->calling;
    for (int i = 0; i < calling->law_count; i++) {
        AUTO_STRBUF text = STRBUF_INIT;
        char source[sizeof((CallingEvidence *)0)->source];
        const LawRule *law = calling->laws[i];
        hours_describe(&law->hours, &text);
        add(evidence, "law", law_source(law, source), "%s %s%s: %s", law_region(law), text.data,
            law->closed_count > 0 ? ", not on holidays" : "",
            part_state(evidence, calling->rules->hours_count + i));
    }
}

static void add_caps(Evidence *evidence, const CallingPlace *place)
{
    LawCapFound caps[LAW_CAPS_MAX];
    int64_t at_us = evidence->at_s * CLOCK_US_PER_SECOND;
    int count = law_pack_caps(evidence->calling->rules->laws, place->regions, at_us, caps);
    for (int i = 0; i < count; i++) {
        char source[sizeof((CallingEvidence *)0)->source];
        add(evidence, "cap", law_source(caps[i].rule, source), "%s: %d calls in %d s",
            law_region(caps[i].rule), caps[i].cap.calls, (int)caps[i].cap.window_s);
    }
}

/* ---- what decides ---- */

static void add_deciding_hours(Evidence *evidence, const CallingTime *time)
{
    const CallingRules *rules = evidence->calling->rules;
    AUTO_STRBUF text = STRBUF_INIT;
    hours_describe(rules->hours[time->hours], &text);
    const char *name = rules->names[time->hours];
    add(evidence, calling_why_name(time->why), name != NULL ? name : "windows", "%s: %s",
        time->zone, text.data);
}

static void add_deciding_law(Evidence *evidence, const CallingTime *time)
{
    AUTO_STRBUF text = STRBUF_INIT;
    char source[sizeof((CallingEvidence *)0)->source];
    if (time->holiday != NULL) {
        strbuf_adds(&text, time->holiday->name);
    } else {
        hours_describe(&time->law->hours, &text);
    }
    add(evidence, calling_why_name(time->why), law_source(time->law, source), "%s, %s: %s",
        law_region(time->law), time->zone, text.data);
}

static void add_deciding(Evidence *evidence, const CallingTime *time)
{
    if (time->hours >= 0) {
        add_deciding_hours(evidence, time);
    } else if (time->law != NULL) {
        add_deciding_law(evidence, time);
    } else if (time->why == CALLING_DISTANCE) {
        add(evidence, calling_why_name(time->why), "rule",
            "%s: at least %d s from the clock time "
            "of each earlier call",
            time->zone, (int)evidence->calling->rules->distance.min_s);
    }
}

int calling_evidence(const CallingRules *rules,
                     const CallingPlace *place,
                     const char *zone_key,
                     int64_t at_us,
                     CallingEvidence ret[CALLING_EVIDENCE_MAX])
{
    Calling calling;
    CallingTime time;
    if (!calling_prepare(&calling, rules, place)) {
        calling.zone_count = 0;
    }
    calling_time(rules, place, at_us, &time);
    Evidence evidence = {.calling = &calling,
                         .zone_key = zone_key,
                         .at_s = day_floor_div(at_us, CLOCK_US_PER_SECOND),
                         .pieces = ret};
    add_deciding(&evidence, &time);
    add_zones(&evidence, place);
    add_hours(&evidence);
    add_laws(&evidence);
    add_caps(&evidence, place);
    add(&evidence, "tzdata", "system", "%s", zone_tzdata_version());
    return evidence.count;
}
