#include "importer/move_note.h"

#include "sql_queries.h"

void move_notes_begin(MoveNotes *notes)
{
    db_array_begin(&notes->lead_ids, DB_ARRAY_INT8);
    db_array_begin(&notes->other_ids, DB_ARRAY_INT8);
    db_array_begin(&notes->fates, DB_ARRAY_TEXT);
}

void move_notes_done(MoveNotes *notes)
{
    db_array_done(&notes->lead_ids);
    db_array_done(&notes->other_ids);
    db_array_done(&notes->fates);
}

void move_notes_add(MoveNotes *notes, int64_t lead_id, int64_t other_id, MoveFate fate)
{
    db_array_i64(&notes->lead_ids, lead_id);
    db_array_i64(&notes->other_ids, other_id);
    db_array_string(&notes->fates, move_fate_name(fate));
}

Status move_notes_write(MoveNotes *notes, Db *db, int64_t job_no, int64_t now_us, Error *err)
{
    DbParams params = {0};
    if (notes->lead_ids.count == 0) {
        return STATUS_OK;
    }
    db_param_i64(&params, job_no);
    db_param_time(&params, now_us);
    db_param_array(&params, &notes->lead_ids);
    db_param_array(&params, &notes->other_ids);
    db_param_array(&params, &notes->fates);
    return db_exec(db, sql_move_note, &params, notes->lead_ids.count, err);
}
