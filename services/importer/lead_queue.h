/* lead_queue.h - the importer's side of the queue of ready leads (runtime/ready_queue.h). Layer:
 * services/importer.
 *
 * A lead's row in ready_lead has the lead's list, zones and priority in its key. So a statement
 * that changes one of these, or the stage, stands between leave and enter. All run in the
 * transaction that has the leads locked. */
#pragma once

#include "adapters/db.h"
#include "importer/lead_row.h"

/* By COPY, of leads that were just inserted: those that are ready. */
Status lead_queue_insert(
    Db *db, const LeadRow *const rows[], int count, StrBuf *scratch, Error *err) MUST_CHECK;

/* Takes the rows of these leads out, as their leads are stored now. */
Status lead_queue_leave(Db *db, const LeadRow *const rows[], int count, Error *err) MUST_CHECK;
/* Puts in those that are ready, as they are stored now. */
Status lead_queue_enter(Db *db, const LeadRow *const rows[], int count, Error *err) MUST_CHECK;
