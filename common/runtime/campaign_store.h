/* campaign_store.h - campaigns' rules, read from the database and kept. Layer: runtime.
 *
 * A CampaignRules is what one statement saw: settings, dispositions and rules of one rules_version,
 * the defaults included. Whoever decides by it compares that version with the list's gate, last
 * (list_stats.h), and plans again when it has moved.
 *
 * A CampaignStore is one thread's. */
#pragma once

#include "adapters/db.h"
#include "domain/campaign_rules.h"

/* In a transaction: as they are now. STATUS_RETRY campaign_gone when there is no such campaign;
 * STATUS_FATAL law_pack_missing. campaign_rules_done() ends *ret, which is written on OK only. */
Status campaign_rules_load(Db *db, int32_t campaign_no, CampaignRules *ret, Error *err) MUST_CHECK;

/* The number of a campaign by its id, 0 when there is none. */
Status
campaign_find(Db *db, const char *campaign_id, int32_t *ret_campaign_no, Error *err) MUST_CHECK;

typedef struct CampaignStore CampaignStore;

CampaignStore *campaign_store_new(void);
void campaign_store_free(CampaignStore *store);

/* In a transaction: the campaign's rules, which stay until campaign_store_trim(). rules_version: as
 * a gate says, which costs no statement while it is the one that is kept; 0: the present one. A
 * version that is no more gives the present one. */
Status campaign_store_get(CampaignStore *store,
                          Db *db,
                          int32_t campaign_no,
                          int64_t rules_version,
                          const CampaignRules **ret,
                          Error *err) MUST_CHECK;

/* Between transactions: what newer versions took the place of goes. */
void campaign_store_trim(CampaignStore *store);
