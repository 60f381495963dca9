#include "domain/calling.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "domain/calling_parts.h"
#include "domain/day.h"
#include "domain/law_pack.h"
#include "domain/zone.h"

static const char *const why_names[CALLING_WHY_END] = {
    [CALLING_UNRESTRICTED] = "open", [CALLING_HOURS] = "outside_hours",
    [CALLING_LAW] = "law",           [CALLING_HOLIDAY] = "holiday",
    [CALLING_DISTANCE] = "distance", [CALLING_ZONE_UNKNOWN] = "zone_unknown",
};

enum { HORIZON_S = 400 * 86400 };

Status calling_load(const char *law_packs, Error *err)
{
    Status status = zone_check(err);
    return status == STATUS_OK ? law_packs_load(law_packs, err) : status;
}

/* ---- all parts together ---- */

/* Of two answers the one that decides: a closed one; then of open ones the one that closes first,
 * of closed ones the one that opens last. */
static bool decides(const CallingPart *part, const CallingPart *whole)
{
    if (part->open != whole->open) {
        return !part->open;
    }
    return part->open ? part->until_s < whole->until_s : part->until_s > whole->until_s;
}

/* All parts in all zones. Open: nothing closes before until_s. Closed: nothing opens before. */
static CallingPart span_at(const Calling *calling, int64_t at_s)
{
    CallingPart whole = {.open = true, .until_s = INT64_MAX, .why = CALLING_UNRESTRICTED};
    for (int zone = 0; zone < calling->zone_count; zone++) {
        CallingMoment moment = calling_moment(calling->zones[zone], at_s);
        for (int i = 0; i < calling->part_count; i++) {
            CallingPart part = calling_part(calling, i, &moment);
            if (decides(&part, &whole)) {
                whole = part;
            }
        }
    }
    return whole;
}

/* From at_s on the first time at which it is (or is not) open; INT64_MAX: not within the horizon.
 */
static int64_t first_time(const Calling *calling, bool open, int64_t at_s)
{
    int64_t limit_s = at_s + HORIZON_S;
    while (at_s < limit_s) {
        CallingPart span = span_at(calling, at_s);
        if (span.open == open) {
            return at_s;
        }
        at_s = span.until_s;
    }
    return INT64_MAX;
}

/* ---- why ---- */

/* When this part alone is open again: its own `until` may end at midnight or where a zone's offset
 * changes, and it is closed behind that too. */
static int64_t part_opens(const Calling *calling, const ZoneClock *zone, int index, int64_t at_s)
{
    int64_t limit_s = at_s + HORIZON_S;
    while (at_s < limit_s) {
        CallingMoment moment = calling_moment(zone, at_s);
        CallingPart part = calling_part(calling, index, &moment);
        if (part.open) {
            return at_s;
        }
        at_s = part.until_s;
    }
    return INT64_MAX;
}

/* Of what is closed at that time, what stays so longest. */
static CallingPart closed_longest(const Calling *calling, int64_t at_s)
{
    CallingPart longest = {.open = true};
    for (int zone = 0; zone < calling->zone_count; zone++) {
        CallingMoment moment = calling_moment(calling->zones[zone], at_s);
        for (int i = 0; i < calling->part_count; i++) {
            CallingPart part = calling_part(calling, i, &moment);
            if (!part.open) {
                part.until_s = part_opens(calling, calling->zones[zone], i, at_s);
            }
            longest = decides(&part, &longest) ? part : longest;
        }
    }
    return longest;
}

static void tell_why(const CallingPart *part, CallingTime *ret)
{
    ret->why = part->why;
    ret->hours = part->hours;
    ret->law = part->law;
    ret->holiday = part->holiday;
    snprintf(ret->zone, sizeof ret->zone, "%s",
             part->zone != NULL ? zone_clock_name(part->zone) : "");
}

static int64_t floor_s(int64_t time_us)
{
    return day_floor_div(time_us, CLOCK_US_PER_SECOND);
}

static int64_t to_us(int64_t time_s)
{
    return time_s == INT64_MAX ? CALLING_NEVER : time_s * CLOCK_US_PER_SECOND;
}

void calling_time(const CallingRules *rules,
                  const CallingPlace *place,
                  int64_t at_us,
                  CallingTime *ret)
{
    Calling calling;
    *ret = (CallingTime){.why = CALLING_ZONE_UNKNOWN, .until_us = CALLING_NEVER, .hours = -1};
    bool known = calling_prepare(&calling, rules, place);
    ret->assumed = calling.assumed;
    if (!known) {
        return;
    }
    int64_t at_s = floor_s(at_us);
    ret->open = span_at(&calling, at_s).open;
    int64_t until_s = first_time(&calling, !ret->open, at_s);
    CallingPart cause = {.why = CALLING_UNRESTRICTED, .hours = -1};
    if (!ret->open) {
        cause = closed_longest(&calling, at_s);
    } else if (until_s != INT64_MAX) {
        cause = span_at(&calling, until_s); /* what is closed then */
    }
    ret->until_us = to_us(until_s);
    tell_why(&cause, ret);
}

int64_t calling_next(const CallingRules *rules, const CallingPlace *place, int64_t at_us)
{
    Calling calling;
    if (!calling_prepare(&calling, rules, place)) {
        return CALLING_NEVER;
    }
    int64_t at_s = floor_s(at_us);
    int64_t next_s = first_time(&calling, true, at_s);
    return next_s == at_s ? at_us : to_us(next_s);
}

const char *calling_why_name(CallingWhy why)
{
    return why_names[why];
}
