/* leads_move.h - leads.move: leads of one list go to another, also of another campaign. Layer:
 * services/importer.
 *
 * Everything of a lead goes along: its id, calls, dialing state and custom fields. It follows the
 * do-not-call entries of the campaign that it comes to at once, and rules and windows that are not
 * those of before by a list.move job that is left behind. Unstarted offers are taken back. A lead
 * whose number or external id the target has already is a duplicate: skip leaves it where it is,
 * and so does report, which names it and the target's (move_note.h);
 * update gives what it says to the target's lead with the same number, and it is gone; it stays
 * where number and external id mean two leads, where it has another external id or both have too
 * much of their own for one lead, and while an offer of it is open, since the outcome is
 * to find its lead. As with an import's update the target's lead keeps its
 * own dialing: what was called of the one that goes counts for caps of the number, not for limits
 * of the lead, since that one could be called before the move, too. The job holds the slots of both
 * lists. */
#pragma once

#include "runtime/job_runner.h"
#include "runtime/work.h"

#define LEADS_MOVE_KIND "leads.move"

enum { MOVE_IDS_MAX = 10000 };

Status leads_move_apply(Work *work, Error *err);
Status leads_move_run(JobRun *run, StrBuf *ret_fields, Error *err);
