/* move_note.h - whom leads of a move met in the other list, and what became of them; what
 * `leadspool move report` tells. Layer: services/importer.
 *
 * Written in the chunk's transaction. Numbers of leads alone are in it; housekeeping forgets it
 * after COMMAND_MEMORY_DAYS. */
#pragma once

#include "adapters/db.h"
#include "importer/move_plan.h"

typedef struct MoveNotes {
    DbArray lead_ids;
    DbArray other_ids;
    DbArray fates;
} MoveNotes;

void move_notes_begin(MoveNotes *notes);
void move_notes_done(MoveNotes *notes);
void move_notes_add(MoveNotes *notes, int64_t lead_id, int64_t other_id, MoveFate fate);
Status
move_notes_write(MoveNotes *notes, Db *db, int64_t job_no, int64_t now_us, Error *err) MUST_CHECK;
