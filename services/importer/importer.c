#include "importer/importer.h"

#include "importer/list_command.h"
#include "runtime/topics.h"

static const char *const importer_topics[] = {TOPIC_IMPORTER_COMMANDS, TOPIC_DNC_COMMANDS};

static const Handler importer_handlers[] = {
    {"list.create", 1, true, NULL, list_create_apply},
    {"list.update", 1, true, NULL, list_update_apply},
    {0},
};

const Service importer_service = {
    .name = "importer",
    .summary = "loads leads from CSV files and CRM events into lists",
    .topics = importer_topics,
    .topic_count = 2,
    .handlers = importer_handlers,
};
