/* import_command.h - list.import: looks at the file, then makes the job. Layer: services/importer.
 */
#pragma once

#include "adapters/db.h"
#include "importer/arena.h"
#include "importer/import_spec.h"
#include "importer/list_store.h"
#include "runtime/work.h"

/* Looks at the file, which may take long on a slow volume: before the transaction. */
Status import_command_prepare(Work *work, Error *err);
/* Makes the job of what prepare found, or rejects the command. */
Status import_command_apply(Work *work, Error *err);

/* What goes from the one to the other: one in the importer's state. */
typedef struct ImportLook ImportLook;
ImportLook *import_look_new(void);
void import_look_free(ImportLook *look);

/* The same reading and looking, for a dry run: data as of the message. cfg: inbox, lanes, chunk
 * size. */
Status import_command_spec(const json_t *data,
                           const Config *cfg,
                           const List *list,
                           ImportSpec *ret,
                           Error *err) MUST_CHECK;

/* The mapping of a command as wishes, at most IMPORT_WISHES_MAX. They borrow from it and from
 * `numbers`, where columns given as numbers become text. */
enum { IMPORT_WISHES_MAX = 512 };
Status import_wishes(const json_t *mapping,
                     MappingWish wishes[],
                     size_t *ret_count,
                     Arena *numbers,
                     Error *err) MUST_CHECK;
