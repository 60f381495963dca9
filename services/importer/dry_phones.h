/* dry_phones.h - which phones the list and the rows before have, for a dry run. Layer:
 * services/importer.
 *
 * Those of the list are kept in memory if they fit into room.most_bytes, else each chunk's are
 * asked of the database; those of the file lie in room.dir beyond as much again. */
#pragma once

#include "importer/external_ids.h"
#include "importer/import_plan.h"

typedef struct DryPhones {
    int32_t list_no;
    bool has_list; /* `list` holds all phones of the list */
    PhoneSet list;
    ExternalIds *file; /* those that rows made leads of; here the phones are its ids */
    PhoneSet chunk;    /* those of a chunk that are known */
} DryPhones;

/* Reads the list, which may take long. */
Status dry_phones_open(DryPhones *phones, Db *db, int32_t list_no, ExternalIdsRoom room, Error *err)
    MUST_CHECK;
/* NULL is not allowed; a zeroed one is. */
void dry_phones_close(DryPhones *phones);

/* In a transaction: phones->chunk becomes the set for import_plan_by_set(). */
Status dry_phones_look(DryPhones *phones, Db *db, const ChunkShare *share, Error *err) MUST_CHECK;
/* After the plan: the rows behind meet its inserts. */
Status dry_phones_note(DryPhones *phones, const ImportPlan *plan, Error *err) MUST_CHECK;
