/* export_dnc.h - which do-not-call entries an export has. Layer: services/exporter; pure. */
#pragma once

#include <stdint.h>

#include "domain/filter.h"

/* Those that have not expired: who looks does so by the time, whether or not the entry has been
 * ended since. The caller frees it. */
Filter *export_dnc_open(int64_t now_us);
