/* hours.h - weekly windows on the called party's clock. Layer: domain; pure.
 *
 * As in messages and in columns `windows`: an array of at most 28 windows,
 *
 *   [{"days": ["mon", "tue"], "from": "09:00", "to": "20:00"}]
 *
 * Open from the minute `from` until the minute `to` begins; `to` may be "24:00". `to` before `from`
 * is over midnight and belongs to the day on which it begins. Open is what a clock on the wall
 * shows: a minute that a zone skips never comes, one that it repeats is open twice. No window at
 * all is no restriction: such an Hours is all zeros. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json.h"
#include "base/strbuf.h"

enum {
    HOURS_WINDOWS_MAX = 28,
    HOURS_DAY_MINUTES = 1440,
    HOURS_WEEK_MINUTES = 7 * HOURS_DAY_MINUTES,
    HOURS_SPANS_MAX = HOURS_WINDOWS_MAX * 7 + 1, /* one may begin on Sunday and end on Monday */
};

/* Minutes of the day; days: bit 0 is Monday. */
typedef struct HoursWindow {
    uint8_t days;
    uint16_t from;
    uint16_t to;
} HoursWindow;

/* Minutes of the week, from Monday 00:00; from < to. */
typedef struct HoursSpan {
    uint16_t from;
    uint16_t to;
} HoursSpan;

typedef struct Hours {
    int window_count; /* as they were given */
    HoursWindow windows[HOURS_WINDOWS_MAX];
    int span_count; /* what they come to: rising, never touching */
    HoursSpan spans[HOURS_SPANS_MAX];
} Hours;

/* STATUS_BAD_INPUT with err->field such as "windows[2].from": wrong_type, out_of_range (too many),
 * missing_field, unknown_field, invalid_value (a day, a time), empty_window (from = to). */
Status hours_read(const json_t *windows, Hours *ret, Error *err) MUST_CHECK;

/* The same from the text of a column. */
Status hours_parse(const char *text, Hours *ret, Error *err) MUST_CHECK;

/* The windows as JSON, always the same for the same Hours. */
void hours_write(const Hours *hours, StrBuf *out);

/* The same windows in the same order? */
bool hours_equal(const Hours *a, const Hours *b);

/* Open in this minute of the week (0 is Monday 00:00)? *ret_minutes: from the beginning of that
 * minute to when that changes, counted by a clock that runs on; INT32_MAX when it never does. */
bool hours_at(const Hours *hours, int week_minute, int32_t *ret_minutes);

/* For people: "mon,tue 09:00-20:00; sat 10:00-14:00", "always". */
void hours_describe(const Hours *hours, StrBuf *out);
