#include "runtime/number_key.h"

#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "sql_queries.h"

/* No number is this text, so that the fingerprint is no number's digest. */
static const char number_key_text[] = "fingerprint";

static Status number_key_ask(Db *tx, const Config *cfg, const char *sql, Error *err)
{
    uint8_t fingerprint[HASH_SHA256_BYTES];
    hash_hmac_sha256(cfg->number_key, strlen(cfg->number_key), number_key_text,
                     strlen(number_key_text), fingerprint);
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    db_param_bytes(&params, fingerprint, sizeof fingerprint);
    Status status = db_query(tx, sql, &params, &rows, err);
    if (status == STATUS_OK && !db_bool(rows, 0, 0)) {
        return error_set(err, STATUS_FATAL, "number_key_changed",
                         "the numbers of this namespace were digested with another "
                         "LEADSPOOL_NUMBER_KEY: without that one, those that were erased are not "
                         "known");
    }
    return status;
}

Status number_key_check(Db *db, const Config *cfg, Error *err)
{
    AUTO_TX Db *tx = db;
    Status status = db_begin_unchecked(tx, err);
    if (status == STATUS_OK) {
        status = number_key_ask(tx, cfg, sql_number_key_is, err);
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, err);
    }
    if (status == STATUS_OK && cfg->number_key_is_default) {
        LOG_WARN("config.number_key", "msg=%s",
                 "numbers are digested with the development key: set LEADSPOOL_NUMBER_KEY before "
                 "the first start");
    }
    return status;
}

Status number_key_compare(Db *tx, const Config *cfg, Error *err)
{
    return number_key_ask(tx, cfg, sql_number_key_same, err);
}
