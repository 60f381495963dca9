#include "importer/importer.h"

#include "importer/dnc_command.h"
#include "importer/dnc_import_command.h"
#include "importer/dnc_import_job.h"
#include "importer/dnc_tick.h"
#include "importer/import_command.h"
#include "importer/import_end.h"
#include "importer/import_job.h"
#include "importer/import_undo.h"
#include "importer/importer_state.h"
#include "importer/lead_remove.h"
#include "importer/leads_move.h"
#include "importer/list_command.h"
#include "importer/list_delete.h"
#include "importer/reset_left.h"
#include "importer/upsert.h"
#include "runtime/topics.h"

static const char *const importer_topics[] = {TOPIC_IMPORTER_COMMANDS, TOPIC_DNC_COMMANDS};

static const Handler importer_handlers[] = {
    {"list.create", TOPIC_IMPORTER_COMMANDS, 1, true, NULL, list_create_apply},
    {"list.update", TOPIC_IMPORTER_COMMANDS, 1, true, NULL, list_update_apply},
    {"list.import", TOPIC_IMPORTER_COMMANDS, 1, true, import_command_prepare, import_command_apply},
    {"list.delete", TOPIC_IMPORTER_COMMANDS, 1, true, NULL, list_delete_apply},
    {"import.undo", TOPIC_IMPORTER_COMMANDS, 1, true, NULL, import_undo_apply},
    {"leads.move", TOPIC_IMPORTER_COMMANDS, 1, true, NULL, leads_move_apply},
    {"lead.upsert", TOPIC_IMPORTER_COMMANDS, UPSERT_MESSAGES_MAX, false, upsert_prepare,
     upsert_apply},
    {"lead.delete", TOPIC_IMPORTER_COMMANDS, 1, true, NULL, lead_delete_apply},
    {"lead.erase", TOPIC_IMPORTER_COMMANDS, 1, true, lead_erase_prepare, lead_erase_apply},
    {"dnc.add", TOPIC_DNC_COMMANDS, 1, true, dnc_add_prepare, dnc_add_apply},
    {"dnc.remove", TOPIC_DNC_COMMANDS, 1, true, NULL, dnc_remove_apply},
    {"dnc.import", TOPIC_DNC_COMMANDS, 1, true, dnc_import_prepare, dnc_import_apply},
    {0},
};

static const JobKind importer_jobs[] = {
    {IMPORT_JOB_KIND, import_job_run, NULL, import_ended},
    {DNC_IMPORT_JOB_KIND, dnc_import_job_run, NULL, import_ended},
    {IMPORT_UNDO_KIND, import_undo_run, NULL, NULL},
    {LEADS_MOVE_KIND, leads_move_run, NULL, NULL},
    {LIST_DELETE_KIND, list_delete_run, NULL, NULL},
    {0},
};

static Status importer_tick(void *state, Db *db, Outbox *outbox, int64_t now_us, Error *err)
{
    Status status = dnc_tick(state, db, outbox, now_us, err);
    return status == STATUS_OK ? reset_left_end(db, outbox, now_us, err) : status;
}

const Service importer_service = {
    .name = "importer",
    .summary = "loads leads from CSV files and CRM events into lists",
    .topics = importer_topics,
    .topic_count = sizeof importer_topics / sizeof importer_topics[0],
    .handlers = importer_handlers,
    .job_kinds = importer_jobs,
    .digests_numbers = true,
    .open = importer_state_open,
    .close = importer_state_close,
    .tick = importer_tick,
};
