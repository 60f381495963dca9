#include "domain/calling_parts.h"

#include <string.h>

#include "base/clock.h"
#include "domain/day.h"

enum { DAY_S = 86400 };

/* ---- preparing ---- */

static bool take_zones(Calling *calling, const char *zones)
{
    while (*zones != '\0') {
        TextSlice name = {zones, strcspn(zones, ",")};
        const ZoneClock *clock = zone_clock_find(name);
        if (clock == NULL || calling->zone_count == CALLING_ZONES_MAX) {
            return false;
        }
        calling->zones[calling->zone_count++] = clock;
        zones += name.len + (zones[name.len] == ',');
    }
    return calling->zone_count > 0;
}

static void take_laws(Calling *calling, const LawPack *laws, const char *regions)
{
    for (int i = 0; laws != NULL && i < laws->rule_count; i++) {
        const LawRule *rule = &laws->rules[i];
        bool about_hours = rule->hours.window_count > 0 || rule->closed_count > 0;
        if (about_hours && law_rule_covers(rule, regions)) {
            calling->laws[calling->law_count++] = rule;
        }
    }
}

bool calling_prepare(Calling *calling, const CallingRules *rules, const CallingPlace *place)
{
    const char *assumed = rules->assume_zones != NULL ? rules->assume_zones : "";
    calling->rules = rules;
    calling->zone_count = 0;
    calling->law_count = 0;
    calling->assumed = place->zones[0] == '\0' && assumed[0] != '\0';
    take_laws(calling, rules->laws, place->regions);
    int distances = rules->distance.min_s > 0 ? rules->distance.count : 0;
    calling->part_count = rules->hours_count + calling->law_count + distances;
    return take_zones(calling, calling->assumed ? assumed : place->zones);
}

/* ---- clocks ---- */

CallingMoment calling_moment(const ZoneClock *zone, int64_t at_s)
{
    CallingMoment moment = {.zone = zone, .at_s = at_s};
    moment.offset_s = zone_clock_offset(zone, at_s, &moment.until_s);
    moment.local_s = at_s + moment.offset_s;
    return moment;
}

static int32_t moment_day(const CallingMoment *moment)
{
    return (int32_t)day_floor_div(moment->local_s, DAY_S);
}

/* When the clock shows that, if its offset still holds then; else when the offset changes. */
static int64_t shows_at(const CallingMoment *moment, int64_t local_s)
{
    int64_t at_s = local_s - moment->offset_s;
    return at_s < moment->until_s ? at_s : moment->until_s;
}

static int64_t midnight_of(const CallingMoment *moment, int64_t day)
{
    return shows_at(moment, day * DAY_S);
}

/* ---- hours ---- */

static CallingPart
hours_part(const Hours *hours, CallingWhy why, int index, const CallingMoment *moment)
{
    CallingPart part = {.why = why, .hours = index, .zone = moment->zone, .until_s = INT64_MAX};
    int64_t minute = day_floor_div(moment->local_s, 60);
    int64_t of_day = minute - (int64_t)moment_day(moment) * HOURS_DAY_MINUTES;
    int week_minute = day_weekday(moment_day(moment)) * HOURS_DAY_MINUTES + (int)of_day;
    int32_t minutes;
    part.open = hours_at(hours, week_minute, &minutes);
    if (minutes != INT32_MAX) {
        part.until_s = shows_at(moment, (minute + minutes) * 60);
    }
    return part;
}

/* ---- law ---- */

static CallingPart law_open_until(const LawRule *rule, const CallingMoment *moment, int64_t day)
{
    int64_t until_s = day > INT32_MAX ? INT64_MAX : midnight_of(moment, day);
    return (CallingPart){.open = true,
                         .until_s = until_s,
                         .why = CALLING_LAW,
                         .hours = -1,
                         .law = rule,
                         .zone = moment->zone};
}

/* A rule in force may say something else tomorrow, unless it has neither holidays nor an end. */
static CallingPart law_in_force(const LawRule *rule, const CallingMoment *moment)
{
    int64_t tomorrow = (int64_t)moment_day(moment) + 1;
    const LawHoliday *holiday = law_rule_holiday(rule, moment_day(moment));
    CallingPart part = law_open_until(rule, moment, tomorrow);
    if (holiday != NULL) {
        part.open = false;
        part.why = CALLING_HOLIDAY;
        part.holiday = holiday;
    } else if (rule->hours.window_count > 0) {
        part = hours_part(&rule->hours, CALLING_LAW, -1, moment);
        part.law = rule;
        bool changes = rule->closed_count > 0 || rule->until_day != INT32_MAX;
        int64_t midnight_s = midnight_of(moment, tomorrow);
        part.until_s = changes && midnight_s < part.until_s ? midnight_s : part.until_s;
    }
    return part;
}

static CallingPart law_part(const LawRule *rule, const CallingMoment *moment)
{
    int32_t today = moment_day(moment);
    if (today < rule->from_day) {
        return law_open_until(rule, moment, rule->from_day);
    }
    return today <= rule->until_day ? law_in_force(rule, moment)
                                    : law_open_until(rule, moment, (int64_t)INT32_MAX + 1);
}

/* ---- distance ---- */

/* Seconds of the day that the zone's clock shows or showed. */
static int64_t clock_seconds(int64_t local_s)
{
    return local_s - day_floor_div(local_s, DAY_S) * DAY_S;
}

static CallingPart
distance_part(const CallingDistance *distance, int index, const CallingMoment *moment)
{
    CallingPart part = {.why = CALLING_DISTANCE, .hours = -1, .zone = moment->zone};
    int64_t until_s;
    int64_t start_s = day_floor_div(distance->starts_us[index], CLOCK_US_PER_SECOND);
    int64_t start = clock_seconds(start_s + zone_clock_offset(moment->zone, start_s, &until_s));
    int64_t behind = (clock_seconds(moment->local_s) - start + DAY_S) % DAY_S;
    int64_t near = distance->min_s;
    int64_t wait_s;
    part.open = behind >= near && DAY_S - behind >= near;
    if (part.open) {
        wait_s = DAY_S - behind - near + 1;
    } else {
        wait_s = behind < near ? near - behind : DAY_S - behind + near;
    }
    part.until_s = shows_at(moment, moment->local_s + wait_s);
    return part;
}

CallingPart calling_part(const Calling *calling, int index, const CallingMoment *moment)
{
    const CallingRules *rules = calling->rules;
    if (index < rules->hours_count) {
        return hours_part(rules->hours[index], CALLING_HOURS, index, moment);
    }
    index -= rules->hours_count;
    if (index < calling->law_count) {
        return law_part(calling->laws[index], moment);
    }
    return distance_part(&rules->distance, index - calling->law_count, moment);
}
