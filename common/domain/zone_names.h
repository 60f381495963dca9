/* zone_names.h - the names of the system's time zones. Layer: domain; for zone.c alone;
 * thread-safe.
 *
 * Read once from tzdata.zi; that a zone's own file can be loaded is checked when it is first asked
 * for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "domain/text.h"

/* The canonical name for a name in any case, NULL when unknown; static. */
const char *zone_names_find(TextSlice name);

size_t zone_names_count(void);

/* What the first line of tzdata.zi says, or "unknown"; static. */
const char *zone_names_version(void);
/* Does it say otherwise by now? What was read is what holds. */
bool zone_names_changed(void);
