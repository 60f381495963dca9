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
