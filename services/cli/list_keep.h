/* list_keep.h - the leads of a list as a file, before the list is deleted. Layer: services/cli. */
#pragma once

#include "cli/job_view.h"

/* Has every field of every lead exported and brings the file to path, when the job says that it is
 * done, the manifest says the same of the file, and the list is at the version that is in the file;
 * when it has changed since, exports it anew a few times. Else an error, and nothing may be
 * deleted: export_unfinished (interrupted, cancelled or failed), manifest_differs, list_changes,
 * fields_left_out (fields that no column can have, and neither --allow-left-out nor somebody who
 * was asked says that they may be lost), or interrupted (STATUS_RETRY, at any time), those of
 * export_fetch(). *ret_version: of the list, that is in the file; list.delete is to be sent with
 * it. */
Status list_keep(Cli *cli, const char *list_id, const char *path, int64_t *ret_version, Error *err)
    MUST_CHECK;

/* Is the manifest about the file that the job says it wrote? */
bool list_keep_matches(const json_t *manifest, const JobView *view);
