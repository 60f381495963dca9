/* dnc_command.h - dnc.add and dnc.remove: a number on the do-not-call list, and off it. Layer:
 * services/importer.
 *
 * What runs beside the command may not see its entry yet. So each leaves a row in dnc_recheck, and
 * dnc_tick.h looks at the number's leads again. */
#pragma once

#include "runtime/work.h"

/* Makes the row of the number, in a transaction of its own. */
Status dnc_add_prepare(Work *work, Error *err);
Status dnc_add_apply(Work *work, Error *err);
Status dnc_remove_apply(Work *work, Error *err);

/* The campaign of a command, or DNC_EVERY_CAMPAIGN when it names none, and the country of numbers
 * there. STATUS_BAD_INPUT unknown_campaign. */
Status dnc_read_campaign(
    Db *db, const char *campaign_id, int32_t *ret_no, char ret_country[3], Error *err) MUST_CHECK;
/* The country that the command names takes its place. NULL is allowed. STATUS_BAD_INPUT
 * country_unknown. */
Status dnc_read_country(const char *said, char country[3], Error *err) MUST_CHECK;
