/* recycle.h - when a lead is called again. Layer: domain; pure.
 *
 * A rule is for one disposition of one campaign. max_attempts: calls that end with it in one pass,
 * the first included; NA {3, [30m, 2h]} is calls at 0, +30 m, +2 h, and exhausted after the third.
 * Each interval runs from the end of the call before; the last one repeats. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "domain/calling.h"
#include "domain/disposition.h"
#include "domain/hours.h"

enum {
    RECYCLE_INTERVALS_MAX = 20,
    RECYCLE_ATTEMPTS_MAX = 100,
    RECYCLE_INTERVAL_S_MAX = 31536000,
    RECYCLE_DISTANCE_S_MAX = 43200,
};

typedef struct RecycleRule {
    char disposition[DISPOSITION_CODE_SIZE];
    int max_attempts; /* 0: a default rule that was deleted */
    int interval_count;
    int32_t intervals_s[RECYCLE_INTERVALS_MAX];
    Hours hours;
    int32_t min_distance_s; /* from the clock times of earlier calls; 0: any */
} RecycleRule;

/* What a campaign comes with, by code. */
extern const RecycleRule recycle_defaults[];
extern const size_t recycle_default_count;

/* rule: that of the last disposition, NULL when there is none. tries: calls of this pass that ended
 * with it, the last one included. attempts: calls of this pass in all, max_attempts: the
 * campaign's. starts_us: of the earlier calls, the last one included; any order, may be empty.
 * calling: the campaign's and the list's rules; what the rule says itself is added here. */
typedef struct RecycleFacts {
    const RecycleRule *rule;
    int tries;
    int attempts;
    int max_attempts;
    int64_t ended_us;
    bool renumbered;     /* the last call went to a number that is not the lead's any more */
    bool callback;       /* the last disposition is one */
    int64_t callback_us; /* when it was agreed on, 0: not said */
    const int64_t *starts_us;
    int start_count;
    const CallingRules *calling;
    const CallingPlace *place;
} RecycleFacts;

typedef enum RecycleWhy {
    RECYCLE_INTERVAL,     /* due: when the interval has passed and it is open */
    RECYCLE_NEW_NUMBER,   /* due: at once, when open: nothing is known of its number */
    RECYCLE_CALLBACK,     /* due: when it was agreed on, or open after that */
    RECYCLE_NEVER_OPEN,   /* due, but no open time is known: the interval alone */
    RECYCLE_NO_RULE,      /* exhausted: no rule for this disposition */
    RECYCLE_MAX_TRIES,    /* exhausted: as many calls with this disposition as the rule allows */
    RECYCLE_MAX_ATTEMPTS, /* exhausted: as many calls in all as the campaign allows */
    RECYCLE_WHY_END,
} RecycleWhy;

typedef struct RecycleDue {
    bool exhausted; /* by counts and rules alone, never by the clock */
    int64_t due_us; /* the first moment; when exhausted 0 */
    RecycleWhy why;
    bool distance_eased; /* no open time kept the rule's clock distance: a smaller one is kept */
} RecycleDue;

void recycle_due(const RecycleFacts *facts, RecycleDue *ret);

/* The same facts without the calendar: RECYCLE_INTERVAL or RECYCLE_CALLBACK, or why exhausted. */
RecycleWhy recycle_exhausted(const RecycleFacts *facts);

/* "interval", "new_number", "callback", "never_open", "no_rule", "max_tries", "max_attempts". */
const char *recycle_why_name(RecycleWhy why);

/* ---- tries: calls of a pass by disposition, as leads.tries has them: "B=1,NA=2", NULL or "" ----
 */

/* In place of the codes that a text has no room for; no code is called so, and it comes last. */
#define RECYCLE_TRIES_REST "~"

/* Never fewer than there were: the rest counts for each. */
int recycle_tries(const char *tries, const char *code);

/* The text with one more of this code, into out (reset before); a new one at its place by code. */
void recycle_tries_bump(const char *tries, const char *code, StrBuf *out);
