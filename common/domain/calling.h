/* calling.h - may a lead be called at a time, until when, and why not? Layer: domain; thread-safe;
 * pure but for the system's time zones, which are read once each (zone_clock.h).
 *
 * Open is when, in every zone that the lead may be in, every set of hours and every rule of law
 * that covers it is open. Computed over boundaries of windows and days and the zones' transitions,
 * never minute by minute; what does not come within 400 days never comes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "domain/hours.h"
#include "domain/law_pack.h"

enum { CALLING_HOURS_MAX = 4 };
#define CALLING_NEVER INT64_MAX

/* A clock distance from earlier calls: on the called party's clock a time of day must be at least
 * min_s (0..43200) from those at which these calls began. */
typedef struct CallingDistance {
    int32_t min_s; /* 0: none asked for */
    int count;
    const int64_t *starts_us;
} CallingDistance;

/* All borrowed. names: what the hours are called in evidence ("campaign", "list", "rule"); hours
 * without windows are no restriction. assume_zones: zones by comma for a place without one, ""
 * (or NULL) when such a lead is never called. What is assumed says nothing about regions: of the
 * law only what holds everywhere covers such a lead. */
typedef struct CallingRules {
    const Hours *hours[CALLING_HOURS_MAX];
    const char *names[CALLING_HOURS_MAX];
    int hours_count;
    const LawPack *laws; /* NULL: none */
    const char *assume_zones;
    CallingDistance distance;
} CallingRules;

/* Names by comma, sorted, as in a gate (zone_gate()); zones "": unknown. */
typedef struct CallingPlace {
    const char *zones;
    const char *regions;
} CallingPlace;

typedef enum CallingWhy {
    CALLING_UNRESTRICTED, /* open, and nothing closes it */
    CALLING_HOURS,        /* a set of hours: `hours` is its index */
    CALLING_LAW,          /* a law's hours: `law` */
    CALLING_HOLIDAY,      /* a law's holiday: `law` and `holiday` */
    CALLING_DISTANCE,     /* too near the clock time of an earlier call */
    CALLING_ZONE_UNKNOWN, /* no zone, or one that this system does not know */
    CALLING_WHY_END,
} CallingWhy;

/* why: what keeps it closed longest; when it is open, what closes it first (until_us). */
typedef struct CallingTime {
    bool open;
    int64_t until_us; /* open: closed from then on; closed: the next opening; or CALLING_NEVER */
    CallingWhy why;
    int hours; /* index in rules, -1 */
    const LawRule *law;
    const LawHoliday *holiday;
    char zone[48]; /* the zone on whose clock it is so, "" when unknown */
    bool assumed;  /* the zones are those that the campaign assumes */
} CallingTime;

void calling_time(const CallingRules *rules,
                  const CallingPlace *place,
                  int64_t at_us,
                  CallingTime *ret);

/* The first moment from at_us on that is open: at_us itself, later, or CALLING_NEVER. */
int64_t calling_next(const CallingRules *rules, const CallingPlace *place, int64_t at_us);

/* Once in a process, before any of this: the system's time zones are there, and the law packs of
 * ours and of this directory ("": none) are loaded. STATUS_FATAL when not. */
Status calling_load(const char *law_packs, Error *err) MUST_CHECK;

/* "open", "outside_hours", "law", "holiday", "distance", "zone_unknown": for messages. */
const char *calling_why_name(CallingWhy why);

/* One piece of evidence, for explain: {"zone", "America/Chicago: Tue 2026-11-24 14:05 (UTC-06:00)",
 * "area code"}, {"windows", "mon,tue 09:00-20:00: closed", "campaign"}, {"law", "FL daily
 * 08:00-20:00: open", "Fla. Stat. 501.616(6) http://..."}; also "region", "cap", "tzdata". The
 * deciding piece is called by its why: "outside_hours", "law", "holiday", "distance". */
typedef struct CallingEvidence {
    char rule[32];
    char value[512];
    char source[408];
} CallingEvidence;

enum { CALLING_EVIDENCE_MAX = 64 };

/* What an answer stands on, the deciding piece first; the number of pieces. zone_key: the key of
 * the lead's zone set (zone.h), from which the facts behind each zone are told; "" when there is
 * none. */
int calling_evidence(const CallingRules *rules,
                     const CallingPlace *place,
                     const char *zone_key,
                     int64_t at_us,
                     CallingEvidence ret[CALLING_EVIDENCE_MAX]);
