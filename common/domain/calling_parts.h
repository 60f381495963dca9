/* calling_parts.h - each thing that has a say in calling time, for itself: a set of hours, a rule
 * of law, an earlier call. Layer: domain; for calling.c and calling_evidence.c alone. */
#pragma once

#include "domain/calling.h"
#include "domain/zone_clock.h"

enum { CALLING_ZONES_MAX = 48 };

/* Parts are numbered: hours, then the laws that cover the place, then earlier calls. */
typedef struct Calling {
    const CallingRules *rules;
    bool assumed;
    int zone_count;
    const ZoneClock *zones[CALLING_ZONES_MAX];
    int law_count;
    const LawRule *laws[LAW_RULES_MAX];
    int part_count;
} Calling;

/* False when the place has no zone, or one that is not known; then zone_count may be short. */
bool calling_prepare(Calling *calling, const CallingRules *rules, const CallingPlace *place);

/* What a clock of the zone shows. */
typedef struct CallingMoment {
    const ZoneClock *zone;
    int64_t at_s;
    int64_t local_s;  /* as if it were UTC */
    int32_t offset_s; /* ahead of UTC, */
    int64_t until_s;  /* at least until then */
} CallingMoment;

CallingMoment calling_moment(const ZoneClock *zone, int64_t at_s);

/* until_s: until then, and perhaps longer, it is open (or closed). */
typedef struct CallingPart {
    bool open;
    int64_t until_s;
    CallingWhy why;
    int hours;
    const LawRule *law;
    const LawHoliday *holiday;
    const ZoneClock *zone;
} CallingPart;

CallingPart calling_part(const Calling *calling, int index, const CallingMoment *moment);
