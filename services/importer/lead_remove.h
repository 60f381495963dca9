/* lead_remove.h - lead.delete: one lead of one list; lead.erase: a person, of every list. Layer:
 * services/importer.
 *
 * Both take unstarted offers back, and keep the calls. Erasing also blanks the number's row: its
 * keyed digest stays, with an entry on the do-not-call list of every campaign, so that the number
 * is known again, and not called, when it comes back. */
#pragma once

#include "runtime/work.h"

Status lead_delete_apply(Work *work, Error *err);
/* Makes the number's row, which has to be there before its leads are locked. */
Status lead_erase_prepare(Work *work, Error *err);
Status lead_erase_apply(Work *work, Error *err);
