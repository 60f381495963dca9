/* import_undo.h - import.undo: what one import inserted goes again. Layer: services/importer.
 *
 * Its leads are known by their ids (job number and row). Kept are those that were called, that are
 * with a dialer, that another import or the CRM has changed, and that went to another list; each is
 * counted by the first of these. What the import changed in leads that were there cannot be put
 * back: their number is told (cannot_restore). */
#pragma once

#include "runtime/job_runner.h"
#include "runtime/work.h"

#define IMPORT_UNDO_KIND "import.undo"

Status import_undo_apply(Work *work, Error *err);
Status import_undo_run(JobRun *run, StrBuf *ret_fields, Error *err);
