#include "cli/doctor_index.h"

#include "base/clock.h"
#include "sql_queries.h"

enum { TRIES = 30, NAP_MS = 100 };

/* campaign_id "": the set of campaigns. Redis first: what the record has then is no older. */
static Status look(Cli *cli,
                   LiveRead *live,
                   const char *campaign_id,
                   RedisReply **ret_members,
                   DbResult **ret_differs,
                   Error *err)
{
    DbArray ids = {0};
    DbParams params = {0};
    bool all = campaign_id[0] == '\0';
    Status status = live_read_members(live, all ? LIVE_CAMPAIGNS : LIVE_CAMPAIGN_LISTS,
                                      all ? NULL : campaign_id, ret_members, err);
    if (status != STATUS_OK) {
        return status;
    }
    db_array_begin(&ids, DB_ARRAY_TEXT);
    for (int i = 0; i < redis_size(*ret_members); i++) {
        db_array_string(&ids, redis_text(redis_at(*ret_members, i)));
    }
    db_param_text(&params, campaign_id);
    db_param_array(&params, &ids);
    status = cli_query(cli, sql_doctor_index, &params, ret_differs, err);
    db_array_done(&ids);
    return status;
}

static void tell(const char *campaign_id, const DbResult *differs, Check *check)
{
    for (int row = 0; row < db_rows(differs); row++) {
        const char *id = db_text(differs, row, 0);
        if (campaign_id[0] == '\0') {
            check_problem(check, "Redis: campaign %s is missing in the set of campaigns", id);
        } else {
            check_problem(check, "Redis, campaign %s: list %s is %s", campaign_id, id,
                          db_bool(differs, row, 1) ? "not one of its lists, but shown as one"
                                                   : "missing in the set of its lists");
        }
    }
}

/* While lists come and go, Redis is behind for a moment. */
static Status check_set(
    Cli *cli, LiveRead *live, const char *campaign_id, RedisReply **ret, Check *check, Error *err)
{
    for (int i = 0;; i++) {
        AUTO_REPLY *members = NULL;
        AUTO_RESULT *differs = NULL;
        Status status = look(cli, live, campaign_id, &members, &differs, err);
        if (status != STATUS_OK || db_rows(differs) == 0 || i >= TRIES) {
            if (status == STATUS_OK) {
                tell(campaign_id, differs, check);
                *ret = members;
                members = NULL;
            }
            return status;
        }
        clock_nap(NAP_MS);
    }
}

Status doctor_index(Cli *cli, LiveRead *live, Check *check, Error *err)
{
    AUTO_REPLY *campaigns = NULL;
    Status status = check_set(cli, live, "", &campaigns, check, err);
    for (int i = 0; status == STATUS_OK && i < redis_size(campaigns); i++) {
        AUTO_REPLY *lists = NULL;
        status = check_set(cli, live, redis_text(redis_at(campaigns, i)), &lists, check, err);
    }
    return status;
}
