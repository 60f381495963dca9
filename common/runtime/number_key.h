/* number_key.h - the key of the digests of numbers is the namespace's, once and for all. Layer:
 * runtime. */
#pragma once

#include "adapters/db.h"
#include "base/config.h"

/* Keeps a fingerprint of LEADSPOOL_NUMBER_KEY in the namespace, or compares it with the one that is
 * there: STATUS_FATAL with code number_key_changed when they differ. */
Status number_key_check(Db *db, const Config *cfg, Error *err) MUST_CHECK;

/* The same for who only reads, in a transaction: keeps none. */
Status number_key_compare(Db *tx, const Config *cfg, Error *err) MUST_CHECK;
