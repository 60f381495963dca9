#include "exporter/exporter.h"

#include "domain/zone.h"
#include "exporter/export_command.h"
#include "exporter/export_job.h"
#include "runtime/topics.h"

static Status exporter_open(const Config *cfg, void **ret, Error *err)
{
    (void)cfg;
    *ret = NULL;
    return zone_check(err);
}

static const char *const exporter_topics[] = {TOPIC_EXPORTER_COMMANDS};

static const Handler exporter_handlers[] = {
    {"list.export", TOPIC_EXPORTER_COMMANDS, 1, true, NULL, export_command_apply},
    {0},
};

static const JobKind exporter_jobs[] = {
    {EXPORT_JOB_KIND, export_job_run, NULL, NULL},
    {0},
};

const Service exporter_service = {
    .name = "exporter",
    .summary = "writes the leads of lists, and what became of them, to files",
    .topics = exporter_topics,
    .topic_count = sizeof exporter_topics / sizeof exporter_topics[0],
    .handlers = exporter_handlers,
    .job_kinds = exporter_jobs,
    .open = exporter_open,
};
