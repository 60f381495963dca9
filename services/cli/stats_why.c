#include "cli/stats_why.h"

#include "base/clock.h"
#include "domain/calling.h"

Status stats_why_read(Cli *cli, const char *list_id, WhyCount *ret, Error *err)
{
    Status status = calling_load(cli->config.law_packs, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TX Db *db = cli_db(cli);
    status = db_begin_snapshot(db, err);
    return status == STATUS_OK ? why_count_read(db, list_id, clock_now_us(), ret, err) : status;
}
