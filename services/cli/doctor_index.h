/* doctor_index.h - the index sets of Redis beside the record: which campaigns have lists, and
 * which. Layer: services/cli; reads only. */
#pragma once

#include "cli/doctor.h"
#include "cli/live_read.h"

Status doctor_index(Cli *cli, LiveRead *live, Check *check, Error *err) MUST_CHECK;
