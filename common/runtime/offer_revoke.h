/* offer_revoke.h - open offers that have not started are taken back. Layer: runtime.
 *
 * A revoked offer keeps its lead and number until the dialer answers (offer.released, or
 * call.started when it was too late) or it lapses: the call may be under way already. In the
 * transaction that has the lead locked, after list_stats. */
#pragma once

#include "runtime/lead_tell.h"

/* Those of changed leads whose new stage is dnc, invalid or finished. */
Status
offer_revoke_ended(const LeadTell *tell, Db *db, const ListGates *gates, Error *err) MUST_CHECK;

/* Those of the leads that have a reason, by their index in dials. */
Status offer_revoke(const LeadTell *tell,
                    Db *db,
                    const ListGates *gates,
                    const char *const reasons[],
                    Error *err) MUST_CHECK;
