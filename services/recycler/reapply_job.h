/* reapply_job.h - campaign.reapply: the stages of a campaign's leads, or of one list's, after its
 * rules changed. Layer: services/recycler.
 *
 * In chunks by list and lead, each a transaction with its checkpoint: leads locked in their order,
 * planned by the rules that hold now (reapply_plan.h), written, counted, told. A chunk whose rules
 * moved meanwhile is planned again. When a newer such job of the campaign waits, this one ends. */
#pragma once

#include "runtime/job_runner.h"

/* One list that was given to another campaign: its leads follow that campaign's do-not-call entries
 * and rules. Offers of the one before are revoked by the hopper (stray.h). */
#define MOVED_JOB_KIND "list.move"
/* One list whose windows changed. */
#define LIST_REAPPLY_JOB_KIND "list.reapply"

/* Parameters of a campaign.reapply after a disposition that asks for a do-not-call entry was put:
 * names under which its calls came while nobody had defined them; and its code, when calls to it
 * did not ask for one before (else absent). */
#define REAPPLY_DNC_NAMES "dnc_names"
#define REAPPLY_DNC_CODE  "dnc_code"

Status reapply_job_run(JobRun *run, StrBuf *ret_fields, Error *err);
