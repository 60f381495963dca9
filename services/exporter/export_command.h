/* export_command.h - the command list.export. Layer: services/exporter. */
#pragma once

#include "runtime/work.h"

/* Becomes a job; rejected with the codes of export_spec_read(), unknown_list, and those of
 * export_find_rejects(). */
Status export_command_apply(Work *work, Error *err);
