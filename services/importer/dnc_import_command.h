/* dnc_import_command.h - dnc.import: looks at the file, then makes the job. Layer:
 * services/importer. */
#pragma once

#include "runtime/work.h"

/* Looks at the file, which may take long on a slow volume: before the transaction. */
Status dnc_import_prepare(Work *work, Error *err);
/* Makes the job of what prepare found, or rejects the command. */
Status dnc_import_apply(Work *work, Error *err);

/* What goes from the one to the other: one in the importer's state. */
typedef struct DncImportLook DncImportLook;
DncImportLook *dnc_import_look_new(void);
void dnc_import_look_free(DncImportLook *look);
