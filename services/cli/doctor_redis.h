/* doctor_redis.h - I3 as far as Redis goes. Layer: services/cli. */
#pragma once

#include "cli/doctor.h"

/* Each list in Redis beside the record: at the same version the same, never ahead, and not behind
 * for longer than a few seconds. */
Status doctor_redis(Cli *cli, Check *check, Error *err) MUST_CHECK;
